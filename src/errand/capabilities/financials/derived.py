"""Lines that are not reported but follow from those that are; each figure carries its formula and all
sources.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from errand.capabilities.financials.formula import compute, names_in
from errand.capabilities.financials.model import Figure, Period

_ONLY_BANKS = frozenset({"deposits", "loans", "noninterest_income", "noninterest_expense"})
_BANKS_TOO = frozenset({"net_interest_income", "interest_income", "credit_loss_provision"})

Figures = dict[str, Figure]
"""Period label to figure."""


@dataclass
class Draft:
    """Lines while they are put together."""

    periods: Sequence[Period]
    currency: str
    lines: dict[str, Figures] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    concepts: dict[str, str] = field(default_factory=dict)
    """Item to the local name of the concept that its newest figure is from."""
    in_balance_sheet: set[str] = field(default_factory=set)
    remarks: list[str] = field(default_factory=list)

    def at(self, item: str, period: str) -> Figure | None:
        return self.lines.get(item, {}).get(period)

    def derive(self, item: str, expression: str, operands: Mapping[str, str] | None = None) -> bool:
        """Fill in where nothing is reported and all operands are. True: at least one figure came of it."""
        names = operands or {name: name for name in names_in(expression)}
        made = False
        for period in self.periods:
            values = {name: self.at(of, period.label) for name, of in names.items()}
            known = {name: figure for name, figure in values.items() if figure is not None}
            if self.at(item, period.label) is None and len(known) == len(names):
                figure = compute(expression, known, self.currency)
                if figure is not None:
                    self.lines.setdefault(item, {})[period.label] = figure
                    made = True
        return made


def derive_all(draft: Draft) -> None:
    _drop_what_only_banks_and_insurers_have(draft)
    for step in _STEPS:
        step(draft)


def _drop_what_only_banks_and_insurers_have(draft: Draft) -> None:
    """Notes of others report interest and investment income too; there they are no lines of a statement."""
    reported = draft.lines.keys()
    if not (_ONLY_BANKS & reported and len((_ONLY_BANKS | _BANKS_TOO) & reported) > 1):
        for item in _ONLY_BANKS | _BANKS_TOO:
            draft.lines.pop(item, None)
    if "premiums" not in reported:
        for item in ("investment_income", "claims"):
            draft.lines.pop(item, None)


def _revenue(draft: Draft) -> None:
    """A bank has no revenue line, an insurer perhaps only premiums: say what stands for it."""
    newest = draft.periods[0].label
    if draft.at("revenue", newest):
        return
    draft.lines.pop("revenue", None)
    for expression, label, remark in (
        ("net_interest_income + noninterest_income", "Revenue (net interest income plus noninterest income)",
         "No revenue is reported; net interest income plus noninterest income stands for it, as for banks."),
        ("premiums + investment_income", "Revenue (premiums earned plus net investment income)",
         "No total revenue is reported; premiums earned plus net investment income stand for it."),
        ("premiums", "Premiums earned", "No total revenue is reported; premiums earned stand for it."),
        ("interest_income", "Interest income", "No revenue is reported; interest income stands for it."),
    ):  # fmt: skip
        if all(draft.at(name, newest) for name in names_in(expression)):
            if expression in draft.lines:
                draft.lines["revenue"] = dict(draft.lines[expression])
            else:
                draft.derive("revenue", expression)
            draft.labels["revenue"] = label
            draft.remarks.append(remark)
            return
    draft.remarks.append("No revenue is reported for the newest period; ratios to revenue are left out.")


def _gross_profit(draft: Draft) -> None:
    draft.derive("gross_profit", "revenue - cost_of_revenue")


def _sga(draft: Draft) -> None:
    draft.derive("sga", "selling_marketing + general_administrative")


def _liabilities(draft: Draft) -> None:
    """Temporary equity is neither a liability nor equity; noncontrolling interests are equity."""
    missing = [p.label for p in draft.periods if draft.at("total_assets", p.label)]
    if all(draft.at("total_liabilities", label) for label in missing):
        return
    whole = "liabilities_and_equity" if "liabilities_and_equity" in draft.lines else "total_assets"
    equity = (
        "equity_with_noncontrolling" if "equity_with_noncontrolling" in draft.lines else "shareholders_equity"
    )
    names = [whole, equity] + (["temporary_equity"] if "temporary_equity" in draft.lines else [])
    if draft.derive("total_liabilities", " - ".join(names)):
        draft.remarks.append("Total liabilities are not reported as such; they are total assets less equity.")


def _short_term_debt(draft: Draft) -> None:
    draft.lines["short_term_debt"] = {
        **draft.lines.get("short_term_debt", {}),
        **draft.lines.get("debt_current", {}),
    }
    draft.derive("short_term_debt", "long_term_debt_current + short_term_borrowings")
    for single in ("long_term_debt_current", "short_term_borrowings"):
        for label, figure in draft.lines.get(single, {}).items():
            draft.lines["short_term_debt"].setdefault(label, figure)
    if not draft.lines["short_term_debt"]:
        del draft.lines["short_term_debt"]


_TOTALS = ("LongTermDebt", "LongTermDebtAndCapitalLeaseObligationsIncludingCurrentMaturities", "Borrowings",
           "NoncurrentFinancialLiabilities")  # fmt: skip


def _total_debt(draft: Draft) -> None:
    """Long-term debt may or may not include what is due within a year; the concept, or its place, tells."""
    concept = draft.concepts.get("long_term_debt", "")
    includes_current = concept in _TOTALS and "long_term_debt" not in draft.in_balance_sheet
    if "long_term_debt" in draft.lines:
        short = "short_term_borrowings" if includes_current else "short_term_debt"
        if concept == "Borrowings" or not draft.lines.get(short):
            _copy(draft, "long_term_debt", "total_debt")
        else:
            draft.derive(
                "total_debt", "long_term_debt + short", {"long_term_debt": "long_term_debt", "short": short}
            )
    elif "debt_total" in draft.lines:
        _copy(draft, "debt_total", "total_debt")
    elif "short_term_debt" in draft.lines:
        _copy(draft, "short_term_debt", "total_debt")
    if "total_debt" not in draft.lines:
        draft.remarks.append(
            "No debt is reported: neither loans, borrowings nor notes are among the figures."
        )
    elif concept:
        kind = "with the part due within a year" if includes_current else "without the part due within a year"
        draft.remarks.append(f"Long-term debt is what the filing reports as {concept}, {kind}.")


def _copy(draft: Draft, source: str, target: str) -> None:
    draft.lines[target] = {**draft.lines[source], **draft.lines.get(target, {})}


def _free_cash_flow(draft: Draft) -> None:
    draft.derive("free_cash_flow", "operating_cash_flow - capex")


_STEPS: tuple[Callable[[Draft], None], ...] = (
    _revenue, _gross_profit, _sga, _liabilities, _short_term_debt, _total_debt, _free_cash_flow,
)  # fmt: skip
