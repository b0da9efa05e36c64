"""A report and what it rests on."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from errand.capabilities.sources import Source
from errand.capability import ArtifactRef


class ReportRef(ArtifactRef):
    """A stored report as Markdown."""

    kind: ClassVar[str] = "report"


class ChartRef(ArtifactRef):
    """A stored chart as PNG or SVG."""

    kind: ClassVar[str] = "chart"


class ClaimsRef(ArtifactRef):
    """A stored Claims (JSON): what a report says, and on what each of it rests."""

    kind: ClassVar[str] = "claims"


class Claim(BaseModel):
    """A figure or a quotation as it stands in a report, with its sources."""

    model_config = ConfigDict(frozen=True)

    shown: str = Field(description="As it is written in the report: `$391.04 billion`, or the quotation.")
    value: str | None = Field(default=None, description="The exact value of a figure, as a decimal number.")
    unit: str | None = None
    formula: str | None = None
    about: str = Field(default="", description="What a figure is of: `Net income, FY2024`.")
    mark: int | None = Field(default=None, description="Number of its entry in the report's sources.")
    sources: tuple[Source, ...] = Field(min_length=1)


class Claims(BaseModel):
    claims: tuple[Claim, ...]


class Verdict(BaseModel):
    """What a check says; a task succeeds only when it passed."""

    passed: bool = Field(description="True when no fault was found.")
    faults: tuple[str, ...] = Field(default=(), description="What is wrong, each in a sentence.")
    checked: tuple[str, ...] = Field(
        default=(), description="What was looked at: `42 figures`, `12 quotations`."
    )
