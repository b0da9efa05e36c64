"""The capability that applies stated rules to the numbers."""

from pydantic import BaseModel, Field

from errand.capabilities.financials.model import (
    Flag,
    FlagSet,
    FlagsRef,
    RatioSet,
    RatiosRef,
    Severity,
    Statements,
    StatementsRef,
)
from errand.capabilities.financials.rule import Finding, Rule, View
from errand.capabilities.financials.rules_balance import BALANCE
from errand.capabilities.financials.rules_cash import CASH
from errand.capabilities.financials.rules_results import RESULTS
from errand.capability import Context, capability

RULES = (*RESULTS, *CASH, *BALANCE)


class FlagsInput(BaseModel):
    statements: StatementsRef = Field(description="The financial statements of one company.")
    ratios: RatiosRef = Field(description="The ratios computed from them.")


class FlagsOutput(BaseModel):
    flags: FlagsRef = Field(
        description="The red flags found, the gravest first, each with its rule and figures."
    )
    flag_count: int = Field(description="How many there are.")
    titles: list[str] = Field(description="Each flag as a sentence with its figures.")


@capability("financials.flags")
def flags(wanted: FlagsInput, context: Context) -> FlagsOutput:
    """Find red flags and warning signs in a company's financial statements and ratios by stated rules:
    losses, falling
    margins, weak cash flow, rising debt, low liquidity, shrinking equity, dilution.
    """
    statements = context.load_model(wanted.statements, Statements)
    found = find_flags(statements, context.load_model(wanted.ratios, RatioSet))
    return FlagsOutput(
        flags=context.save_model(FlagsRef, "flags.json", found),
        flag_count=len(found.flags),
        titles=[flag.title for flag in found.flags],
    )


def find_flags(statements: Statements, ratios: RatioSet) -> FlagSet:
    view = View(statements, ratios)
    findings = [(rule, finding) for rule in RULES if (finding := rule.find(view)) is not None]
    found = [_flag(rule, finding) for rule, finding in findings]
    order = list(Severity)
    found.sort(key=lambda flag: order.index(flag.severity))
    return FlagSet(
        company=statements.company, flags=tuple(found), rules_applied=len(RULES), remarks=_remarks(view)
    )


def _flag(rule: Rule, finding: Finding) -> Flag:
    return Flag(
        rule=rule.name,
        severity=finding.severity,
        title=finding.title,
        explanation=rule.explanation,
        topics=rule.topics,
        figures=finding.figures,
    )


def _remarks(view: View) -> tuple[str, ...]:
    if view.prior is None:
        return ("No figures of the year before are there, so rules that compare with it could not apply.",)
    return ()
