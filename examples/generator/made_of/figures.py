"""The figures of the invented company: in thousands of US dollars, fiscal years that end on June 30.

Only what moves is stated; the statements follow from it, so that they add up: cash is what the cash flow
statement leaves, equity what is left of the assets, and both must agree.
"""

from dataclasses import dataclass
from datetime import date

NAME = "Quillfeather Hydraulics Corporation"
TICKER = "QFHX"
CIK = 9999123
FIRST, LAST = 2022, 2025
"""Fiscal years with a whole set of statements; of the one before there is only a balance sheet."""

CHANGE = (
    "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalentsPeriodIncreaseDecrease"
    "IncludingExchangeRateEffect"
)
BEFORE_TAX = "IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest"
"""The two concepts whose names are longer than a line."""

Figures = dict[str, int]
"""By XBRL concept of us-gaap."""

YEARS = range(FIRST, LAST + 1)
_MOVES: dict[str, tuple[int, ...]] = {  # one column per year of YEARS
    "revenue": (612_480, 668_215, 741_906, 812_344),
    "cost": (385_862, 431_667, 493_367, 557_268),
    "selling": (122_496, 136_984, 155_800, 177_091),
    "research": (24_499, 27_397, 31_902, 36_555),
    "restructuring": (0, 0, 0, 6_240),
    "interest": (9_860, 14_215, 21_480, 29_735),
    "other_income": (812, 655, 540, 410),
    "tax": (16_232, 13_480, 9_176, 1_349),
    "depreciation": (24_800, 27_100, 30_600, 34_900),
    "amortization": (6_900, 7_300, 9_800, 10_100),
    "stock_pay": (5_200, 5_900, 6_700, 7_300),
    "deferred_tax": (-600, -900, -1_400, -2_600),
    "receivables": (92_600, 106_900, 131_200, 163_500),  # at the end of the year, as the five below
    "inventories": (108_400, 128_900, 158_300, 197_600),
    "prepaid": (12_050, 12_700, 13_900, 15_200),
    "payables": (62_300, 69_800, 81_600, 98_400),
    "accrued": (46_900, 49_300, 53_100, 58_700),
    "other_assets": (14_800, 15_100, 16_400, 17_250),
    "other_liabilities": (300, 250, 400, -350),  # paid or received; pension moves come on top
    "pension": (-700, 450, -900, -1_150),
    "capex": (38_600, 47_200, 58_900, 66_400),
    "goodwill_bought": (0, 0, 49_700, 0),
    "intangibles_bought": (0, 0, 24_800, 0),
    "borrowed": (0, 30_000, 145_000, 110_000),
    "repaid": (10_000, 10_000, 35_000, 40_000),
    "due_next_year": (10_000, 15_000, 25_000, 95_000),
    "dividends": (16_480, 18_062, 19_488, 19_258),
    "buybacks": (8_000, 12_000, 15_000, 4_000),
    "stock_sold": (1_100, 950, 720, 310),
    "shares": (41_200, 41_050, 40_600, 40_120),  # weighted average, thousands
    "dilution": (480, 430, 390, 60),
}
PER_SHARE_DIVIDEND = ("0.40", "0.44", "0.48", "0.48")

_OPENING: Figures = {
    "CashAndCashEquivalentsAtCarryingValue": 68_400,
    "AccountsReceivableNetCurrent": 84_300,
    "InventoryNet": 97_650,
    "PrepaidExpenseAndOtherAssetsCurrent": 11_240,
    "PropertyPlantAndEquipmentNet": 188_900,
    "Goodwill": 142_600,
    "FiniteLivedIntangibleAssetsNet": 61_500,
    "OtherAssetsNoncurrent": 14_210,
    "AccountsPayableCurrent": 58_700,
    "AccruedLiabilitiesCurrent": 44_180,
    "LongTermDebtCurrent": 10_000,
    "LongTermDebtNoncurrent": 205_000,
    "DeferredIncomeTaxLiabilitiesNet": 21_300,
    "OtherLiabilitiesNoncurrent": 17_420,
    "CommonStockValue": 424,
    "AdditionalPaidInCapital": 118_376,
    "RetainedEarningsAccumulatedDeficit": 214_900,
    "AccumulatedOtherComprehensiveIncomeLossNetOfTax": -8_300,
    "TreasuryStockCommonValue": 13_200,
}

SEGMENTS: dict[str, tuple[str, tuple[int, ...]]] = {
    "IndustrialFlowMember": ("Industrial Flow", (318_490, 342_126, 372_437, 396_424)),
    "WaterSystemsMember": ("Water Systems", (189_869, 211_824, 243_345, 279_446)),
}
"""Revenue by segment; the third takes the rest."""
THIRD_SEGMENT = ("AftermarketServicesMember", "Aftermarket Services")


