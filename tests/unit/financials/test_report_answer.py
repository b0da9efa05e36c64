"""What a report says first, to the words of the request."""

from collections.abc import Mapping

import pytest

from errand.capabilities.financials.flags import find_flags
from errand.capabilities.financials.ratios import build_ratios
from errand.capabilities.financials.report_answer import answer
from errand.capabilities.financials.report_page import Page
from tests.unit.financials.by_hand import statements_of

LOSING: Mapping[str, tuple[int | str, ...]] = {
    "Revenues": (1000, 1200), "NetIncomeLoss": (-100, 50), "Assets": (2000, 2100),
    "StockholdersEquity": (300, 450),
    "NetCashProvidedByUsedInOperatingActivities": (-40, 80), "AssetsCurrent": (400, 500),
    "LiabilitiesCurrent": (800, 500), "CashAndCashEquivalentsAtCarryingValue": (60, 90),
    "LongTermDebtNoncurrent": (700, 500),
}  # fmt: skip


def answered(request: str, values: Mapping[str, tuple[int | str, ...]] = LOSING) -> str:
    made = statements_of(values)
    ratios = build_ratios(made)
    return "\n".join(answer(Page(made, ratios, find_flags(made, ratios), request=request)))


def test_health_is_told_by_what_speaks_for_and_against_it() -> None:
    said = answered("Is this company healthy?")
    assert "For its health speaks that it owns more than it owes" in said
    assert "against it that it makes a loss" in said
    assert "warning sign" in said


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ("Focus on liquidity", "Liquidity: cash and cash equivalents of $60"),
        ("Can it pay its debts?", "Debt: total debt of $700"),
        ("Analyze it and compare with last year", "FY2024 compared with FY2023: revenue of $1,000 after"),
        ("Summarize the key risks the numbers point to", "In the numbers (high): "),
        ("Analyze the financials", "In the numbers (high): "),
    ],
)  # fmt: skip
def test_each_thing_that_is_asked_about_gets_a_line(request_: str, expected: str) -> None:
    assert expected in answered(request_)


def test_a_company_without_debt_is_said_to_have_none_among_its_figures() -> None:
    values = {name: row for name, row in LOSING.items() if name != "LongTermDebtNoncurrent"}
    assert "Debt: none is among the reported figures." in answered("How much debt is there?", values)
