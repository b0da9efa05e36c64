"""Statements, ratios and flags, each figure with the facts or cells it rests on."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from errand.capabilities.sources import Source
from errand.capability import ArtifactRef


class StatementsRef(ArtifactRef):
    """A stored Statements (JSON)."""

    kind: ClassVar[str] = "statements"


class RatiosRef(ArtifactRef):
    """A stored RatioSet (JSON)."""

    kind: ClassVar[str] = "ratios"


class FlagsRef(ArtifactRef):
    """A stored FlagSet (JSON)."""

    kind: ClassVar[str] = "flags"


class Period(BaseModel):
    """A fiscal period, as the company counts: `FY2024` ended September 28, 2024."""

    model_config = ConfigDict(frozen=True)

    label: str
    start: date | None = None
    end: date


class Figure(BaseModel):
    """One value for one period. Never without a source: `sources` is not empty."""

    model_config = ConfigDict(frozen=True)

    value: Decimal
    unit: str = Field(description="`USD`, `USD/shares`, `shares`, `%`, `x` (a multiple), `days`.")
    period: str = Field(description="The label of its period.")
    formula: str | None = Field(
        default=None, description="For a computed one, in words with its values: `108,807 = 118,254 - 9,447`."
    )
    sources: tuple[Source, ...] = Field(min_length=1)


class StatementKind(StrEnum):
    INCOME = "income statement"
    BALANCE = "balance sheet"
    CASH_FLOW = "cash flow statement"
    PER_SHARE = "per share"


class Line(BaseModel):
    model_config = ConfigDict(frozen=True)

    item: str = Field(
        description="`revenue`, `net_income`, `long_term_debt`: ours, the same for every company."
    )
    label: str = Field(description="For a person: `Net sales`, `Revenue`, `Net income`.")
    statement: StatementKind
    figures: tuple[Figure, ...] = Field(description="At most one per period, newest first.")

    def at(self, period: str) -> Figure | None:
        return next((figure for figure in self.figures if figure.period == period), None)


class Statements(BaseModel):
    company: str
    cik: str = ""
    form: str = ""
    currency: str
    annual: bool = Field(default=True, description="False: quarters or year to date (a 10-Q).")
    periods: tuple[Period, ...] = Field(description="Newest first.")
    lines: tuple[Line, ...]
    remarks: tuple[str, ...] = Field(default=(), description="What is not reported and what stands for it.")

    def line(self, item: str) -> Line | None:
        return next((line for line in self.lines if line.item == item), None)


class RatioGroup(StrEnum):
    GROWTH = "growth"
    MARGINS = "margins"
    LEVERAGE = "leverage"
    COVERAGE = "coverage"
    LIQUIDITY = "liquidity"
    CASH = "cash conversion"
    RETURNS = "returns"
    PER_SHARE = "per share"


class Ratio(BaseModel):
    model_config = ConfigDict(frozen=True)

    name: str = Field(description="`current_ratio`")
    label: str = Field(description="For a person: `Current ratio`.")
    group: RatioGroup
    definition: str = Field(
        description="`current assets / current liabilities`, with its source if it is named."
    )
    figures: tuple[Figure, ...] = Field(description="Newest first.")


class Severity(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Flag(BaseModel):
    """A red flag that follows from the numbers by a stated rule."""

    model_config = ConfigDict(frozen=True)

    rule: str = Field(description="Stable name: `equity-shrinking`.")
    severity: Severity
    title: str = Field(description="A sentence with its figures.")
    explanation: str = Field(description="The rule in words: what is compared with what, and why it matters.")
    topics: tuple[str, ...] = Field(
        default=(), description="Words to match risk factors with: debt, liquidity."
    )
    figures: tuple[Figure, ...] = Field(min_length=1)


class RatioSet(BaseModel):
    company: str
    currency: str
    ratios: tuple[Ratio, ...]
    remarks: tuple[str, ...] = ()


class FlagSet(BaseModel):
    company: str
    flags: tuple[Flag, ...] = Field(description="The gravest first.")
    rules_applied: int
    remarks: tuple[str, ...] = ()
