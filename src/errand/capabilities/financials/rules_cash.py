"""Red flags in cash flow, working capital and what is paid out."""

from decimal import Decimal

from errand.capabilities.financials.formula import compute
from errand.capabilities.financials.model import Figure, Severity
from errand.capabilities.financials.rule import Finding, Rule, View, amount, graded, share
from errand.capabilities.reports.figures import show


def _negative_operating(view: View) -> Finding | None:
    flow = view.now("operating_cash_flow")
    if view.is_bank or flow is None or flow.value >= 0:
        return None
    return Finding(Severity.HIGH, f"Operating activities used cash of {amount(flow)}", (flow,))


def _below_profit(view: View) -> Finding | None:
    flow, net = view.now("operating_cash_flow"), view.now("net_income")
    if (
        view.is_bank
        or not flow
        or not net
        or net.value <= 0
        or not 0 <= flow.value < net.value * Decimal("0.8")
    ):
        return None
    severity = Severity.HIGH if flow.value < net.value / 2 else Severity.MEDIUM
    return Finding(
        severity,
        f"Operating activities brought in {amount(flow)}, less than the net income of {amount(net)}",
        (flow, net),
    )


def _negative_free(view: View) -> Finding | None:
    free, flow = view.now("free_cash_flow"), view.now("operating_cash_flow")
    if not free or not flow or free.value >= 0 or flow.value < 0:
        return None
    return Finding(
        Severity.MEDIUM,
        f"Free cash flow is negative, an outflow of {amount(free)}: operating activities of {amount(flow)} "
        "do not pay for the capital expenditures",
        (free, flow),
    )


def _runway(view: View) -> Finding | None:
    free, cash = view.now("free_cash_flow") or view.now("operating_cash_flow"), _liquid(view)
    if view.is_bank or not free or not cash or free.value >= 0 or not view.statements.annual:
        return None
    years = cash.value / -free.value
    if years >= 2:
        return None
    return Finding(
        Severity.HIGH if years < 1 else Severity.MEDIUM,
        f"Cash and short-term investments of {amount(cash)} stand against a yearly outflow of "
        f"{amount(free)}: they last for less than {'one year' if years < 1 else 'two years'} at that rate",
        (cash, free),
    )


def _liquid(view: View) -> Figure | None:
    cash, short = view.now("cash"), view.now("short_term_investments")
    if cash and short:
        return compute("cash + short", {"cash": cash, "short": short}, cash.unit)
    return cash


def _receivables(view: View) -> Finding | None:
    return _outgrown(view, "receivables", "Receivables", Decimal("0.03"))


def _inventory(view: View) -> Finding | None:
    return _outgrown(view, "inventory", "Inventories", Decimal("0.01"))


def _outgrown(view: View, item: str, words: str, material: Decimal) -> Finding | None:
    """Ten percentage points ahead of revenue, of something that is not negligible beside revenue."""
    now, revenue = view.now(item), view.now("revenue")
    grown, sales = view.change(item), view.change("revenue")
    if view.is_bank or not now or not revenue or not grown or not sales or share(now, revenue) < material:
        return None
    gap = grown.value - sales.value
    if grown.value < 8 or gap < 10:
        return None
    moved = "grew by" if sales.value >= 0 else "fell by"
    title = f"{words} grew by {show(grown.value, '%')} while revenue {moved} {amount(sales)}"
    return Finding(graded(gap, medium="15", high="50"), title, (grown, sales))


def _payouts(view: View) -> Finding | None:
    free, paid = view.now("free_cash_flow"), _paid_out(view)
    if view.is_bank or not free or not paid or paid.value <= max(free.value, Decimal(0)):
        return None
    severity = Severity.HIGH if free.value <= 0 else graded(paid.value / free.value, medium="1.25")
    compared = "come on top of a negative" if free.value < 0 else "are more than the"
    return Finding(
        severity,
        f"Dividends and share buybacks of {amount(paid)} {compared} free cash flow of {amount(free)}",
        (paid, free),
    )


