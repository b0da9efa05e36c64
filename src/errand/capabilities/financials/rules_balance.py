"""Red flags in debt, liquidity, equity and the number of shares."""

from decimal import Decimal

from errand.capabilities.financials.model import Severity
from errand.capabilities.financials.rule import Finding, Rule, View, amount, graded, share
from errand.capabilities.reports.figures import show


def _current_ratio_low(view: View) -> Finding | None:
    ratio = view.ratio("current_ratio")
    if ratio is None or ratio.value >= 1:
        return None
    assets, liabilities = view.now("current_assets"), view.now("current_liabilities")
    if not assets or not liabilities:
        return None
    return Finding(
        Severity.HIGH if ratio.value < Decimal("0.5") else Severity.MEDIUM,
        f"Current assets of {amount(assets)} are less than current liabilities of {amount(liabilities)}, a "
        f"current ratio of {show(ratio.value, 'x')}",
        (ratio, assets, liabilities),
    )


def _current_ratio_falling(view: View) -> Finding | None:
    pair = view.ratio_pair("current_ratio")
    if not pair or pair[0].value > 2 or pair[0].value > pair[1].value * Decimal("0.9"):
        return None
    severity = Severity.MEDIUM if pair[0].value < pair[1].value * Decimal("0.75") else Severity.LOW
    title = f"The current ratio fell from {show(pair[1].value, 'x')} to {show(pair[0].value, 'x')}"
    return Finding(severity, title, pair)


def _leverage_up(view: View) -> Finding | None:
    pair = view.ratio_pair("liabilities_to_equity")
    if view.is_bank or not pair or pair[1].value <= 0:
        return None
    if pair[0].value < 1 or pair[0].value < pair[1].value * Decimal("1.15"):
        return None
    grade = graded(pair[0].value / pair[1].value, medium="1.25", high="2")
    title = (
        f"Liabilities went from {show(pair[1].value, 'x')} to {show(pair[0].value, 'x')} times shareholders’ "
        "equity"
    )
    return Finding(grade, title, pair)


def _negative_equity(view: View) -> Finding | None:
    equity = view.now("shareholders_equity")
    if equity is None or equity.value >= 0:
        return None
    return Finding(
        Severity.HIGH, f"Shareholders’ equity is negative, a deficit of {amount(equity)}", (equity,)
    )


def _shrinking_equity(view: View) -> Finding | None:
    pair, change = view.pair("shareholders_equity"), view.change("shareholders_equity")
    if not pair or not change or change.value > -5:
        return None
    return Finding(
        graded(-change.value, medium="10", high="25"),
        f"Shareholders’ equity fell by {amount(change)}, from {amount(pair[1])} to "
        f"{show(pair[0].value, pair[0].unit)}",
        (change, *pair),
    )


def _liabilities_jump(view: View) -> Finding | None:
    pair, change = view.pair("total_liabilities"), view.change("total_liabilities")
    assets = view.change("total_assets")
    if not pair or not change or not assets or change.value < 25 or change.value < assets.value + 10:
        return None
    return Finding(
        graded(change.value, medium="25", high="75"),
        f"Total liabilities rose by {amount(change)}, from {amount(pair[1])} to {amount(pair[0])}",
        (change, *pair),
    )


def _debt_growth(view: View) -> Finding | None:
    pair, change = view.pair("total_debt"), view.change("total_debt")
    assets = view.now("total_assets")
    if not pair or not assets or share(pair[0], assets) < Decimal("0.05"):
        return None
    if pair[1].value == 0:
        return Finding(
            Severity.MEDIUM, f"Debt of {amount(pair[0])} was taken up; there was none a year before", pair
        )
    if not change or change.value < 20:
        return None
    return Finding(
        graded(change.value, medium="20", high="60"),
        f"Total debt rose by {amount(change)}, from {amount(pair[1])} to {amount(pair[0])}",
        (change, *pair),
    )


