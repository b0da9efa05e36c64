"""What ranking and summarizing give."""

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


class Summary(BaseModel):
    title: str
    quotations: tuple[Quotation, ...] = Field(description="In the order of the document.")
    keywords: tuple[str, ...] = ()


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
