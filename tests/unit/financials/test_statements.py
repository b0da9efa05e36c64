from datetime import date
from decimal import Decimal

import pytest

from errand.capabilities.filings.model import Fact
from errand.capabilities.financials.model import Statements
from errand.capabilities.financials.statements import build_statements
from errand.domain.errors import InputRefused
from tests.unit.financials.by_hand import YEAR, fact, fact_set, statements_of, values_of, weeks, years

PLAIN = {
    "Revenues": (1000, 900),
    "NetIncomeLoss": (100, 90),
    "Assets": (2000, 1800),
    "StockholdersEquity": (800, 700),
}


def labels(made: Statements) -> list[str]:
    return [period.label for period in made.periods]


def said(made: Statements) -> str:
    return " ".join(made.remarks)


def test_a_year_is_lined_up_with_the_one_before() -> None:
    made = statements_of(PLAIN)

    assert labels(made) == ["FY2024", "FY2023"]
    assert values_of(made, "revenue") == {"FY2024": Decimal(1000), "FY2023": Decimal(900)}
    assert values_of(made, "shareholders_equity") == {"FY2024": Decimal(800), "FY2023": Decimal(700)}


def test_a_segment_is_never_taken_for_the_company() -> None:
    part = fact("Revenues", 5000, YEAR[2024], segment="us:AnvilsMember")

    made = build_statements(fact_set([part, *years(PLAIN)]))

    assert values_of(made, "revenue")["FY2024"] == 1000


def test_a_quarter_is_never_taken_for_the_year() -> None:
    fourth = (date(2024, 10, 1), date(2024, 12, 31))
    quarter = [fact("Revenues", 260, fourth), fact("NetIncomeLoss", 27, fourth)]

    made = build_statements(fact_set([*quarter, *years(PLAIN)]))

    assert values_of(made, "revenue") == {"FY2024": Decimal(1000), "FY2023": Decimal(900)}


def test_years_of_52_and_53_weeks_follow_each_other_and_are_named_as_the_company_does() -> None:
    first, second, third = (
        weeks(date(2025, 1, 4), 53), weeks(date(2023, 12, 30), 52), weeks(date(2022, 12, 31), 52),
    )  # fmt: skip
    named = fact("dei:DocumentFiscalYearFocus", 2024, first, "pure")
    facts = [named, *(fact("Revenues", v, s) for v, s in ((106, first), (103, second), (100, third)))]

    made = build_statements(fact_set(facts, end=first[1]))

    assert labels(made) == ["FY2024", "FY2023", "FY2022"]
    assert values_of(made, "revenue") == {
        "FY2024": Decimal(106),
        "FY2023": Decimal(103),
        "FY2022": Decimal(100),
    }


def test_a_year_that_ends_in_the_first_days_of_january_belongs_to_the_one_before() -> None:
    span = weeks(date(2022, 1, 1), 52)

    assert labels(build_statements(fact_set([fact("Revenues", 1, span)], end=span[1]))) == ["FY2021"]


def test_a_transition_period_is_labelled_and_not_called_a_year() -> None:
    short = (date(2023, 7, 1), date(2023, 12, 31))
    before = (date(2022, 7, 1), date(2023, 6, 30))
    facts = [fact("Revenues", v, s) for v, s in ((1000, YEAR[2024]), (480, short), (900, before))]

    made = build_statements(fact_set(facts))

    assert labels(made) == ["FY2024", "6 months to Dec 31, 2023", "FY2023"]
    assert "shorter than a fiscal year" in said(made)


def test_a_quarterly_report_gives_year_to_date_and_quarter_each_with_the_year_before() -> None:
    half, last_half = (date(2024, 1, 1), date(2024, 6, 30)), (date(2023, 1, 1), date(2023, 6, 30))
    quarter, last_quarter = (date(2024, 4, 1), half[1]), (date(2023, 4, 1), last_half[1])
    facts = [
        fact("Revenues", 60, half), fact("Revenues", 50, last_half), fact("Revenues", 31, quarter),
        fact("Revenues", 26, last_quarter), fact("Assets", 500, half), fact("Assets", 480, YEAR[2023]),
    ]  # fmt: skip

    made = build_statements(fact_set(facts, "10-Q", half[1]))

    assert not made.annual
    assert labels(made) == [
        "6 months to Jun 30, 2024", "6 months to Jun 30, 2023", "3 months to Jun 30, 2024",
        "3 months to Jun 30, 2023", "At Dec 31, 2023",
    ]  # fmt: skip
    assert values_of(made, "total_assets")["At Dec 31, 2023"] == 480
    assert "interim" in said(made)


def test_amounts_stay_in_the_currency_of_the_statements() -> None:
    euros = years({"ifrs-full:Revenue": (700, 650), "ifrs-full:ProfitLoss": (70, 60)}, unit="EUR")
    converted = fact("ifrs-full:Revenue", 770, YEAR[2024], "USD")

    made = build_statements(fact_set([converted, *euros], "20-F", currency="EUR"))

    assert values_of(made, "revenue") == {"FY2024": Decimal(700), "FY2023": Decimal(650)}
    assert made.currency == "EUR"
    assert "nothing was converted" in said(made)