def _paid_out(view: View) -> Figure | None:
    dividends, buybacks = view.now("dividends"), view.now("buybacks")
    if dividends and buybacks:
        return compute("dividends + buybacks", {"dividends": dividends, "buybacks": buybacks}, dividends.unit)
    return dividends or buybacks


def _dividends_above_earnings(view: View) -> Finding | None:
    dividends, net = view.now("dividends"), view.now("net_income")
    if not dividends or not net or dividends.value <= max(net.value, Decimal(0)):
        return None
    earned = f"net income of {amount(net)}" if net.value >= 0 else f"result, a net loss of {amount(net)}"
    return Finding(
        Severity.MEDIUM, f"Dividends of {amount(dividends)} are more than the {earned}", (dividends, net)
    )


def _deferred_revenue(view: View) -> Finding | None:
    pair, change, revenue = (
        view.pair("deferred_revenue"),
        view.change("deferred_revenue"),
        view.now("revenue"),
    )
    if (
        not pair
        or not change
        or not revenue
        or change.value > -5
        or share(pair[1], revenue) < Decimal("0.05")
    ):
        return None
    return Finding(
        graded(-change.value, medium="10", high="30"),
        f"Deferred revenue fell by {amount(change)}, from {amount(pair[1])} to {amount(pair[0])}",
        (change, *pair),
    )


def _cash_shrinking(view: View) -> Finding | None:
    pair, change, assets = view.pair("cash"), view.change("cash"), view.now("total_assets")
    if view.is_bank or not pair or not change or not assets or change.value > -40:
        return None
    if share(pair[1], assets) < Decimal("0.03"):
        return None
    return Finding(
        graded(-change.value, medium="50", high="75"),
        f"Cash fell by {amount(change)}, from {amount(pair[1])} to {amount(pair[0])}",
        (change, *pair),
    )


CASH = (
    Rule(
        "operating-cash-flow-negative",
        "Operating activities use up cash, which must come from reserves, loans or new shares.",
        ("liquidity", "cash flow", "capital", "financing"),
        _negative_operating,
    ),
    Rule(
        "cash-flow-below-profit",
        "Cash from operating activities is less than 80 % of net income: profit is booked faster than it is "
        "collected. High below 50 %.",
        ("cash flow", "receivables", "accounting", "liquidity"),
        _below_profit,
    ),
    Rule(
        "free-cash-flow-negative",
        "Operating activities bring in less than is spent on property and equipment.",
        ("cash flow", "capital expenditures", "financing"),
        _negative_free,
    ),
    Rule(
        "cash-runway-short",
        "Cash and short-term investments would be used up within two years at the present rate of outflow; "
        "high within one.",
        ("liquidity", "going concern", "capital", "financing"),
        _runway,
    ),
    Rule(
        "receivables-outgrow-revenue",
        "Receivables grow by 10 percentage points or more faster than revenue: customers pay later, or sales "
        "were pulled forward.",
        ("receivables", "customers", "credit", "collection"),
        _receivables,
    ),
    Rule(
        "inventory-outgrows-revenue",
        "Inventories grow by 10 percentage points or more faster than revenue: goods sell more slowly than "
        "they are made, and may have to be written down.",
        ("inventory", "demand", "write-downs", "supply"),
        _inventory,
    ),
    Rule(
        "payouts-above-free-cash-flow",
        "Dividends and buybacks together are more than free cash flow: the rest comes from reserves or debt. "
        "High when free cash flow is not positive.",
        ("dividends", "share repurchases", "liquidity", "debt"),
        _payouts,
    ),
    Rule(
        "dividends-above-earnings",
        "Dividends are more than what was earned, which can not go on.",
        ("dividends", "earnings"),
        _dividends_above_earnings,
    ),
    Rule(
        "deferred-revenue-falling",
        "What customers have paid ahead fell by 5 % or more, a sign of weaker sales to come.",
        ("revenue", "customers", "demand", "subscriptions"),
        _deferred_revenue,
    ),
    Rule(
        "cash-shrinking",
        "Cash fell by 40 % or more within a year.",
        ("liquidity", "cash"),
        _cash_shrinking,
    ),
)
