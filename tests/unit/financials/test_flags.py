from datetime import date

import pytest

from errand.capabilities.financials.flags import RULES, find_flags
from errand.capabilities.financials.model import Severity
from errand.capabilities.financials.ratios import build_ratios
from errand.capabilities.financials.statements import build_statements
from tests.unit.financials.by_hand import YEAR, fact, fact_set, flags_of, rules_of, years

SOUND = {
    "Revenues": (1000, 950),
    "CostOfRevenue": (600, 570),
    "OperatingIncomeLoss": (200, 190),
    "InterestExpense": (10, 10),
    "IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest": (190, 180),
    "IncomeTaxExpenseBenefit": (40, 38),
    "NetIncomeLoss": (150, 142),
    "Assets": (2000, 1900),
    "AssetsCurrent": (700, 660),
    "LiabilitiesCurrent": (300, 290),
    "Liabilities": (900, 880),
    "StockholdersEquity": (1100, 1020),
    "LongTermDebtNoncurrent": (300, 310),
    "CashAndCashEquivalentsAtCarryingValue": (250, 240),
    "AccountsReceivableNetCurrent": (100, 96),
    "InventoryNet": (90, 88),
    "Goodwill": (100, 100),
    "RetainedEarningsAccumulatedDeficit": (500, 400),
    "NetCashProvidedByUsedInOperatingActivities": (210, 200),
    "PaymentsToAcquirePropertyPlantAndEquipment": (60, 60),
    "PaymentsOfDividends": (40, 40),
    "PaymentsForRepurchaseOfCommonStock": (30, 30),
    "ShareBasedCompensation": (20, 19),
    "WeightedAverageNumberOfDilutedSharesOutstanding": (50, 50),
}
NEW_SHARES = {"WeightedAverageNumberOfDilutedSharesOutstanding": (60, 50)}
TAX, PRETAX = (
    "IncomeTaxExpenseBenefit",
    "IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest",
)


def test_a_sound_company_raises_no_flag_although_many_rules_apply() -> None:
    found = flags_of(SOUND)

    assert found.flags == ()
    assert found.rules_applied == len(RULES) >= 20


@pytest.mark.parametrize(
    ("rule", "changed"),
    [
        ("net-loss", {"NetIncomeLoss": (-10, 142)}),
        ("growing-loss", {"NetIncomeLoss": (-60, -50)}),
        ("operating-loss", {"OperatingIncomeLoss": (-5, 190)}),
        ("revenue-decline", {"Revenues": (930, 950)}),
        ("earnings-decline", {"NetIncomeLoss": (120, 142)}),
        ("gross-margin-falling", {"CostOfRevenue": (640, 570)}),
        ("operating-margin-falling", {"OperatingIncomeLoss": (160, 190)}),
        ("net-margin-falling", {"NetIncomeLoss": (120, 142)}),
        ("tax-rate-unusual", {TAX: (90, 38)}),
        ("profit-from-tax-benefit", {TAX: (-60, 38)}),
        ("stock-compensation-high", {"ShareBasedCompensation": (200, 190)}),
        ("operating-cash-flow-negative", {"NetCashProvidedByUsedInOperatingActivities": (-5, 200)}),
        ("cash-flow-below-profit", {"NetCashProvidedByUsedInOperatingActivities": (100, 200)}),
        ("free-cash-flow-negative", {"PaymentsToAcquirePropertyPlantAndEquipment": (260, 60)}),
        ("cash-runway-short", {"NetCashProvidedByUsedInOperatingActivities": (-100, 200)}),
        ("receivables-outgrow-revenue", {"AccountsReceivableNetCurrent": (140, 96)}),
        ("inventory-outgrows-revenue", {"InventoryNet": (120, 88)}),
        ("payouts-above-free-cash-flow", {"PaymentsForRepurchaseOfCommonStock": (300, 30)}),
        ("dividends-above-earnings", {"PaymentsOfDividends": (160, 40)}),
        ("cash-shrinking", {"CashAndCashEquivalentsAtCarryingValue": (100, 240)}),
        ("current-ratio-below-one", {"AssetsCurrent": (290, 660)}),
        ("current-ratio-falling", {"AssetsCurrent": (400, 660)}),
        ("leverage-rising", {"Liabilities": (1500, 880)}),
        ("equity-negative", {"StockholdersEquity": (-20, 1020)}),
        ("equity-shrinking", {"StockholdersEquity": (900, 1020)}),
        ("liabilities-jump", {"Liabilities": (1800, 880)}),
        ("debt-growing", {"LongTermDebtNoncurrent": (500, 310)}),
        ("debt-growing", {"LongTermDebtNoncurrent": (300, 0)}),
        ("interest-coverage-low", {"InterestExpense": (80, 10)}),
        ("interest-coverage-low", {"InterestExpense": (80, 10), "OperatingIncomeLoss": (-5, 190)}),
        ("short-term-debt-above-cash", {"DebtCurrent": (260, 10)}),
        ("goodwill-high", {"Goodwill": (700, 700)}),
        ("accumulated-deficit", {"RetainedEarningsAccumulatedDeficit": (-10, 400)}),
        ("share-dilution", NEW_SHARES),
        ("equity-thin", {"StockholdersEquity": (200, 190)}),
    ],
)
def test_a_rule_speaks_when_its_figures_turn(rule: str, changed: dict[str, tuple[int, ...]]) -> None:
    found = {flag.rule: flag for flag in flags_of({**SOUND, **changed}).flags}

    assert rule in found
    assert found[rule].figures
    assert found[rule].topics