def test_income_is_that_of_the_owners_and_the_whole_stands_beside_it_where_it_differs() -> None:
    made = statements_of({**PLAIN, "ProfitLoss": (112, 90)})

    assert values_of(made, "net_income") == {"FY2024": Decimal(100), "FY2023": Decimal(90)}
    assert values_of(made, "net_income_with_noncontrolling")["FY2024"] == 112


def test_what_says_the_same_twice_is_shown_once() -> None:
    made = statements_of({**PLAIN, "ProfitLoss": (100, 90)})

    assert made.line("net_income_with_noncontrolling") is None


def test_cash_of_the_balance_sheet_is_not_the_total_with_restricted_cash() -> None:
    total = "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents"

    made = statements_of({**PLAIN, total: (330, 310), "CashAndCashEquivalentsAtCarryingValue": (300, 290)})

    assert values_of(made, "cash")["FY2024"] == 300


def test_liabilities_that_are_not_reported_leave_out_temporary_equity_and_minorities() -> None:
    made = statements_of(
        {
            **PLAIN,
            "LiabilitiesAndStockholdersEquity": (2000, 1800),
            "StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest": (850, 740),
            "RedeemableNoncontrollingInterestEquityCarryingAmount": (50, 40),
        }
    )
    line = made.line("total_liabilities")

    assert line is not None
    assert line.figures[0].value == 1100
    assert line.figures[0].formula == "1,100 = 2,000 - 850 - 50"
    assert len(line.figures[0].sources) == 3
    assert "not reported as such" in said(made)


def test_free_cash_flow_shows_how_it_was_computed() -> None:
    flows = {
        "NetCashProvidedByUsedInOperatingActivities": (118_254_000_000, 0),
        "PaymentsToAcquirePropertyPlantAndEquipment": (9_447_000_000, 0),
    }
    line = statements_of({**PLAIN, **flows}).line("free_cash_flow")

    assert line is not None
    assert line.figures[0].formula == "108,807 = 118,254 - 9,447, USD millions"
    assert [source.fact for source in line.figures[0].sources] == [
        "us-gaap:NetCashProvidedByUsedInOperatingActivities (2024-01-01, 2024-12-31)",
        "us-gaap:PaymentsToAcquirePropertyPlantAndEquipment (2024-01-01, 2024-12-31)",
    ]


def test_a_company_without_debt_is_said_to_have_none() -> None:
    made = statements_of(PLAIN)

    assert made.line("total_debt") is None
    assert "No debt is reported" in said(made)


def test_debt_counts_what_is_due_within_a_year_once() -> None:
    apart = {"LongTermDebtNoncurrent": (85, 95), "LongTermDebtCurrent": (11, 10), "CommercialPaper": (10, 6)}
    together = {"LongTermDebt": (96, 105), "LongTermDebtCurrent": (11, 10), "CommercialPaper": (10, 6)}

    assert values_of(statements_of({**PLAIN, **apart}), "total_debt")["FY2024"] == 106
    assert values_of(statements_of({**PLAIN, **together}), "total_debt")["FY2024"] == 106


def test_an_insurer_without_revenue_has_its_premiums_stand_for_it_and_says_so() -> None:
    made = statements_of(
        {
            "PremiumsEarnedNet": (900, 850),
            "NetInvestmentIncome": (100, 90),
            "PolicyholderBenefitsAndClaimsIncurredNet": (700, 600),
            "LiabilityForClaimsAndClaimsAdjustmentExpense": (3000, 2900),
            "NetIncomeLoss": (80, 75),
        }
    )
    revenue = made.line("revenue")

    assert revenue is not None
    assert revenue.label == "Revenue (premiums earned plus net investment income)"
    assert revenue.figures[0].formula == "1,000 = 900 + 100"
    assert values_of(made, "insurance_reserves")["FY2024"] == 3000
    assert "No total revenue is reported" in said(made)


def test_a_bank_has_interest_and_other_income_stand_for_revenue() -> None:
    made = statements_of(
        {
            "InterestIncomeExpenseNet": (60, 55),
            "NoninterestIncome": (40, 35),
            "Deposits": (5000, 4800),
            "NetIncomeLoss": (20, 18),
        }
    )

    assert values_of(made, "revenue") == {"FY2024": Decimal(100), "FY2023": Decimal(90)}
    assert "as for banks" in said(made)


def test_interest_income_in_the_notes_does_not_make_a_bank() -> None:
    made = statements_of({**PLAIN, "InterestIncomeOperating": (7, 6), "InterestIncomeExpenseNet": (-3, -2)})

    assert made.line("interest_income") is None
    assert made.line("net_interest_income") is None


def test_a_company_before_its_first_sale_has_no_revenue_and_none_is_invented() -> None:
    made = statements_of({"NetIncomeLoss": (-50, -40), "ResearchAndDevelopmentExpense": (45, 35)})

    assert made.line("revenue") is None
    assert "No revenue is reported" in said(made)