def _interest_coverage(view: View) -> Finding | None:
    ratio, interest = view.ratio("interest_coverage"), view.now("interest_expense")
    operating, revenue = view.now("operating_income"), view.now("revenue")
    if view.is_bank or interest is None:
        return None
    if ratio is not None and ratio.value < 3:
        return Finding(
            Severity.HIGH if ratio.value < Decimal("1.5") else Severity.MEDIUM,
            f"Earnings before interest and taxes cover the interest expense of {amount(interest)} only "
            f"{show(ratio.value, 'x')} times",
            (ratio, interest),
        )
    if operating and revenue and operating.value < 0 and share(interest, revenue) > Decimal("0.005"):
        return Finding(
            Severity.HIGH,
            f"An operating loss of {amount(operating)} leaves nothing for the interest of {amount(interest)}",
            (operating, interest),
        )
    return None


def _net_debt(view: View) -> Finding | None:
    ratio = view.ratio("net_debt_to_ebitda")
    if ratio is None or ratio.value <= 3:
        return None
    return Finding(
        graded(ratio.value, medium="3", high="5"),
        f"Net debt is {show(ratio.value, 'x')} times operating income before depreciation",
        (ratio,),
    )


def _short_term_debt(view: View) -> Finding | None:
    debt, cash, short = view.now("short_term_debt"), view.now("cash"), view.now("short_term_investments")
    if view.is_bank or not debt or not cash:
        return None
    liquid = cash.value + (short.value if short else 0)
    if debt.value <= liquid:
        return None
    also = f" and short-term investments of {amount(short)}" if short and short.value else ""
    return Finding(
        Severity.HIGH if debt.value > 2 * liquid else Severity.MEDIUM,
        f"Debt of {amount(debt)} falls due within a year, more than the cash of {amount(cash)}{also}",
        (debt, cash, *([short] if also and short else [])),
    )


def _goodwill(view: View) -> Finding | None:
    goodwill, equity = view.now("goodwill"), view.now("shareholders_equity")
    if not goodwill or not equity or equity.value <= 0 or share(goodwill, equity) <= Decimal("0.5"):
        return None
    return Finding(
        Severity.MEDIUM if goodwill.value > equity.value else Severity.LOW,
        f"Goodwill of {amount(goodwill)} is more than half of shareholders’ equity of {amount(equity)}",
        (goodwill, equity),
    )


def _accumulated_deficit(view: View) -> Finding | None:
    retained, assets = view.now("retained_earnings"), view.now("total_assets")
    if not retained or retained.value >= 0 or not assets:
        return None
    deep = -retained.value > assets.value / 2
    return Finding(
        Severity.MEDIUM if deep else Severity.LOW,
        f"The accumulated deficit is {amount(retained)}",
        (retained,),
    )


def _dilution(view: View) -> Finding | None:
    pair, change = view.pair("shares_diluted"), view.change("shares_diluted")
    if not pair or not change or change.value < 3:
        return None
    if change.value > 50 and pair[0].sources[0].document != pair[1].sources[0].document:
        return None  # more likely a split that the older filing does not know of
    return Finding(
        graded(change.value, medium="5", high="15"),
        f"The number of diluted shares grew by {amount(change)}",
        (change, *pair),
    )


def _restated(view: View) -> Finding | None:
    for line in view.statements.lines:
        name = line.item.removesuffix("_as_reported_elsewhere")
        current = view.statements.line(name)
        if name == line.item or current is None or not line.figures:
            continue
        other = line.figures[0]
        figure = current.at(other.period)
        if figure:
            return Finding(
                Severity.MEDIUM,
                f"{current.label} of {other.period} is {show(figure.value, figure.unit)} here and "
                f"{show(other.value, other.unit)} in another filing",
                (figure, other),
            )
    return None


