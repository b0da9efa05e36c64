"""The first section of a report: what it says to the words of the request, by rule."""

import re
from collections.abc import Callable, Iterator

from errand.capabilities.financials.model import Severity
from errand.capabilities.financials.report_page import Page
from errand.capabilities.financials.report_risks import flag_said
from errand.capabilities.financials.report_words import counted, listed, sentence

_MOST_FLAGS = 3
_MOST_RISKS = 3
_HEALTH = (
    r"\bhealth|\bsound\b|\bsolid\b|\bstrong\b|\bstable\b|\bsafe\b|\bin (good|bad|what) shape"
    r"|\binvest(ment|ing)?\b|\bhow is .* doing"
)
_CHANGE = (
    r"\b(last|previous|prior) year\b|\byear (before|over year|on year)\b|\bcompared?\b|\bgrowth\b"
    r"|\bgrow(n|s|ing)?\b|\brevenues?\b|\bsales\b"
)


def answer(page: Page) -> Iterator[str]:
    """One line for each thing that was asked about; else the signs and risks that weigh most."""
    wanted = [find for words, find in _TOPICS if re.search(words, page.request, re.IGNORECASE)]
    said = [line for find in wanted or (_warnings, _risks) for line in find(page)]
    for line in dict.fromkeys(said):
        yield f"- {line}"
    if said:
        yield ""


def _health(page: Page) -> Iterator[str]:
    """A count of what speaks for and against, and not a verdict that the numbers can not bear."""
    net, flow, equity = (
        page.line(item) for item in ("net_income", "operating_cash_flow", "shareholders_equity")
    )
    good: list[str] = []
    bad: list[str] = []
    for line, well, ill in (
        (net, "it earns a profit", "it makes a loss"),
        (flow, "operations bring in cash", "operations use up cash"),
        (equity, "it owns more than it owes", "it owes more than it owns"),
    ):
        if line and (figure := line.at(page.current.label)):
            page.said(line)
            is_well = figure.value >= 0
            (good if is_well else bad).append(f"{well if is_well else ill} {page.ledger_mark(line)}")
    parts = [f"For its health speaks that {listed(good)}"] if good else []
    parts += [f"against it that {listed(bad)}"] if bad else []
    if parts:
        yield sentence("; ".join(parts))
    signs = [flag.severity for flag in page.flags.flags]
    grave = signs.count(Severity.HIGH)
    found = f"{counted(grave, 'grave warning sign')} and {counted(len(signs) - grave, 'lesser one')}"
    yield f"The rules find {found} in the numbers."


def _liquidity(page: Page) -> Iterator[str]:
    yield from _together(
        "Liquidity", page, ("cash", "short_term_investments", "short_term_debt"),
        ("current_ratio", "quick_ratio", "cash_ratio"),
    )  # fmt: skip


def _debt(page: Page) -> Iterator[str]:
    if page.line("long_term_debt", "total_debt") is None:
        yield "Debt: none is among the reported figures."
        return
    yield from _together(
        "Debt", page, ("total_debt", "long_term_debt", "short_term_debt"),
        ("net_debt", "debt_to_equity", "interest_coverage"),
    )  # fmt: skip


def _profit(page: Page) -> Iterator[str]:
    yield from _together(
        "Profitability", page, ("net_income", "operating_income"),
        ("gross_margin", "operating_margin", "net_margin", "return_on_equity"),
    )  # fmt: skip


def _cash(page: Page) -> Iterator[str]:
    yield from _together(
        "Cash flow", page, ("operating_cash_flow", "capex", "free_cash_flow"), ("cash_conversion",)
    )


def _year_before(page: Page) -> Iterator[str]:
    if page.prior is None:
        yield "Compared with the year before: only one period is reported, so nothing can be compared."
        return
    parts = []
    for item in ("revenue", "net_income", "eps_diluted", "total_debt", "operating_cash_flow"):
        line = page.line(item)
        if line and line.at(page.prior.label):
            parts.append(
                f"{page.said(line, bare=True)} after {page.cell(line, page.prior)} {page.ledger_mark(line)}"
            )
    if parts:
        yield sentence(f"{page.current.label} compared with {page.prior.label}: {listed(parts)}")


def _warnings(page: Page) -> Iterator[str]:
    flags = sorted(page.flags.flags, key=lambda flag: list(Severity).index(flag.severity))
    for flag in flags[:_MOST_FLAGS]:
        yield f"In the numbers ({flag.severity}): {flag_said(page, flag)}"
    if not flags:
        yield f"In the numbers: none of the {page.flags.rules_applied} rules applied found a warning sign."


def _risks(page: Page) -> Iterator[str]:
    for number, ranked in enumerate(page.risks.risks[:_MOST_RISKS] if page.risks else (), start=1):
        subject = f"Risk {number}"
        heading = page.ledger.passage(ranked.risk.heading, ranked.risk.source, subject)
        yield f"In the filing ({ranked.theme}): {heading} {page.ledger.mark(subject)}"


def _together(topic: str, page: Page, items: tuple[str, ...], ratios: tuple[str, ...]) -> Iterator[str]:
    parts = [page.said(line) for item in items if (line := page.line(item))]
    parts += [said for name in ratios if (said := page.ratio_said(name))]
    yield sentence(f"{topic}: {listed(parts)}") if parts else f"{topic}: nothing is reported about it."


_TOPICS: tuple[tuple[str, Callable[[Page], Iterator[str]]], ...] = (
    (_HEALTH, _health),
    (r"\bliquid|\brunway\b|\bworking capital\b|\bpay (its|the) bills", _liquidity),
    (r"\bdebts?\b|\bleverage|\bindebted|\bsolven|\bborrow|\bcredit", _debt),
    (r"\bprofit|\bmargins?\b|\bearn(s|ings)\b|\breturns?\b", _profit),
    (r"\bcash[- ]flows?\b|\bfree cash\b|\bcash generation\b", _cash),
    (_CHANGE, _year_before),
    (r"\bred flags?\b|\bwarning|\bnumbers\b|\bworr|\brisks?\b|\bconcern|\bdanger|\bwrong\b", _warnings),
    (r"\brisks?\b|\bthreat|\bdanger|\bworr|\bwrong\b", _risks),
)