def test_a_loss_is_called_a_loss() -> None:
    line = statements_of({**PLAIN, "NetIncomeLoss": (-100, 90)}).line("net_income")

    assert line is not None
    assert line.label == "Net loss"


def test_the_companys_own_term_is_used_where_people_use_it() -> None:
    named = fact("Revenues", 1000, YEAR[2024], label="Total net sales", statement="income statement")
    odd = fact(
        "NetIncomeLoss", 100, YEAR[2024], label="Balance carried forward", statement="income statement"
    )

    made = build_statements(fact_set([named, odd]))

    assert [line.label for line in made.lines] == ["Net sales", "Net income"]


def test_the_primary_statement_tells_which_of_two_revenues_is_the_companys() -> None:
    note = fact("Revenues", 100, YEAR[2024])
    whole = fact(
        "RevenueFromContractWithCustomerExcludingAssessedTax", 1000, YEAR[2024], statement="income statement"
    )

    assert values_of(build_statements(fact_set([note, whole])), "revenue")["FY2024"] == 1000


def test_the_filing_itself_counts_before_other_filings_and_the_difference_is_kept() -> None:
    earlier = fact("Revenues", 950, YEAR[2023], document="companyfacts.json")

    made = build_statements(fact_set([*years(PLAIN), earlier]))

    assert values_of(made, "revenue")["FY2023"] == 900
    assert values_of(made, "revenue_as_reported_elsewhere") == {"FY2023": Decimal(950)}


def test_of_two_roundings_of_one_figure_the_exact_one_counts() -> None:
    rough = fact("Revenues", 1_000_000, YEAR[2024]).model_copy(update={"decimals": -6})
    exact = fact("Revenues", 1_000_412, YEAR[2024]).model_copy(update={"decimals": -3})

    assert values_of(build_statements(fact_set([rough, exact])), "revenue")["FY2024"] == 1_000_412


def test_earnings_per_share_of_one_class_stand_where_only_classes_report_them() -> None:
    facts: list[Fact] = [
        fact("EarningsPerShareDiluted", value, YEAR[2024], "USD/shares").model_copy(
            update={"dimensions": {"us-gaap:StatementClassOfStockAxis": member}}
        )
        for value, member in (
            ("1500.5", "us-gaap:CommonClassAMember"),
            ("1.01", "us-gaap:CommonClassBMember"),
        )
    ]

    made = build_statements(fact_set([*years(PLAIN), *facts]))

    assert values_of(made, "eps_diluted") == {"FY2024": Decimal("1500.5")}
    assert "one class of shares, CommonClassA" in said(made)


def test_facts_that_tell_of_no_period_are_refused_with_what_to_do() -> None:
    with pytest.raises(InputRefused, match="attach a filing with statements"):
        build_statements(fact_set([fact("dei:EntityPublicFloat", 5, YEAR[2024])]))


def test_a_total_of_the_notes_stands_above_kinds_on_the_balance_sheet() -> None:
    span = YEAR[2024]
    facts = [
        fact("NetIncomeLoss", 5, span),
        fact("Assets", 1000, span),
        fact("LongTermDebtNoncurrent", 500, span),
        balance("SeniorNotes", 300),
        balance("ConvertibleDebtNoncurrent", 190),
    ]

    made = build_statements(fact_set(facts))

    assert values_of(made, "long_term_debt") == {"FY2024": Decimal(500)}
    assert values_of(made, "total_debt") == {"FY2024": Decimal(500)}


def test_kinds_of_debt_without_a_total_are_its_sum() -> None:
    span = YEAR[2024]
    facts = [
        fact("NetIncomeLoss", 5, span),
        fact("Assets", 1000, span),
        balance("SeniorNotes", 300),
        balance("ConvertibleDebtNoncurrent", 190),
    ]

    made = build_statements(fact_set(facts))

    assert values_of(made, "long_term_debt") == {"FY2024": Decimal(490)}


def test_amortization_that_is_reported_apart_counts_with_depreciation() -> None:
    values = {"NetIncomeLoss": (5,), "Depreciation": (30,), "AmortizationOfIntangibleAssets": (12,)}
    line = statements_of(values).line("depreciation")

    assert line is not None
    assert (line.label, line.figures[0].value) == ("Depreciation and amortization", Decimal(42))


def test_revenue_that_adds_up_is_taken_where_no_statement_tells() -> None:
    values = {
        "Revenues": (120, 110), "SalesRevenueNet": (100, 90),
        "GrossProfit": (40, 35), "CostOfRevenue": (60, 55),
        "NetIncomeLoss": (5, 4),
    }  # fmt: skip
    assert values_of(statements_of(values), "revenue") == {"FY2024": Decimal(100), "FY2023": Decimal(90)}


def balance(concept: str, value: int) -> Fact:
    """On the face of the balance sheet."""
    made = fact(concept, value, YEAR[2024], statement="balance sheet")
    return made.model_copy(update={"start": None})
