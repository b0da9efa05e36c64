"""Revenue: what a company reports as the whole of it, and what stands for it where nothing is."""

from decimal import Decimal

from errand.capabilities.financials.draft import Draft
from errand.capabilities.financials.formula import names_in

_PARTS = frozenset(
    {
        "RevenueFromContractWithCustomerExcludingAssessedTax", "RevenueFromContractsWithCustomers",
        "RevenueFromContractWithCustomerIncludingAssessedTax", "SalesRevenueGoodsNet",
        "SalesRevenueServicesNet", "OperatingLeasesIncomeStatementLeaseRevenue", "OperatingLeaseLeaseIncome",
        "BrokerageCommissionsRevenue", "RevenueFromContractWithCustomer",
    }
)  # fmt: skip
"""Concepts that may be the whole revenue or a part of it."""
_STANDING_FOR_IT = (
    ("net_interest_income + noninterest_income", "Revenue (net interest income plus noninterest income)",
     "No revenue is reported; net interest income plus noninterest income stands for it, as for banks."),
    ("premiums + investment_income", "Revenue (premiums earned plus net investment income)",
     "No total revenue is reported; premiums earned plus net investment income stand for it."),
    ("operating_income + costs", "Revenue (operating income plus total costs)",
     "No total revenue is reported; operating income plus total costs and expenses stand for it."),
    ("pretax_income + costs", "Revenue (income before taxes plus total costs)",
     "No total revenue is reported; income before taxes plus total costs and expenses stand for it."),
    ("premiums", "Premiums earned", "No total revenue is reported; premiums earned stand for it."),
    ("interest_income", "Interest income", "No revenue is reported; interest income stands for it."),
)  # fmt: skip


def derive_revenue(draft: Draft) -> None:
    """A bank has no revenue line, an insurer perhaps only premiums: say what stands for it."""
    newest = draft.periods[0].label
    if draft.at("revenue", newest) and (why := _only_a_part(draft, newest)):
        draft.remarks.append(
            f"What is reported as {draft.concepts['revenue']} is {why}, not the whole revenue."
        )
        draft.lines.pop("revenue")
    if draft.at("revenue", newest):
        return
    draft.lines.pop("revenue", None)
    for expression, label, remark in _STANDING_FOR_IT:
        if all(draft.at(name, newest) for name in names_in(expression)) and _adds_up(
            draft, expression, newest
        ):
            if expression in draft.lines:
                draft.lines["revenue"] = dict(draft.lines[expression])
            else:
                draft.derive("revenue", expression)
            draft.labels["revenue"] = label
            draft.remarks.append(remark)
            return
    draft.remarks.append("No revenue is reported for the newest period; ratios to revenue are left out.")


def _only_a_part(draft: Draft, newest: str) -> str:
    """Why a reported revenue cannot be the whole: fees beside interest, fees beside premiums, less than costs
    allow.
    """
    revenue = _value(draft, "revenue", newest)
    if draft.concepts.get("revenue", "") not in _PARTS:
        return ""
    if draft.at("net_interest_income", newest) and draft.at("noninterest_income", newest):
        return "a part of the noninterest income"
    if revenue < _value(draft, "premiums", newest):
        return "less than the premiums"
    gross = revenue - _value(draft, "cost_of_revenue", newest)
    costed = draft.at("cost_of_revenue", newest) and draft.at("gross_profit", newest) is None
    if costed and "revenue" not in draft.in_statement and gross < _value(draft, "operating_income", newest):
        return "less than costs and operating income together"
    return ""


def _adds_up(draft: Draft, expression: str, newest: str) -> bool:
    """Total costs belong to the kind of income that they were taken from; a sum of nothing is no revenue."""
    names = names_in(expression)
    if "costs" not in names:
        return True
    insurers = draft.concepts.get("costs") == "BenefitsLossesAndExpenses"
    return insurers == ("pretax_income" in names) and sum(_value(draft, n, newest) for n in names) > 0


def _value(draft: Draft, item: str, period: str) -> Decimal:
    figure = draft.at(item, period)
    return figure.value if figure else Decimal(0)
