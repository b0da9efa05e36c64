"""Red flags in growth, earnings and margins."""

from decimal import Decimal
from itertools import pairwise

from errand.capabilities.financials.model import Severity
from errand.capabilities.financials.rule import Finding, Rule, View, amount, graded
from errand.capabilities.reports.figures import show


def _net_loss(view: View) -> Finding | None:
    net = view.now("net_income")
    if net is None or net.value >= 0:
        return None
    before, cash = view.before("net_income"), view.now("operating_cash_flow")
    grave = (before is not None and before.value < 0) or (cash is not None and cash.value < 0)
    return Finding(
        Severity.HIGH if grave else Severity.MEDIUM, f"The net loss of {net.period} is {amount(net)}", (net,)
    )


def _growing_loss(view: View) -> Finding | None:
    net, revenue = view.pair("net_income"), view.pair("revenue")
    if not net or not revenue or not net[0].value < net[1].value < 0 or revenue[0].value <= revenue[1].value:
        return None
    return Finding(
        Severity.HIGH,
        f"The net loss grew from {amount(net[1])} to {amount(net[0])} while revenue grew from "
        f"{amount(revenue[1])} to {amount(revenue[0])}",
        (*net, *revenue),
    )


def _recurring_losses(view: View) -> Finding | None:
    losses = []
    for figure in view.run("net_income"):
        if figure.value >= 0:
            break
        losses.append(figure)
    if len(losses) < 3:
        return None
    growing = all(newer.value < older.value for newer, older in pairwise(losses))
    tail = ", and each was larger than the one before" if growing else ""
    title = (
        f"Net losses recurred in {len(losses)} periods in a row, from a loss of {amount(losses[-1])} in "
        f"{losses[-1].period} to a loss of {amount(losses[0])} in {losses[0].period}{tail}"
    )
    return Finding(Severity.HIGH, title, tuple(losses))


def _operating_loss(view: View) -> Finding | None:
    operating, net = view.now("operating_income"), view.now("net_income")
    if operating is None or net is None or operating.value >= 0 or net.value < 0:
        return None
    return Finding(
        Severity.MEDIUM,
        f"Operations made a loss of {amount(operating)}; the net income of {amount(net)} is from elsewhere",
        (operating, net),
    )


def _revenue_decline(view: View) -> Finding | None:
    pair, change = view.pair("revenue"), view.change("revenue")
    if not pair or change is None or change.value > -1:
        return None
    return Finding(
        graded(-change.value, medium="3", high="15"),
        f"Revenue fell by {amount(change)}, from {amount(pair[1])} to {amount(pair[0])}",
        (change, *pair),
    )


def _slowing_growth(view: View) -> Finding | None:
    pair = view.ratio_pair("revenue_growth")
    if not pair or pair[1].value < 10 or pair[0].value < 0 or pair[0].value > pair[1].value / 2:
        return None
    return Finding(
        Severity.LOW,
        f"Revenue growth slowed from {amount(pair[1])} to {amount(pair[0])}, a decline of more than half",
        pair,
    )


def _earnings_decline(view: View) -> Finding | None:
    pair, change = view.pair("net_income"), view.change("net_income")
    if not pair or change is None or pair[0].value <= 0 or change.value > -3:
        return None
    return Finding(
        graded(-change.value, medium="10", high="30"),
        f"Net income fell by {amount(change)}, from {amount(pair[1])} to {amount(pair[0])}",
        (change, *pair),
    )


def _falling_margin(name: str, label: str, *, low: str, medium: str, high: str) -> Rule:
    def find(view: View) -> Finding | None:
        pair = view.ratio_pair(name)
        if not pair or pair[1].value <= 0:
            return None
        fall = pair[1].value - pair[0].value
        if fall < Decimal(low):
            return None
        title = f"The {label} fell from {amount(pair[1])} to {show(pair[0].value, '%')}"
        return Finding(graded(fall, medium=medium, high=high), title, pair)

    return Rule(
        f"{name.replace('_', '-')}-falling",
        f"The {label} is lower by {low} percentage points or more than a year before: prices, costs or mix "
        f"have turned against the company. Medium from {medium} points, high from {high}.",
        ("margin", "costs", "pricing", "competition", "inflation"),
        find,
    )


def _tax_rate(view: View) -> Finding | None:
    rate, pair = view.ratio("effective_tax_rate"), view.ratio_pair("effective_tax_rate")
    if rate is None:
        return None
    if pair and abs(pair[0].value - pair[1].value) >= 8:
        return Finding(
            Severity.LOW,
            f"The effective tax rate went from {show(pair[1].value, '%')} to {show(pair[0].value, '%')}",
            pair,
        )
    if rate.value < 5 or rate.value > 40:
        return Finding(Severity.LOW, f"The effective tax rate is {show(rate.value, '%')}", (rate,))
    return None


