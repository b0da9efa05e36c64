"""How the lines of the statements are called in a report, and how its sentences are put together."""

from collections.abc import Sequence
from datetime import date

from errand.capabilities.financials.model import Figure, Line, Period

NAMES = {
    "revenue": "Revenue",
    "premiums": "Premiums earned",
    "net_interest_income": "Net interest income",
    "gross_profit": "Gross profit",
    "r_and_d": "Research and development expense",
    "operating_income": "Operating income",
    "interest_expense": "Interest expense",
    "net_income": "Net income",
    "eps_diluted": "Diluted earnings per share (EPS)",
    "total_assets": "Total assets",
    "total_liabilities": "Total liabilities",
    "shareholders_equity": "Shareholders’ equity",
    "cash": "Cash and cash equivalents",
    "long_term_debt": "Long-term debt",
    "long_term_debt_total": "Long-term debt including the part due within a year",
    "total_debt": "Total debt",
    "operating_cash_flow": "Operating cash flow (cash from operating activities)",
    "capex": "Capital expenditures",
    "free_cash_flow": "Free cash flow",
}
"""Ours, for each item that every report names the same; the company's own word is put beside it."""

_LOSSES = {
    "gross_profit": "gross loss",
    "operating_income": "operating loss",
    "net_income": "net loss",
    "shareholders_equity": "shareholders’ deficit",
    "eps_diluted": "diluted loss per share",
}
_EITHER = {
    "gross_profit": "Gross profit (loss)",
    "operating_income": "Operating income (loss)",
    "net_income": "Net income (loss)",
    "shareholders_equity": "Shareholders’ equity (deficit)",
    "eps_diluted": "Diluted earnings (loss) per share (EPS)",
}
"""Labels of rows in which a loss stands."""
_RECENT = 5
_ALSO = {
    "revenue": {"total revenue", "revenues", "total revenues"},
    "net_income": {"net income (loss)", "net loss", "net earnings", "profit or loss", "profit (loss)"},
    "shareholders_equity": {"stockholders’ equity", "total equity", "total stockholders’ equity"},
    "operating_cash_flow": {"cash from operating activities", "net cash provided by operating activities"},
    "eps_diluted": {
        "diluted earnings per share",
        "diluted eps",
        "eps, diluted",
        "earnings per share, diluted",
    },
    "cash": {"cash"},
}
"""Labels that say the same as ours and are not repeated."""
_LONGEST_LABEL = 60


def name(line: Line) -> str:
    """`Revenue (net sales)`, `Net income (loss)`: the row's label, and what its figures are filed under."""
    ours = NAMES.get(line.item, line.label)
    if line.item in _EITHER and any(figure.value < 0 for figure in line.figures[:_RECENT]):
        return _EITHER[line.item]
    theirs = line.label.strip()
    if theirs.startswith((f"{ours} (", f"{ours},")):
        return theirs
    if "(" in ours or len(theirs) > _LONGEST_LABEL or _same(line.item, ours, theirs):
        return ours
    return f"{ours} ({_lowered(theirs)})"


def noun(line: Line, figure: Figure) -> str:
    """In a sentence: `revenue`, `net loss`."""
    if figure.value < 0 and line.item in _LOSSES:
        return _LOSSES[line.item]
    if line.item == "long_term_debt" and line.label.endswith(", non-current part"):
        return "non-current long-term debt"
    return _lowered(NAMES.get(line.item, line.label).split(" (")[0])


def day(when: date) -> str:
    """`September 28, 2024`."""
    return f"{when:%B} {when.day}, {when.year}"


def span(period: Period, *, annual: bool) -> str:
    """`FY2024 (fiscal year ended September 28, 2024)`."""
    kind = "fiscal year" if annual else "period"
    return f"{period.label} ({kind} ended {day(period.end)})"


def counted(number: int, thing: str) -> str:
    """`1 red flag`, `3 red flags`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def listed(parts: Sequence[str]) -> str:
    """`a, b and c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


def sentence(text: str) -> str:
    """With a capital at its start and a full stop at its end."""
    stripped = text.strip()
    ended = stripped if stripped.endswith((".", "!", "?", ".”")) else f"{stripped}."
    names_a_file = "." in ended.split(" ", 1)[0].rstrip(".")
    return ended if names_a_file else ended[:1].upper() + ended[1:]


def _same(item: str, ours: str, theirs: str) -> bool:
    said = theirs.casefold().replace("'", "’")
    return not said or said in ours.casefold() or said in _ALSO.get(item, set())


def _lowered(label: str) -> str:
    """Without the capital of its first word, unless that is an abbreviation."""
    first = label.split(" ", 1)[0]
    return label if len(first) > 1 and first.isupper() else label[:1].lower() + label[1:]