@dataclass(frozen=True)
class Year:
    number: int
    flows: Figures
    """Of the year: income and cash flow statement."""
    balance: Figures
    """At its end."""
    per_share: dict[str, str]
    shares: Figures

    @property
    def start(self) -> date:
        return date(self.number - 1, 7, 1)

    @property
    def end(self) -> date:
        return date(self.number, 6, 30)


def years() -> dict[int, Year]:
    """By fiscal year, the opening balance included. Raises ArithmeticError when something does not add up."""
    made = {FIRST - 1: Year(FIRST - 1, {}, _totals(_OPENING), {}, {})}
    for index, number in enumerate(YEARS):
        moves = {name: column[index] for name, column in _MOVES.items()}
        before = made[number - 1].balance
        income = _income(moves)
        cash = _cash_flow(moves, income, before)
        balance = _totals(_balance(moves, income, cash, before))
        shares = {
            "WeightedAverageNumberOfSharesOutstandingBasic": moves["shares"],
            "WeightedAverageNumberOfDilutedSharesOutstanding": moves["shares"] + moves["dilution"],
        }
        made[number] = Year(number, income | cash, balance, _per_share(income, shares, index), shares)
    for year in made.values():
        _must_agree(year)
    return made


def segment_revenue(year: Year) -> dict[str, int]:
    named = {member: column[year.number - FIRST] for member, (_, column) in SEGMENTS.items()}
    return named | {THIRD_SEGMENT[0]: year.flows["Revenues"] - sum(named.values())}


def _income(moves: Figures) -> Figures:
    gross = moves["revenue"] - moves["cost"]
    expenses = moves["selling"] + moves["research"] + moves["restructuring"]
    operating = gross - expenses
    before_tax = operating - moves["interest"] + moves["other_income"]
    return {
        "Revenues": moves["revenue"],
        "CostOfRevenue": moves["cost"],
        "GrossProfit": gross,
        "SellingGeneralAndAdministrativeExpense": moves["selling"],
        "ResearchAndDevelopmentExpense": moves["research"],
        "RestructuringCharges": moves["restructuring"],
        "OperatingExpenses": expenses,
        "OperatingIncomeLoss": operating,
        "InterestExpense": moves["interest"],
        "OtherNonoperatingIncomeExpense": moves["other_income"],
        BEFORE_TAX: before_tax,
        "IncomeTaxExpenseBenefit": moves["tax"],
        "NetIncomeLoss": before_tax - moves["tax"],
    }


def _cash_flow(moves: Figures, income: Figures, before: Figures) -> Figures:
    adjustments = {
        "Depreciation": moves["depreciation"],
        "AmortizationOfIntangibleAssets": moves["amortization"],
        "ShareBasedCompensation": moves["stock_pay"],
        "DeferredIncomeTaxExpenseBenefit": moves["deferred_tax"],
    }
    grown = {  # assets: a growth takes cash
        "IncreaseDecreaseInAccountsReceivable": moves["receivables"] - before["AccountsReceivableNetCurrent"],
        "IncreaseDecreaseInInventories": moves["inventories"] - before["InventoryNet"],
        "IncreaseDecreaseInPrepaidDeferredExpenseAndOtherAssets": moves["prepaid"]
        - before["PrepaidExpenseAndOtherAssetsCurrent"]
        + moves["other_assets"]
        - before["OtherAssetsNoncurrent"],
    }
    owed = {
        "IncreaseDecreaseInAccountsPayable": moves["payables"] - before["AccountsPayableCurrent"],
        "IncreaseDecreaseInAccruedLiabilities": moves["accrued"] - before["AccruedLiabilitiesCurrent"],
        "IncreaseDecreaseInOtherNoncurrentLiabilities": moves["other_liabilities"],
    }
    operating = income["NetIncomeLoss"] + sum(adjustments.values()) - sum(grown.values()) + sum(owed.values())
    bought = moves["goodwill_bought"] + moves["intangibles_bought"]
    investing = -moves["capex"] - bought
    financing = (
        moves["borrowed"] - moves["repaid"] - moves["dividends"] - moves["buybacks"] + moves["stock_sold"]
    )
    return {
        **adjustments,
        **grown,
        **owed,
        "NetCashProvidedByUsedInOperatingActivities": operating,
        "PaymentsToAcquirePropertyPlantAndEquipment": moves["capex"],
        "PaymentsToAcquireBusinessesNetOfCashAcquired": bought,
        "NetCashProvidedByUsedInInvestingActivities": investing,
        "ProceedsFromIssuanceOfLongTermDebt": moves["borrowed"],
        "RepaymentsOfLongTermDebt": moves["repaid"],
        "PaymentsOfDividendsCommonStock": moves["dividends"],
        "PaymentsForRepurchaseOfCommonStock": moves["buybacks"],
        "ProceedsFromStockPlans": moves["stock_sold"],
        "NetCashProvidedByUsedInFinancingActivities": financing,
        CHANGE: (operating + investing + financing),
    }