def test_losses_that_grow_with_revenue_are_told_with_all_their_figures() -> None:
    titles = rules_of(
        {
            **SOUND,
            "Revenues": (3_626_396_000, 2_806_489_000, 2_065_659_000),
            "NetIncomeLoss": (-1_285_640_000, -836_097_000, -796_705_000),
        }
    )

    assert titles["growing-loss"] == (
        "The net loss grew from $836.10 million to $1.29 billion while revenue grew from $2.81 billion to "
        "$3.63 billion"
    )
    assert titles["recurring-losses"].startswith("Net losses recurred in 3 periods in a row")


def test_net_debt_many_times_earnings_before_depreciation_is_a_flag() -> None:
    assert "net-debt-high" in rules_of(
        {**SOUND, "LongTermDebtNoncurrent": (1300, 1290), "Depreciation": (20, 20)}
    )


def test_growth_that_halves_is_a_flag_of_low_weight() -> None:
    found = {flag.rule: flag.severity for flag in flags_of({**SOUND, "Revenues": (1000, 950, 700)}).flags}

    assert found["growth-slowing"] is Severity.LOW


def test_the_gravest_come_first() -> None:
    found = flags_of({**SOUND, "NetIncomeLoss": (-60, -50), **NEW_SHARES, "Goodwill": (700, 700)}).flags
    order = list(Severity)

    assert [order.index(flag.severity) for flag in found] == sorted(order.index(f.severity) for f in found)
    assert found[0].severity is Severity.HIGH


def test_an_insurer_whose_claims_eat_its_premiums_is_flagged() -> None:
    titles = rules_of({"PremiumsEarnedNet": (100, 100), "PolicyholderBenefitsAndClaimsIncurredNet": (104, 80),
                       "NetIncomeLoss": (1, 10)})  # fmt: skip

    assert titles["claims-high"] == "Claims and benefits take 104.00 % of the premiums earned"


def test_a_bank_that_expects_more_bad_loans_is_flagged_and_not_for_its_cash_flow() -> None:
    titles = rules_of(
        {
            "Deposits": (900, 880), "NoninterestIncome": (40, 40), "InterestIncomeExpenseNet": (60, 60),
            "ProvisionForLoanLeaseAndOtherLosses": (20, 10), "NetIncomeLoss": (25, 25),
            "NetCashProvidedByUsedInOperatingActivities": (-30, 20),
        }
    )  # fmt: skip

    assert titles == {"credit-losses-rising": "The provision for credit losses rose by 100.00 % to $20"}


def test_a_restated_figure_is_told_with_both_values() -> None:
    other = fact("Revenues", 990, YEAR[2023], document="older.xml")
    made = build_statements(fact_set([*years(SOUND), other]))

    titles = {flag.rule: flag.title for flag in find_flags(made, build_ratios(made)).flags}

    assert titles == {"restated": "Revenue of FY2023 is $950 here and $990 in another filing"}


def test_a_single_year_is_judged_by_itself_and_that_is_said() -> None:
    made = build_statements(fact_set(years({"Revenues": (10,), "NetIncomeLoss": (-5,)})))

    found = find_flags(made, build_ratios(made))

    assert [flag.rule for flag in found.flags] == ["net-loss"]
    assert "year before" in found.remarks[0]


def test_balances_of_a_quarter_are_compared_with_the_end_of_the_last_year() -> None:
    half, last = (date(2024, 1, 1), date(2024, 6, 30)), YEAR[2023]
    facts = [
        fact("Revenues", 60, half),
        fact("StockholdersEquity", 70, half),
        fact("StockholdersEquity", 100, last),
    ]
    made = build_statements(fact_set(facts, "10-Q", half[1]))

    found = find_flags(made, build_ratios(made))

    assert [flag.rule for flag in found.flags] == ["equity-shrinking"]
