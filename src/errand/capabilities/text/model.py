"""What ranking and summarizing give."""

from enum import StrEnum
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from errand.capabilities.filings.model import RiskFactor
from errand.capabilities.sources import Source
from errand.capability import ArtifactRef


class RisksRef(ArtifactRef):
    """A stored RankedRisks (JSON)."""

    kind: ClassVar[str] = "ranked-risks"


class SummaryRef(ArtifactRef):
    """A stored Summary (JSON)."""

    kind: ClassVar[str] = "summary"


class Quotation(BaseModel):
    """A sentence, verbatim, and where it stands; `source.quote` equals `text`."""

    model_config = ConfigDict(frozen=True)

    text: str
    source: Source
    score: float = Field(default=0.0, description="Higher says more of the whole; comparable in one summary.")


class Sentence(BaseModel):
    """Said in other words than the document's, and the quotations that bear it out."""

    model_config = ConfigDict(frozen=True)

    text: str
    rests_on: tuple[int, ...] = Field(min_length=1, description="Indices of the summary's quotations.")


class Summary(BaseModel):
    title: str
    quotations: tuple[Quotation, ...] = Field(description="In the order of the document.")
    keywords: tuple[str, ...] = ()
    prose: tuple[Sentence, ...] = Field(
        default=(), description="The summary in its own words; empty when the quotations are all there is."
    )
    remarks: tuple[str, ...] = ()


class FindingsRef(ArtifactRef):
    """A stored Findings (JSON)."""

    kind: ClassVar[str] = "findings"


class Weight(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Finding(BaseModel):
    model_config = ConfigDict(frozen=True)

    about: str = Field(description="The criterion that it answers.")
    statement: str
    weight: Weight
    quotations: tuple[Quotation, ...] = Field(min_length=1)


class Findings(BaseModel):
    title: str
    findings: tuple[Finding, ...]
    not_found: tuple[str, ...] = Field(
        default=(), description="Criteria of which the documents say nothing, and in which document."
    )


class RankedRisk(BaseModel):
    model_config = ConfigDict(frozen=True)

    risk: RiskFactor
    score: float = Field(description="0 to 1.")
    reasons: tuple[str, ...] = Field(description="Why it ranks here, each a phrase a person can check.")
    summary: tuple[Quotation, ...] = Field(description="One to three sentences of it, verbatim.")
    theme: str = Field(description="`cyber security`, `competition`, `debt and liquidity`, … or `other`.")


class RankedRisks(BaseModel):
    document: str
    risks: tuple[RankedRisk, ...] = Field(description="All of them, the weightiest first.")
    remarks: tuple[str, ...] = ()