def _balance(moves: Figures, income: Figures, cash: Figures, before: Figures) -> Figures:
    debt = (
        before["LongTermDebtCurrent"] + before["LongTermDebtNoncurrent"] + moves["borrowed"] - moves["repaid"]
    )
    return {
        "CashAndCashEquivalentsAtCarryingValue": before["CashAndCashEquivalentsAtCarryingValue"]
        + cash[CHANGE],
        "AccountsReceivableNetCurrent": moves["receivables"],
        "InventoryNet": moves["inventories"],
        "PrepaidExpenseAndOtherAssetsCurrent": moves["prepaid"],
        "PropertyPlantAndEquipmentNet": before["PropertyPlantAndEquipmentNet"]
        + moves["capex"]
        - moves["depreciation"],
        "Goodwill": before["Goodwill"] + moves["goodwill_bought"],
        "FiniteLivedIntangibleAssetsNet": before["FiniteLivedIntangibleAssetsNet"]
        + moves["intangibles_bought"]
        - moves["amortization"],
        "OtherAssetsNoncurrent": moves["other_assets"],
        "AccountsPayableCurrent": moves["payables"],
        "AccruedLiabilitiesCurrent": moves["accrued"],
        "LongTermDebtCurrent": moves["due_next_year"],
        "LongTermDebtNoncurrent": debt - moves["due_next_year"],
        "DeferredIncomeTaxLiabilitiesNet": before["DeferredIncomeTaxLiabilitiesNet"] + moves["deferred_tax"],
        "OtherLiabilitiesNoncurrent": before["OtherLiabilitiesNoncurrent"]
        + moves["other_liabilities"]
        - moves["pension"],
        "CommonStockValue": before["CommonStockValue"],
        "AdditionalPaidInCapital": before["AdditionalPaidInCapital"]
        + moves["stock_pay"]
        + moves["stock_sold"],
        "RetainedEarningsAccumulatedDeficit": before["RetainedEarningsAccumulatedDeficit"]
        + income["NetIncomeLoss"]
        - moves["dividends"],
        "AccumulatedOtherComprehensiveIncomeLossNetOfTax": before[
            "AccumulatedOtherComprehensiveIncomeLossNetOfTax"
        ]
        + moves["pension"],
        "TreasuryStockCommonValue": before["TreasuryStockCommonValue"] + moves["buybacks"],
    }


def _totals(lines: Figures) -> Figures:
    current_assets = sum(
        lines[name]
        for name in (
            "CashAndCashEquivalentsAtCarryingValue",
            "AccountsReceivableNetCurrent",
            "InventoryNet",
            "PrepaidExpenseAndOtherAssetsCurrent",
        )
    )
    assets = current_assets + sum(
        lines[name]
        for name in (
            "PropertyPlantAndEquipmentNet",
            "Goodwill",
            "FiniteLivedIntangibleAssetsNet",
            "OtherAssetsNoncurrent",
        )
    )
    current_liabilities = sum(
        lines[name] for name in ("AccountsPayableCurrent", "AccruedLiabilitiesCurrent", "LongTermDebtCurrent")
    )
    liabilities = current_liabilities + sum(
        lines[name]
        for name in (
            "LongTermDebtNoncurrent",
            "DeferredIncomeTaxLiabilitiesNet",
            "OtherLiabilitiesNoncurrent",
        )
    )
    equity = (
        sum(
            lines[name]
            for name in (
                "CommonStockValue",
                "AdditionalPaidInCapital",
                "RetainedEarningsAccumulatedDeficit",
                "AccumulatedOtherComprehensiveIncomeLossNetOfTax",
            )
        )
        - lines["TreasuryStockCommonValue"]
    )
    return {
        **lines,
        "AssetsCurrent": current_assets,
        "Assets": assets,
        "LiabilitiesCurrent": current_liabilities,
        "Liabilities": liabilities,
        "StockholdersEquity": equity,
        "LiabilitiesAndStockholdersEquity": liabilities + equity,
    }


def _per_share(income: Figures, shares: Figures, index: int) -> dict[str, str]:
    basic = income["NetIncomeLoss"] / shares["WeightedAverageNumberOfSharesOutstandingBasic"]
    diluted = income["NetIncomeLoss"] / shares["WeightedAverageNumberOfDilutedSharesOutstanding"]
    return {
        "EarningsPerShareBasic": f"{basic:.2f}",
        "EarningsPerShareDiluted": f"{diluted:.2f}",
        "CommonStockDividendsPerShareDeclared": PER_SHARE_DIVIDEND[index],
    }


def _must_agree(year: Year) -> None:
    if year.balance["Assets"] != year.balance["LiabilitiesAndStockholdersEquity"]:
        raise ArithmeticError(f"The balance sheet of {year.number} does not balance")
