"""The sections of a financial report that the numbers fill."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from errand.capabilities.financials.items import DEBT_PARTS
from errand.capabilities.financials.model import Figure, Line, Period, Ratio, RatioGroup
from errand.capabilities.financials.report_page import NOT_MEANINGFUL, Page, at, table
from errand.capabilities.financials.report_words import NAMES, counted, listed, name, noun, sentence, span
from errand.capabilities.reports.figures import exact, is_currency, show
from errand.capabilities.reports.markdown import escape

_KEY_ITEMS = (
    "revenue", "premiums", "net_interest_income", "gross_profit", "operating_income", "net_income",
    "eps_diluted", "total_assets", "total_liabilities", "shareholders_equity", "cash", "long_term_debt",
    "long_term_debt_total", *DEBT_PARTS, "total_debt", "operating_cash_flow", "capex", "free_cash_flow",
)  # fmt: skip
_TREND_ITEMS = (
    "revenue", "premiums", "net_interest_income", "operating_income", "net_income", "operating_cash_flow",
    "free_cash_flow", "total_assets", "total_liabilities", "shareholders_equity", "long_term_debt",
    "eps_diluted",
)  # fmt: skip
_BALANCE_WORDS = ("assets", "liabilities", "equity", "debt")
_TOP_LINES = ("revenue", "premiums", "net_interest_income")
_MOST_PERIODS = 5
_MOST_RATIO_PERIODS = 4


def summary(page: Page) -> Iterator[str]:
    """Two or three sentences with the figures that matter most."""
    yield " ".join(part for part in (_earned(page), _funded(page), _found(page)) if part)
    yield ""


def key_figures(page: Page) -> Iterator[str]:
    lines = [line for item in _KEY_ITEMS if (line := page.line(item))]
    lines += [each for each in page.statements.lines if _is_extra(each, page.current, set(NAMES))][:4]
    rows = [_key_row(page, line) for line in _distinct(lines)]
    columns = (page.current.label, page.prior.label, "Change") if page.prior else (page.current.label,)
    yield from table(("Figure", *columns, "Source"), rows)
    if any(NOT_MEANINGFUL in row for row in rows):
        yield f"{NOT_MEANINGFUL}: not meaningful, since the earlier figure is zero or negative."
        yield ""


def growth_and_profitability(page: Page) -> Iterator[str]:
    margins = [page.ratio_said(name) for name in ("gross_margin", "operating_margin", "net_margin")]
    if said := [each for each in margins if each]:
        yield sentence(f"{page.current.label} shows {listed(said)}")
        yield ""
    yield from page.picture("performance", "margin", "revenue")
    yield from _ratio_table(page, RatioGroup.GROWTH, RatioGroup.MARGINS, RatioGroup.RETURNS)


def balance_sheet(page: Page) -> Iterator[str]:
    owned = [page.said(line) for item in ("total_assets", "total_liabilities", "shareholders_equity")
             if (line := page.line(item))]  # fmt: skip
    if owned:
        yield sentence(f"At the end of {page.current.label} the balance sheet shows {listed(owned)}")
    owed = [page.said(line) for item in ("cash", "long_term_debt") if (line := page.line(item))]
    named = ("net_debt", "current_ratio", "interest_coverage")
    liquid = [said for ratio in named if (said := page.ratio_said(ratio))]
    if owed or liquid:
        yield sentence(f"It has {listed([*owed, *liquid])}")
    if not page.line("long_term_debt", "total_debt"):
        yield "No long-term debt was found among the reported figures."
    yield ""
    yield from page.picture("balance")
    yield from _ratio_table(page, RatioGroup.LEVERAGE, RatioGroup.COVERAGE, RatioGroup.LIQUIDITY)


def cash_flow(page: Page) -> Iterator[str]:
    operating, spent, free = page.line("operating_cash_flow"), page.line("capex"), page.line("free_cash_flow")
    if operating:
        text = f"Operating activities {_flowed(page, operating)} {page.ledger_mark(operating)}"
        if spent and free:
            text += f"; {page.said(spent)} leave {_free(page, free)}"
        yield sentence(text)
    else:
        yield "No cash flow from operating activities was found among the reported figures."
    yield ""
    yield from page.picture("cash")
    yield from _ratio_table(page, RatioGroup.CASH, RatioGroup.PER_SHARE)


def trends(page: Page) -> Iterator[str]:
    """Over all the periods there are, when there are three or more."""
    periods = page.statements.periods[:_MOST_PERIODS]
    lines = [
        line for item in _TREND_ITEMS
        if (line := page.statements.line(item)) and sum(bool(line.at(p.label)) for p in periods) > 2
    ]  # fmt: skip
    lines = [line for line in _distinct(lines) if any(figure.value for figure in line.figures)]
    if not lines:
        count = len(page.statements.periods)
        yield f"Comparable figures stand there for {counted(count, 'period')} only: no trend is drawn."
        yield ""
        return
    moves = [move for line in lines if (move := _movement(page, line, periods))]
    if moves:
        yield " ".join(sentence(move) for move in moves[:4])
        yield ""
    yield from page.picture("trend")
    yield from page.scaled_table(lines, periods)


def _key_row(page: Page, line: Line) -> tuple[str, ...]:
    cells = [page.cell(line, page.current)]
    if page.prior:
        cells += [page.cell(line, page.prior), page.change_cell(line)]
    return (escape(name(line)), *cells, page.ledger_mark(line))


def _distinct(lines: Sequence[Line]) -> list[Line]:
    """Without those that say the same as one before: premiums that stand for revenue."""
    found: dict[tuple[Figure, ...], Line] = {}
    for line in lines:
        found.setdefault(line.figures, line)
    return list(found.values())


def _is_extra(line: Line, current: Period, known: set[str]) -> bool:
    """An insurer's or a bank's own main lines, which have no place in the list of every company."""
    special = line.item.startswith(
        ("premium", "net_interest", "claims", "benefits", "deposits", "loans", "reserves")
    )
    return special and line.item not in known and line.at(current.label) is not None


def _earned(page: Page) -> str:
    top, net = page.line(*_TOP_LINES), page.line("net_income")
    if not top and not net:
        when = span(page.current, annual=page.statements.annual)
        return f"For {when}, neither revenue nor net income is reported."
    parts = [_compared(page, line) for line in (top, net) if line]
    when = span(page.current, annual=page.statements.annual)
    company = escape(page.statements.company or "The company")
    return sentence(f"{company} reported {' and '.join(parts)} for {when}")


def _compared(page: Page, line: Line) -> str:
    """`revenue of $3.63 billion, up 29.21 % from $2.81 billion [1]`."""
    said, mark = page.said(line, bare=True), page.ledger_mark(line)
    earlier = page.prior and line.at(page.prior.label)
    if not earlier:
        return f"{said} {mark}"
    grown, before = page.grown(line), page.amount(line, earlier)
    current = line.at(page.current.label)
    if grown is None or (current and current.value < 0):
        lost = current is not None and current.value < 0
        return (
            f"{_a(said) if lost else said}, after {_a(noun(line, earlier))} of {before} a year before {mark}"
        )
    page.ledger.figure(grown, name(line), "change")
    if grown.value == 0:
        return f"{said}, unchanged {mark}"
    direction = "up" if grown.value > 0 else "down"
    return f"{said}, {direction} {show(abs(grown.value), '%')} from {before} {mark}"


def _funded(page: Page) -> str:
    operating, cash = page.line("operating_cash_flow"), page.line("cash")
    debt, equity = page.line("long_term_debt", "total_debt"), page.line("shareholders_equity")
    parts = []
    if operating:
        parts.append(f"operating activities {_flowed(page, operating)} {page.ledger_mark(operating)}")
    held = [page.said(line) for line in (cash, debt, equity) if line]
    if held:
        parts.append(f"the year closed with {listed(held)}" if page.statements.annual else
                     f"the period closed with {listed(held)}")  # fmt: skip
    return sentence("; ".join(parts)) if parts else ""


def _flowed(page: Page, line: Line) -> str:
    figure = line.at(page.current.label)
    if figure is None:
        return ""
    page.ledger.figure(figure, name(line))
    verb = "used cash of" if figure.value < 0 else "brought in cash of"
    return f"{verb} {show(abs(figure.value), figure.unit)}"


def _free(page: Page, line: Line) -> str:
    figure = line.at(page.current.label)
    if figure is None:
        return ""
    page.ledger.figure(figure, name(line))
    kind = "a negative free cash flow" if figure.value < 0 else "a free cash flow"
    return f"{kind} of {show(abs(figure.value), figure.unit)} {page.ledger_mark(line)}"


def _found(page: Page) -> str:
    flags = len(page.flags.flags)
    follows = "follows" if flags == 1 else "follow"
    text = (
        f"{counted(flags, 'red flag')} {follows} from the numbers"
        if flags
        else "The numbers raise no red flag"
    )
    if page.risks and page.risks.risks:
        text += f"; the filing describes {counted(len(page.risks.risks), 'risk factor')}, ranked below"
    return sentence(text)


def _ratio_table(page: Page, *groups: RatioGroup) -> Iterator[str]:
    periods = page.statements.periods[:_MOST_RATIO_PERIODS]
    ratios = [r for group in groups for r in page.ratios.ratios if r.group is group and at(r, page.current)]
    ratios = [ratio for ratio in ratios if not _is_money(ratio) and not _is_repeated(ratio)]
    if not ratios:
        yield "No ratio of this kind can be computed from the reported figures."
        yield ""
        return
    used = [period for period in periods if any(at(ratio, period) for ratio in ratios)]
    rows = [_ratio_row(page, ratio, used) for ratio in ratios]
    yield from table(("Ratio", *(period.label for period in used), "Source"), rows)


def _is_repeated(ratio: Ratio) -> bool:
    """How lines of the balance sheet changed stands beside them among the key figures."""
    words = ratio.label.casefold()
    return ratio.group is RatioGroup.GROWTH and any(word in words for word in _BALANCE_WORDS)


def _is_money(ratio: Ratio) -> bool:
    """Amounts stand in the text, each with what it is made of; tables of ratios hold ratios."""
    return is_currency(ratio.figures[0].unit.partition("/")[0])


def _ratio_row(page: Page, ratio: Ratio, periods: Sequence[Period]) -> tuple[str, ...]:
    cells = [page.ratio_cell(ratio, period) for period in periods]
    return (escape(ratio.label), *cells, page.ledger.mark(ratio.label))


def _movement(page: Page, line: Line, periods: Sequence[Period]) -> str:
    """What a line did in every one of the periods, when it did the same in all; else nothing."""
    figures = [figure for period in reversed(periods) if (figure := line.at(period.label))]
    values = [figure.value for figure in figures]
    steps = [later - earlier for earlier, later in pairwise(values)]
    subject = NAMES.get(line.item, line.label).split(" (")[0]
    first, last = figures[0].period, figures[-1].period
    if all(value < 0 for value in values):
        worse = " and grew each time" if all(step < 0 for step in steps) else ""
        return f"The {noun(line, figures[-1])} recurred in every period from {first} to {last}{worse}"
    if all(step > 0 for step in steps):
        return f"{subject} rose in every period from {first} to {last}{_pace(page, line, figures)}"
    if all(step < 0 for step in steps):
        return f"{subject} fell in every period from {first} to {last}"
    return ""


def _pace(page: Page, line: Line, figures: Sequence[Figure]) -> str:
    """The mean growth a year, for fiscal years without a gap."""
    first, last, years = figures[0], figures[-1], len(figures) - 1
    if not page.statements.annual or first.value <= 0 or line.item not in _TOP_LINES:
        return ""
    rate = ((last.value / first.value) ** (Decimal(1) / years) - 1) * 100
    latest, earliest = exact(last.value, ""), exact(first.value, "")
    mean = Figure(
        value=rate,
        unit="%",
        period=last.period,
        formula=f"{exact(rate, '%')} = (({latest} / {earliest}) ^ (1 / {years}) - 1) × 100",
        sources=(*last.sources, *first.sources),
    )
    shown = page.ledger.figure(mean, f"Mean growth of {noun(line, last)}", f"{first.period} to {last.period}")
    return f", by {shown} a year on average {page.ledger.mark(f'Mean growth of {noun(line, last)}')}"


def _a(words: str) -> str:
    return f"{'an' if words[:1] in 'aeiou' else 'a'} {words}"
