"""Debt: filings tell it by due date, by kind, with or without what is due within a year."""

from errand.capabilities.financials.draft import Draft
from errand.capabilities.financials.items import DEBT_PARTS
from errand.capabilities.financials.model import Figure

_WITH_CURRENT = frozenset(
    {
        "LongTermDebt", "LongTermDebtAndCapitalLeaseObligationsIncludingCurrentMaturities", "Borrowings",
        "NoncurrentFinancialLiabilities",
    }
)  # fmt: skip
_ALL = "long_term_debt_total"


def derive_debt(draft: Draft) -> None:
    _credit_line(draft)
    extra = _parts(draft)
    _short_term(draft)
    _total(draft, extra)
    _with_its_current_part(draft)


def _credit_line(draft: Draft) -> None:
    """Without current liabilities a credit facility is debt like any other; with them it counts as short."""
    if draft.concepts.get("short_term_borrowings") != "LineOfCredit":
        return
    if "current_liabilities" in draft.lines:
        draft.lines.pop("debt_credit_line", None)
    else:
        draft.lines.pop("short_term_borrowings", None)


def _parts(draft: Draft) -> list[str]:
    """Sum up the kinds of debt where no total is reported. What is left beside a total is given back."""
    newest = draft.periods[0].label
    parts = [name for name in DEBT_PARTS if draft.at(name, newest)]
    on_sheet = [name for name in parts if name in draft.in_statement]
    rows = [name for name in parts if name.startswith("debt_row")]
    total, total_on_sheet = draft.at("long_term_debt", newest), "long_term_debt" in draft.in_statement
    if rows and total:
        _sum(draft, ["long_term_debt", *rows])
        return []
    whole_without_current = draft.concepts.get("long_term_debt") not in _WITH_CURRENT
    if total and (total_on_sheet or not on_sheet or whole_without_current):
        beside = [name for name in on_sheet if total_on_sheet and _differs(draft, name, total)]
        _hide(draft, set(DEBT_PARTS) - set(beside))
        return beside
    chosen = _without_repeats(draft, on_sheet or parts)
    _hide(draft, set(DEBT_PARTS) - set(chosen))
    if not chosen:
        return []
    if total:
        draft.lines.setdefault(_ALL, draft.lines["long_term_debt"])
    draft.lines.pop("long_term_debt", None)
    _sum(draft, chosen)
    return []


def _sum(draft: Draft, names: list[str]) -> None:
    """The line `long_term_debt`; a last row that is the sum of those before is a subtotal."""
    newest = draft.periods[0].label
    values = [figure.value for name in names if (figure := draft.at(name, newest))]
    if len(values) > 2 and values[-1] == sum(values[:-1]):
        names = names[-1:]
    made: dict[str, dict[str, Figure]] = {name: draft.lines[name] for name in names}
    concepts = [draft.concepts[name] for name in names]
    if "long_term_debt" in names:
        first = draft.lines.pop("long_term_debt")
        draft.lines["debt_row_first"] = first
        names = ["debt_row_first" if name == "long_term_debt" else name for name in names]
    for period in draft.periods:
        there = [name for name in names if draft.at(name, period.label)]
        if there:
            _derive_at(draft, there)
    if len(made) == 1 and "long_term_debt" not in made:
        draft.labels["long_term_debt"] = "Long-term debt"
    draft.concepts["long_term_debt"] = " plus ".join(concepts)
    draft.labels.setdefault("long_term_debt", "Long-term debt")
    if len(made) > 1:
        draft.labels["long_term_debt"] = "Long-term debt"


def _derive_at(draft: Draft, names: list[str]) -> None:
    if len(names) == 1:
        draft.copy(names[0], "long_term_debt")
    else:
        draft.derive("long_term_debt", " + ".join(names))


def _without_repeats(draft: Draft, names: list[str]) -> list[str]:
    """One amount under two concepts is one debt."""
    newest = draft.periods[0].label
    kept: dict[object, str] = {}
    for name in names:
        figure = draft.at(name, newest)
        if figure and figure.value:
            kept.setdefault(figure.value, name)
    return list(kept.values())


def _differs(draft: Draft, name: str, total: Figure) -> bool:
    figure = draft.at(name, draft.periods[0].label)
    return figure is not None and figure.value != total.value and figure.value > 0


def _hide(draft: Draft, names: set[str]) -> None:
    for name in names:
        draft.lines.pop(name, None)


def _short_term(draft: Draft) -> None:
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


def _total(draft: Draft, extra: list[str]) -> None:
    """Long-term debt may or may not include what is due within a year; the concept, or its place, tells."""
    concept = draft.concepts.get("long_term_debt", "")
    includes_current = concept in _WITH_CURRENT and "long_term_debt" not in draft.in_statement
    if "long_term_debt" in draft.lines:
        short = "short_term_borrowings" if includes_current else "short_term_debt"
        names = ["long_term_debt", *extra]
        if concept != "Borrowings" and draft.lines.get(short):
            names.append(short)
        if len(names) == 1:
            draft.copy("long_term_debt", "total_debt")
        else:
            draft.derive("total_debt", " + ".join(names))
    elif "debt_total" in draft.lines:
        draft.copy("debt_total", "total_debt")
    elif "short_term_debt" in draft.lines:
        draft.copy("short_term_debt", "total_debt")
    if "total_debt" not in draft.lines:
        draft.remarks.append(
            "No debt is reported: neither loans, borrowings nor notes are among the figures."
        )
    elif concept:
        kind = ", with the part due within a year" if includes_current else ""
        if not includes_current and "current_liabilities" in draft.lines:
            kind = ", without the part due within a year"
        draft.remarks.append(f"Long-term debt is what the filing reports as {concept}{kind}.")


def _with_its_current_part(draft: Draft) -> None:
    """Shown beside the long-term debt where it says something else; summed up where its parts are told."""
    newest = draft.periods[0].label
    long = draft.at("long_term_debt", newest)
    if long is None:
        return
    if draft.at(_ALL, newest) is None and "long_term_debt" in draft.in_statement:
        draft.derive(_ALL, "long_term_debt + long_term_debt_current")
    whole = draft.at(_ALL, newest)
    if whole is None or whole.value == long.value:
        draft.lines.pop(_ALL, None)
    elif whole.value > long.value:
        draft.labels["long_term_debt"] = f"{draft.labels['long_term_debt']}, non-current part"