def _thin_equity(view: View) -> Finding | None:
    ratio = view.ratio("equity_to_assets")
    limit = Decimal("0.06") if view.is_bank or view.now("insurance_reserves") else Decimal("0.15")
    if ratio is None or not 0 < ratio.value < limit:
        return None
    equity, assets = view.now("shareholders_equity"), view.now("total_assets")
    if not equity or not assets:
        return None
    return Finding(
        Severity.MEDIUM if ratio.value < limit / 2 else Severity.LOW,
        f"Shareholders’ equity of {amount(equity)} carries total assets of {amount(assets)}",
        (ratio, equity, assets),
    )


BALANCE = (
    Rule(
        "current-ratio-below-one",
        "What is due within a year is more than what will turn into cash within a year. High below 0.5.",
        ("liquidity", "working capital", "debt"),
        _current_ratio_low,
    ),
    Rule(
        "current-ratio-falling",
        "The current ratio fell by a tenth or more and is below 2.",
        ("liquidity", "working capital"),
        _current_ratio_falling,
    ),
    Rule(
        "leverage-rising",
        "Liabilities in proportion to shareholders’ equity rose by 15 % or more. Medium from a quarter, high "
        "when they doubled.",
        ("debt", "leverage", "indebtedness", "liquidity"),
        _leverage_up,
    ),
    Rule(
        "equity-negative",
        "The company owes more than it owns.",
        ("debt", "solvency", "going concern", "equity"),
        _negative_equity,
    ),
    Rule(
        "equity-shrinking",
        "Shareholders’ equity fell by 5 % or more through losses, buybacks or dividends. High from 25 %.",
        ("equity", "losses", "share repurchases", "capital"),
        _shrinking_equity,
    ),
    Rule(
        "liabilities-jump",
        "Total liabilities rose by a quarter or more, and faster than assets. High from 75 %.",
        ("debt", "liabilities", "indebtedness", "leverage"),
        _liabilities_jump,
    ),
    Rule(
        "debt-growing",
        "Debt rose by a fifth or more within a year, or was taken up where there was none.",
        ("debt", "indebtedness", "interest rates", "convertible notes"),
        _debt_growth,
    ),
    Rule(
        "interest-coverage-low",
        "Operating earnings are less than three times the interest expense: little room for weaker years or "
        "higher rates. High below 1.5 times.",
        ("debt", "interest rates", "credit", "covenants"),
        _interest_coverage,
    ),
    Rule(
        "net-debt-high",
        "Net debt is more than three times operating income before depreciation (EBITDA). High from five.",
        ("debt", "indebtedness", "credit rating", "covenants"),
        _net_debt,
    ),
    Rule(
        "short-term-debt-above-cash",
        "Debt due within a year is more than cash and short-term investments: it must be refinanced or paid "
        "from operations.",
        ("debt", "liquidity", "refinancing", "capital markets"),
        _short_term_debt,
    ),
    Rule(
        "goodwill-high",
        "Goodwill is more than half of shareholders’ equity; a write-down would take it away.",
        ("goodwill", "acquisitions", "impairment"),
        _goodwill,
    ),
    Rule(
        "accumulated-deficit",
        "Losses and payouts of all years are more than the earnings of all years. Medium when more than half "
        "of total assets.",
        ("losses", "history of losses", "equity"),
        _accumulated_deficit,
    ),
    Rule(
        "share-dilution",
        "The number of shares grew by 3 % or more: each share owns less of the company.",
        ("dilution", "shares", "stock compensation", "capital"),
        _dilution,
    ),
    Rule(
        "restated",
        "A figure differs by more than 0.5 % from what another filing of the company reports for the same "
        "period: it was restated or reclassified.",
        ("restatement", "accounting", "internal control"),
        _restated,
    ),
    Rule(
        "equity-thin",
        "Shareholders’ equity is less than 15 % of total assets (6 % for banks and insurers): small losses "
        "of value weigh heavily.",
        ("leverage", "capital", "solvency"),
        _thin_equity,
    ),
)
