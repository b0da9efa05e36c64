"""A filing taken apart: items, risk factors, facts."""

from datetime import date
from decimal import Decimal
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from errand.capabilities.sources import Source
from errand.capability import ArtifactRef


class SectionsRef(ArtifactRef):
    """A stored FilingSections (JSON)."""

    kind: ClassVar[str] = "filing-sections"


class FactsRef(ArtifactRef):
    """A stored FactSet (JSON)."""

    kind: ClassVar[str] = "facts"


class Section(BaseModel):
    model_config = ConfigDict(frozen=True)

    item: str = Field(description="`1A`, `7`, `3.D`; of a 10-Q with its part: `II.1A`.")
    title: str
    first_block: int
    last_block: int = Field(description="Inclusive.")
    start: int = Field(description="Character offset in the document's text.")
    end: int


class TextPart(BaseModel):
    """One block, or the rest of one, of a text that is joined from several."""

    model_config = ConfigDict(frozen=True)

    block: int
    start: int = Field(description="Character offset in the document's text.")
    end: int
    page: int | None = None


class RiskFactor(BaseModel):
    model_config = ConfigDict(frozen=True)

    heading: str = Field(description="Verbatim.")
    category: str = Field(default="", description="Verbatim heading of the group it stands in, if any.")
    text: str = Field(description="Its paragraphs, verbatim, joined by a newline.")
    number: int = Field(description="Order in the filing, from 1.")
    source: Source = Field(description="Where the heading stands; `quote` is the heading.")
    parts: tuple[TextPart, ...] = Field(
        default=(), description="Where the pieces of `text` stand, in order; a newline joins them there."
    )


class FilingSections(BaseModel):
    document: str
    sha256: str
    form: str = Field(
        description="`10-K`, `10-Q`, `20-F`; with `/A` when amended; empty when it is not known."
    )
    company: str = ""
    period_end: date | None = None
    sections: tuple[Section, ...]
    risk_factors: tuple[RiskFactor, ...]
    remarks: tuple[str, ...] = ()


class Fact(BaseModel):
    """One reported value. Source: XBRL 2.1 and Inline XBRL 1.1, read into plain terms."""

    model_config = ConfigDict(frozen=True)

    concept: str = Field(description="Prefixed name: `us-gaap:NetIncomeLoss`, `ifrs-full:Revenue`, `dei:…`.")
    value: Decimal = Field(description="After sign and scale: whole currency units, not thousands.")
    unit: str = Field(description="`USD`, `shares`, `USD/shares`, `pure`.")
    start: date | None = Field(default=None, description="First day of a duration; None for an instant.")
    end: date = Field(description="Last day of the duration, or the instant.")
    dimensions: dict[str, str] = Field(
        default_factory=dict, description="Axis to member; empty means the consolidated whole."
    )
    decimals: int | None = Field(default=None, description="As reported: -6 for millions; None for exact.")
    form: str = Field(default="", description="companyfacts: the form that it was filed with.")
    filed: date | None = None
    label: str = Field(
        default="",
        description="What its row is called in the document, where that is known: `Total net sales`.",
    )
    statement: str = Field(
        default="",
        description="`income statement`, `balance sheet`, `cash flow statement` when it stands in that one.",
    )
    source: Source


class FactSet(BaseModel):
    company: str = ""
    cik: str = ""
    form: str = ""
    period_end: date | None = Field(default=None, description="dei:DocumentPeriodEndDate, where it is said.")
    currency: str = Field(default="", description="Of the statements: the unit that most facts are in.")
    facts: tuple[Fact, ...]
    remarks: tuple[str, ...] = ()