def _profit_from_tax(view: View) -> Finding | None:
    tax, net, pretax = view.now("income_tax"), view.now("net_income"), view.now("pretax_income")
    if not tax or not net or not pretax or tax.value >= 0 or net.value <= 0 or -tax.value < net.value / 4:
        return None
    return Finding(
        Severity.MEDIUM,
        f"A tax benefit, a negative charge of {amount(tax)}, is much of the net income of {amount(net)}",
        (tax, net, pretax),
    )


def _stock_compensation(view: View) -> Finding | None:
    ratio, paid = view.ratio("stock_compensation_to_revenue"), view.now("stock_compensation")
    if ratio is None or paid is None or ratio.value <= 15:
        return None
    return Finding(
        graded(ratio.value, medium="15", high="30"),
        f"Stock-based compensation of {amount(paid)} is {amount(ratio)} of revenue",
        (ratio, paid),
    )


def _claims(view: View) -> Finding | None:
    ratio = view.ratio("loss_ratio")
    if ratio is None or ratio.value <= 85:
        return None
    return Finding(
        graded(ratio.value, medium="85", high="100"),
        f"Claims and benefits take {amount(ratio)} of the premiums earned",
        (ratio,),
    )


def _credit_losses(view: View) -> Finding | None:
    pair, change = view.pair("credit_loss_provision"), view.change("credit_loss_provision")
    if not view.is_bank or not pair or change is None or change.value < 25:
        return None
    return Finding(
        graded(change.value, medium="25", high="75"),
        f"The provision for credit losses rose by {amount(change)} to {amount(pair[0])}",
        (change, *pair),
    )


RESULTS = (
    Rule(
        "net-loss",
        "The company loses money after all costs and taxes. High when it did so the year before as well, or "
        "when operations also use up cash.",
        ("losses", "profitability", "net loss"),
        _net_loss,
    ),
    Rule(
        "growing-loss",
        "Revenue grows and the net loss grows with it: growth alone does not lead to profit.",
        ("losses", "profitability", "growth", "net loss"),
        _growing_loss,
    ),
    Rule(
        "recurring-losses",
        "Three or more periods in a row ended with a net loss: it has yet to show that it can earn.",
        ("losses", "history of losses", "profitability"),
        _recurring_losses,
    ),
    Rule(
        "operating-loss",
        "Operations lose money while the bottom line is positive: the profit comes from items that may not "
        "recur.",
        ("losses", "profitability", "one-time gains"),
        _operating_loss,
    ),
    Rule(
        "revenue-decline",
        "Revenue is at least 1 % lower than a year before. Medium from 3 %, high from 15 %.",
        ("revenue", "demand", "competition", "economic conditions"),
        _revenue_decline,
    ),
    Rule(
        "growth-slowing",
        "Revenue growth of 10 % or more has fallen to less than half of it.",
        ("growth", "demand", "competition"),
        _slowing_growth,
    ),
    Rule(
        "earnings-decline",
        "Net income is at least 3 % lower than a year before. Medium from 10 %, high from 30 %.",
        ("earnings", "profitability", "costs"),
        _earnings_decline,
    ),
    _falling_margin("gross_margin", "gross margin", low="1", medium="2", high="5"),
    _falling_margin("operating_margin", "operating margin", low="1.5", medium="3", high="8"),
    _falling_margin("net_margin", "net margin", low="1", medium="3", high="8"),
    Rule(
        "tax-rate-unusual",
        "The effective tax rate moved by 8 percentage points or more, or is below 5 % or above 40 %: "
        "earnings are helped or hurt by something that may not recur.",
        ("taxes", "tax", "legal proceedings"),
        _tax_rate,
    ),
    Rule(
        "profit-from-tax-benefit",
        "A tax benefit makes up a quarter or more of the net income.",
        ("taxes", "tax", "profitability"),
        _profit_from_tax,
    ),
    Rule(
        "stock-compensation-high",
        "Stock-based compensation is more than 15 % of revenue, a cost that owners bear through dilution. "
        "High from 30 %.",
        ("stock compensation", "dilution", "employees", "retention"),
        _stock_compensation,
    ),
    Rule(
        "claims-high",
        "An insurer's claims and benefits are more than 85 % of the premiums earned; above 100 % "
        "underwriting loses money before any cost.",
        ("claims", "underwriting", "catastrophe", "reserves", "insurance"),
        _claims,
    ),
    Rule(
        "credit-losses-rising",
        "A bank's provision for credit losses is a quarter or more above that of the year before.",
        ("credit", "loans", "borrowers", "economic conditions"),
        _credit_losses,
    ),
)
