"""Which lines the statements have, in their order, as the company words them."""

from dataclasses import dataclass

from made_of.figures import BEFORE_TAX, CHANGE


@dataclass(frozen=True)
class Row:
    label: str
    concept: str = ""
    """Empty: a heading."""
    minus: bool = False
    """Shown with the opposite sign: what was paid, under what was received."""
    total: bool = False


INCOME = (
    Row("Revenue", "Revenues"),
    Row("Cost of revenue", "CostOfRevenue"),
    Row("Gross profit", "GrossProfit", total=True),
    Row("Selling, general and administrative", "SellingGeneralAndAdministrativeExpense"),
    Row("Research and development", "ResearchAndDevelopmentExpense"),
    Row("Restructuring charges", "RestructuringCharges"),
    Row("Total operating expenses", "OperatingExpenses", total=True),
    Row("Operating income", "OperatingIncomeLoss", total=True),
    Row("Interest expense", "InterestExpense", minus=True),
    Row("Other income, net", "OtherNonoperatingIncomeExpense"),
    Row("Income before income taxes", BEFORE_TAX, total=True),
    Row("Provision for income taxes", "IncomeTaxExpenseBenefit"),
    Row("Net income", "NetIncomeLoss", total=True),
)
PER_SHARE = (
    Row("Basic earnings per share", "EarningsPerShareBasic"),
    Row("Diluted earnings per share", "EarningsPerShareDiluted"),
    Row("Dividends declared per share", "CommonStockDividendsPerShareDeclared"),
)
SHARES = (
    Row("Basic", "WeightedAverageNumberOfSharesOutstandingBasic"),
    Row("Diluted", "WeightedAverageNumberOfDilutedSharesOutstanding"),
)
BALANCE = (
    Row("Current assets:"),
    Row("Cash and cash equivalents", "CashAndCashEquivalentsAtCarryingValue"),
    Row("Accounts receivable, net", "AccountsReceivableNetCurrent"),
    Row("Inventories", "InventoryNet"),
    Row("Prepaid expenses and other current assets", "PrepaidExpenseAndOtherAssetsCurrent"),
    Row("Total current assets", "AssetsCurrent", total=True),
    Row("Property, plant and equipment, net", "PropertyPlantAndEquipmentNet"),
    Row("Goodwill", "Goodwill"),
    Row("Intangible assets, net", "FiniteLivedIntangibleAssetsNet"),
    Row("Other assets", "OtherAssetsNoncurrent"),
    Row("Total assets", "Assets", total=True),
    Row("Current liabilities:"),
    Row("Accounts payable", "AccountsPayableCurrent"),
    Row("Accrued liabilities", "AccruedLiabilitiesCurrent"),
    Row("Current portion of long-term debt", "LongTermDebtCurrent"),
    Row("Total current liabilities", "LiabilitiesCurrent", total=True),
    Row("Long-term debt, less current portion", "LongTermDebtNoncurrent"),
    Row("Deferred income taxes", "DeferredIncomeTaxLiabilitiesNet"),
    Row("Other liabilities", "OtherLiabilitiesNoncurrent"),
    Row("Total liabilities", "Liabilities", total=True),
    Row("Stockholders’ equity:"),
    Row("Common stock, $0.01 par value", "CommonStockValue"),
    Row("Additional paid-in capital", "AdditionalPaidInCapital"),
    Row("Retained earnings", "RetainedEarningsAccumulatedDeficit"),
    Row("Accumulated other comprehensive loss", "AccumulatedOtherComprehensiveIncomeLossNetOfTax"),
    Row("Treasury stock, at cost", "TreasuryStockCommonValue", minus=True),
    Row("Total stockholders’ equity", "StockholdersEquity", total=True),
    Row("Total liabilities and stockholders’ equity", "LiabilitiesAndStockholdersEquity", total=True),
)
CASH_FLOW = (
    Row("Operating activities:"),
    Row("Net income", "NetIncomeLoss"),
    Row("Depreciation", "Depreciation"),
    Row("Amortization of intangible assets", "AmortizationOfIntangibleAssets"),
    Row("Stock-based compensation", "ShareBasedCompensation"),
    Row("Deferred income taxes", "DeferredIncomeTaxExpenseBenefit"),
    Row("Accounts receivable", "IncreaseDecreaseInAccountsReceivable", minus=True),
    Row("Inventories", "IncreaseDecreaseInInventories", minus=True),
    Row(
        "Prepaid expenses and other assets",
        "IncreaseDecreaseInPrepaidDeferredExpenseAndOtherAssets",
        minus=True,
    ),
    Row("Accounts payable", "IncreaseDecreaseInAccountsPayable"),
    Row("Accrued liabilities", "IncreaseDecreaseInAccruedLiabilities"),
    Row("Other liabilities", "IncreaseDecreaseInOtherNoncurrentLiabilities"),
    Row(
        "Net cash provided by operating activities", "NetCashProvidedByUsedInOperatingActivities", total=True
    ),
    Row("Investing activities:"),
    Row(
        "Purchases of property, plant and equipment", "PaymentsToAcquirePropertyPlantAndEquipment", minus=True
    ),
    Row(
        "Acquisition of a business, net of cash acquired",
        "PaymentsToAcquireBusinessesNetOfCashAcquired",
        minus=True,
    ),
    Row("Net cash used in investing activities", "NetCashProvidedByUsedInInvestingActivities", total=True),
    Row("Financing activities:"),
    Row("Proceeds from long-term debt", "ProceedsFromIssuanceOfLongTermDebt"),
    Row("Repayments of long-term debt", "RepaymentsOfLongTermDebt", minus=True),
    Row("Dividends paid", "PaymentsOfDividendsCommonStock", minus=True),
    Row("Repurchases of common stock", "PaymentsForRepurchaseOfCommonStock", minus=True),
    Row("Proceeds from stock plans", "ProceedsFromStockPlans"),
    Row(
        "Net cash provided by (used in) financing activities",
        "NetCashProvidedByUsedInFinancingActivities",
        total=True,
    ),
    Row("Net change in cash and cash equivalents", CHANGE, total=True),
)
