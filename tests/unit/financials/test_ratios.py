from datetime import date
from decimal import Decimal

from errand.capabilities.financials.ratios import build_ratios
from errand.capabilities.financials.statements import build_statements
from tests.unit.financials.by_hand import fact, fact_set, figures_of, ratios_of

COMPANY = {
    "Revenues": (1000, 800),
    "CostOfRevenue": (600, 500),
    "OperatingIncomeLoss": (200, 150),
    "InterestExpense": (20, 20),
    "NetIncomeLoss": (120, 100),
    "Assets": (2000, 1800),
    "AssetsCurrent": (500, 450),
    "LiabilitiesCurrent": (400, 300),
    "Liabilities": (1200, 1100),
    "StockholdersEquity": (800, 700),
    "LongTermDebtNoncurrent": (600, 550),
    "CashAndCashEquivalentsAtCarryingValue": (150, 140),
    "AccountsReceivableNetCurrent": (100, 90),
    "NetCashProvidedByUsedInOperatingActivities": (180, 160),
    "PaymentsToAcquirePropertyPlantAndEquipment": (80, 70),
    "WeightedAverageNumberOfDilutedSharesOutstanding": (50, 50),
}


def test_growth_margins_and_multiples_are_computed_with_their_formulas() -> None:
    made = ratios_of(COMPANY)
    formulas = {
        name: figures_of(made, name)["FY2024"].formula
        for name in ("revenue_growth", "net_margin", "current_ratio", "interest_coverage", "return_on_equity",
                     "days_sales_outstanding", "fcf_per_share")
    }  # fmt: skip

    assert formulas == {
        "revenue_growth": "25.00 % = (1,000 - 800) / 800",
        "net_margin": "12.00 % = 120 / 1,000",
        "current_ratio": "1.25 x = 500 / 400",
        "interest_coverage": "10.00 x = 200 / 20",
        "return_on_equity": "16.00 % = 120 / ((800 + 700) / 2)",
        "days_sales_outstanding": "36.50 days = 100 / 1,000 * 365",
        "fcf_per_share": "2.00 = (180 - 80) / 50",
    }


def test_a_ratio_is_exact_and_only_its_showing_is_rounded() -> None:
    made = ratios_of({**COMPANY, "Revenues": (3, 7)})

    assert figures_of(made, "revenue_growth")["FY2024"].value == Decimal("-57.1428571429")


def test_every_ratio_names_the_sources_of_all_its_parts() -> None:
    figure = figures_of(ratios_of(COMPANY), "net_debt")["FY2024"]

    assert figure.value == 450
    assert len(figure.sources) == 2


def test_growth_from_a_loss_means_nothing_and_is_left_out_with_a_word() -> None:
    made = ratios_of({**COMPANY, "NetIncomeLoss": (120, -100)})

    assert figures_of(made, "net_income_growth") == {}
    assert any(remark.startswith("Net income growth is left out") for remark in made.remarks)


def test_ratios_to_negative_equity_are_left_out() -> None:
    made = ratios_of({**COMPANY, "StockholdersEquity": (-50, 700)})

    assert "FY2024" not in figures_of(made, "debt_to_equity")
    assert figures_of(made, "return_on_equity") == {}


def test_without_interest_there_is_no_coverage() -> None:
    assert figures_of(ratios_of({**COMPANY, "InterestExpense": (0, 0)}), "interest_coverage") == {}


def test_without_debt_there_is_no_leverage_by_debt() -> None:
    made = ratios_of({item: row for item, row in COMPANY.items() if item != "LongTermDebtNoncurrent"})

    assert figures_of(made, "debt_to_equity") == {}
    assert figures_of(made, "liabilities_to_equity")["FY2024"].value == Decimal("1.5")


def test_a_bank_is_not_measured_by_what_only_others_have() -> None:
    made = ratios_of({**COMPANY, "Deposits": (900, 800), "NoninterestExpense": (300, 280)})

    assert figures_of(made, "net_debt") == {}
    assert figures_of(made, "interest_coverage") == {}
    assert figures_of(made, "equity_to_assets")["FY2024"].value == Decimal("0.4")


def test_half_a_year_is_compared_with_the_half_a_year_before_and_not_annualized() -> None:
    now, before = (date(2024, 1, 1), date(2024, 6, 30)), (date(2023, 1, 1), date(2023, 6, 30))
    facts = [fact("Revenues", 60, now), fact("Revenues", 50, before), fact("Assets", 500, now),
             fact("NetIncomeLoss", 6, now)]  # fmt: skip

    made = build_ratios(build_statements(fact_set(facts, "10-Q", now[1])))

    assert figures_of(made, "revenue_growth")["6 months to Jun 30, 2024"].value == 20
    assert figures_of(made, "return_on_assets") == {}


def test_a_transition_period_is_compared_with_nothing() -> None:
    year, short = (date(2024, 1, 1), date(2024, 12, 31)), (date(2023, 7, 1), date(2023, 12, 31))
    before = (date(2022, 7, 1), date(2023, 6, 30))
    facts = [fact("Revenues", v, s) for v, s in ((1000, year), (480, short), (900, before))]

    assert figures_of(build_ratios(build_statements(fact_set(facts))), "revenue_growth") == {}
