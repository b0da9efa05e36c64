"""Which reported concepts stand for which item of ours, the most fitting first.

Local names of us-gaap and ifrs-full in one list: where both have a name, they mean the same by it. Sources:
the US GAAP
Financial Reporting Taxonomy and the IFRS Accounting Taxonomy.
"""

from collections.abc import Mapping

CONCEPTS: Mapping[str, tuple[str, ...]] = {
    # income statement
    "revenue": (
        "Revenues", "RevenueFromContractWithCustomerExcludingAssessedTax", "Revenue",
        "RevenueFromContractWithCustomerIncludingAssessedTax", "SalesRevenueNet",
        "RevenueFromContractsWithCustomers", "RevenuesNetOfInterestExpense",
        "RegulatedAndUnregulatedOperatingRevenue", "SalesRevenueGoodsNet", "SalesRevenueServicesNet",
        "RealEstateRevenueNet", "HealthCareOrganizationRevenue", "OilAndGasRevenue", "ElectricUtilityRevenue",
        "OperatingLeasesIncomeStatementLeaseRevenue", "OperatingLeaseLeaseIncome",
        "BrokerageCommissionsRevenue", "RevenueMineralSales", "ContractsRevenue", "RevenueAndOperatingIncome",
        "HealthCareOrganizationRevenueNetOfPatientServiceRevenueProvisions",
    ),
    "cost_of_revenue": (
        "CostOfRevenue", "CostOfGoodsAndServicesSold", "CostOfSales", "CostOfGoodsSold", "CostOfServices",
        "CostOfGoodsAndServiceExcludingDepreciationDepletionAndAmortization",
    ),
    "costs": ("CostsAndExpenses", "BenefitsLossesAndExpenses"),
    "gross_profit": ("GrossProfit",),
    "r_and_d": (
        "ResearchAndDevelopmentExpense", "ResearchAndDevelopmentExpenseExcludingAcquiredInProcessCost",
        "ResearchAndDevelopmentExpenseSoftwareExcludingAcquiredInProcessCost",
    ),
    "sga": ("SellingGeneralAndAdministrativeExpense", "SellingGeneralAndAdministrativeExpenses"),
    "selling_marketing": (
        "SellingAndMarketingExpense", "SalesAndMarketingExpense", "SellingExpense", "MarketingExpense",
    ),
    "general_administrative": ("GeneralAndAdministrativeExpense", "AdministrativeExpense"),
    "operating_income": ("OperatingIncomeLoss", "ProfitLossFromOperatingActivities"),
    "interest_expense": (
        "InterestExpense", "InterestExpenseNonoperating", "InterestAndDebtExpense", "InterestExpenseDebt",
        "InterestExpenseOperating", "FinanceCosts", "InterestExpenseDebtExcludingAmortization",
        "InterestExpenseOnBorrowings",
    ),
    "pretax_income": (
        "IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest",
        "IncomeLossFromContinuingOperationsBeforeIncomeTaxesMinorityInterestAndIncomeLossFromEquityMethodInvestments",
        "ProfitLossBeforeTax", "IncomeLossFromContinuingOperationsBeforeIncomeTaxesDomestic",
        "IncomeLossIncludingPortionAttributableToNoncontrollingInterestBeforeIncomeTaxes",
    ),
    "income_tax": ("IncomeTaxExpenseBenefit", "IncomeTaxExpenseContinuingOperations"),
    "net_income": (
        "NetIncomeLoss", "ProfitLossAttributableToOwnersOfParent", "ProfitLoss",
        "NetIncomeLossAvailableToCommonStockholdersBasic", "IncomeLossFromContinuingOperations",
    ),
    "net_income_with_noncontrolling": ("ProfitLoss",),
    # banks and insurers
    "interest_income": (
        "InterestAndDividendIncomeOperating", "InterestIncomeOperating",
        "InterestRevenueCalculatedUsingEffectiveInterestMethod", "InterestAndFeeIncomeLoansAndLeases",
    ),
    "net_interest_income": ("InterestIncomeExpenseNet", "InterestIncomeExpense", "NetInterestIncome"),
    "noninterest_income": ("NoninterestIncome",),
    "noninterest_expense": ("NoninterestExpense",),
    "credit_loss_provision": (
        "ProvisionForLoanLeaseAndOtherLosses", "ProvisionForCreditLossExpenseReversal",
        "ProvisionForLoanAndLeaseLosses", "ProvisionForLoanLossesExpensed",
        "FinancingReceivableExcludingAccruedInterestCreditLossExpenseReversal",
        "ProvisionForOtherCreditLosses",
        "ImpairmentLossImpairmentGainAndReversalOfImpairmentLossDeterminedInAccordanceWithIFRS9",
    ),
    "premiums": (
        "PremiumsEarnedNet", "InsuranceRevenue", "PremiumsEarnedNetPropertyAndCasualty",
        "DirectPremiumsEarned",
    ),
    "investment_income": ("NetInvestmentIncome", "InvestmentIncomeInterestAndDividend"),
    "claims": (
        "PolicyholderBenefitsAndClaimsIncurredNet", "PolicyholderBenefitsAndClaimsIncurredGross",
        "LiabilityForUnpaidClaimsAndClaimsAdjustmentExpenseIncurredClaims1",
        "InsuranceServiceExpensesFromInsuranceContractsIssued",
    ),
    # per share
    "eps_basic": (
        "EarningsPerShareBasic", "EarningsPerShareBasicAndDiluted", "BasicEarningsLossPerShare",
        "IncomeLossFromContinuingOperationsPerBasicShare", "BasicAndDilutedEarningsLossPerShare",
    ),
    "eps_diluted": (
        "EarningsPerShareDiluted", "EarningsPerShareBasicAndDiluted", "DilutedEarningsLossPerShare",
        "IncomeLossFromContinuingOperationsPerDilutedShare", "BasicAndDilutedEarningsLossPerShare",
    ),
    "shares_diluted": (
        "WeightedAverageNumberOfDilutedSharesOutstanding",
        "WeightedAverageNumberOfShareOutstandingBasicAndDiluted", "AdjustedWeightedAverageShares",
        "WeightedAverageShares", "WeightedAverageNumberOfSharesOutstandingBasic",
    ),
    "shares_outstanding": ("CommonStockSharesOutstanding", "NumberOfSharesOutstanding"),
    "dividends_per_share": (
        "CommonStockDividendsPerShareDeclared", "CommonStockDividendsPerShareCashPaid",
        "DividendsRecognisedAsDistributionsToOwnersPerShare",
    ),
    # balance sheet
    "total_assets": ("Assets",),
    "current_assets": ("AssetsCurrent", "CurrentAssets"),
    "cash": (
        "CashAndCashEquivalentsAtCarryingValue", "CashAndCashEquivalents", "Cash", "CashAndDueFromBanks",
        "CashCashEquivalentsAndFederalFundsSold",
        "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents",
    ),
    "short_term_investments": (
        "ShortTermInvestments", "MarketableSecuritiesCurrent",
        "AvailableForSaleSecuritiesDebtSecuritiesCurrent", "AvailableForSaleSecuritiesCurrent",
        "DebtSecuritiesAvailableForSaleCurrent", "OtherShortTermInvestments",
        "HeldToMaturitySecuritiesCurrent", "CurrentInvestments", "OtherCurrentFinancialAssets",
    ),
    "receivables": (
        "AccountsReceivableNetCurrent", "ReceivablesNetCurrent", "AccountsNotesAndLoansReceivableNetCurrent",
        "AccountsAndOtherReceivablesNetCurrent", "CurrentTradeReceivables", "TradeAndOtherCurrentReceivables",
        "PremiumsReceivableAtCarryingValue", "PremiumsReceivable",
    ),
    "inventory": (
        "InventoryNet", "Inventories", "InventoryFinishedGoodsNetOfReserves", "MaterialsSuppliesAndOther",
        "RetailRelatedInventoryMerchandise", "EnergyRelatedInventory",
    ),
    "payables": (
        "AccountsPayableCurrent", "AccountsPayableTradeCurrent",
        "TradeAndOtherCurrentPayablesToTradeSuppliers", "TradeAndOtherCurrentPayables",
    ),
    "ppe": (
        "PropertyPlantAndEquipmentNet",
        "PropertyPlantAndEquipmentAndFinanceLeaseRightOfUseAssetAfterAccumulatedDepreciationAndAmortization",
        "PropertyPlantAndEquipment",
    ),
    "goodwill": ("Goodwill",),
    "intangibles": (
        "IntangibleAssetsNetExcludingGoodwill", "FiniteLivedIntangibleAssetsNet",
        "IntangibleAssetsOtherThanGoodwill", "OtherIntangibleAssetsNet",
    ),
    "loans": (
        "LoansAndLeasesReceivableNetReportedAmount",
        "FinancingReceivableExcludingAccruedInterestAfterAllowanceForCreditLoss",
        "LoansAndLeasesReceivableNetOfDeferredIncome", "LoansAndAdvancesToCustomers",
    ),
    "deposits": ("Deposits", "DepositsFromCustomers"),
    "insurance_reserves": (
        "LiabilityForClaimsAndClaimsAdjustmentExpense",
        "LiabilityForUnpaidClaimsAndClaimsAdjustmentExpenseNet", "LiabilityForFuturePolicyBenefits",
        "LiabilityForFuturePolicyBenefitsAndUnpaidClaimsAndClaimsAdjustmentExpense",
        "InsuranceContractsThatAreLiabilities",
    ),
    "total_liabilities": ("Liabilities",),
    "liabilities_and_equity": ("LiabilitiesAndStockholdersEquity", "EquityAndLiabilities"),
    "current_liabilities": ("LiabilitiesCurrent", "CurrentLiabilities"),
    "long_term_debt": (
        "LongTermDebtNoncurrent", "LongTermDebtAndCapitalLeaseObligations", "LongTermDebt",
        "LongtermBorrowings", "NoncurrentPortionOfNoncurrentBorrowings", "LongTermNotesAndLoans",
        "LongTermDebtAndCapitalLeaseObligationsIncludingCurrentMaturities",
        "NoncurrentFinancialLiabilities", "Borrowings",
    ),
    # kinds of long-term debt, where no total is reported
    "debt_senior": ("SeniorLongTermNotes", "SeniorNotes", "NoncurrentPortionOfNoncurrentBondsIssued"),
    "debt_convertible": (
        "ConvertibleLongTermNotesPayable", "ConvertibleNotesPayableNoncurrent", "ConvertibleDebtNoncurrent",
        "ConvertibleNotesPayable", "ConvertibleDebt",
    ),
    "debt_secured": ("SecuredLongTermDebt", "SecuredDebt"),
    "debt_unsecured": ("UnsecuredLongTermDebt", "UnsecuredDebt"),
    "debt_notes": (
        "LongTermNotesPayable", "NotesPayableNoncurrent", "NotesPayable", "MediumtermNotesNoncurrent",
    ),
    "debt_loans": (
        "LongTermLoansPayable", "LongTermLoansFromBank", "LoansPayable", "LoansPayableToBank",
        "NoncurrentPortionOfNoncurrentLoansReceived",
    ),
    "debt_subordinated": (
        "SubordinatedLongTermDebt", "SubordinatedDebt", "JuniorSubordinatedLongTermNotes",
        "JuniorSubordinatedNotes",
    ),
    "debt_other": ("OtherLongTermDebtNoncurrent", "OtherLongTermDebt", "OtherLongTermNotesPayable"),
    "debt_advances": (
        "FederalHomeLoanBankAdvancesLongTerm", "AdvancesFromFederalHomeLoanBanks",
        "LongTermFederalHomeLoanBankAdvances",
    ),
    "debt_credit_line": ("LongTermLineOfCredit", "LineOfCredit"),
    "long_term_debt_total": (
        "LongTermDebt", "LongTermDebtAndCapitalLeaseObligationsIncludingCurrentMaturities",
    ),
    "long_term_debt_current": (
        "LongTermDebtCurrent", "LongTermDebtAndCapitalLeaseObligationsCurrent",
        "CurrentPortionOfLongtermBorrowings", "CurrentPortionOfNoncurrentBorrowings",
        "ConvertibleDebtCurrent", "ConvertibleNotesPayableCurrent", "NotesPayableCurrent",
        "SeniorNotesCurrent", "SecuredDebtCurrent", "LoansPayableCurrent",
    ),
    "short_term_borrowings": (
        "ShortTermBorrowings", "CommercialPaper", "ShorttermBorrowings", "OtherShortTermBorrowings",
        "ShortTermBankLoansAndNotesPayable", "LineOfCredit", "LinesOfCreditCurrent", "CurrentBorrowings",
    ),
    "debt_current": ("DebtCurrent", "CurrentBorrowingsAndCurrentPortionOfNoncurrentBorrowings"),
    "debt_total": ("DebtLongtermAndShorttermCombinedAmount", "DebtAndCapitalLeaseObligations", "Borrowings"),
    "shareholders_equity": (
        "StockholdersEquity", "EquityAttributableToOwnersOfParent", "MembersEquity", "PartnersCapital",
        "StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest", "Equity",
        "PartnersCapitalIncludingPortionAttributableToNoncontrollingInterest",
    ),
    "equity_with_noncontrolling": (
        "StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest", "Equity",
        "PartnersCapitalIncludingPortionAttributableToNoncontrollingInterest",
    ),
    "temporary_equity": (
        "TemporaryEquityCarryingAmountIncludingPortionAttributableToNoncontrollingInterests",
        "RedeemableNoncontrollingInterestEquityCarryingAmount",
        "TemporaryEquityCarryingAmountAttributableToParent",
        "RedeemableNoncontrollingInterestEquityCommonCarryingAmount",
    ),
    "retained_earnings": (
        "RetainedEarningsAccumulatedDeficit", "RetainedEarnings", "RetainedEarningsUnappropriated",
    ),
    "deferred_revenue": (
        "ContractWithCustomerLiabilityCurrent", "DeferredRevenueCurrent", "ContractWithCustomerLiability",
        "DeferredRevenue", "CurrentContractLiabilities", "DeferredRevenueAndCreditsCurrent",
    ),
    # cash flow statement
    "operating_cash_flow": (
        "NetCashProvidedByUsedInOperatingActivities", "CashFlowsFromUsedInOperatingActivities",
        "NetCashProvidedByUsedInOperatingActivitiesContinuingOperations",
    ),
    "investing_cash_flow": (
        "NetCashProvidedByUsedInInvestingActivities", "CashFlowsFromUsedInInvestingActivities",
        "NetCashProvidedByUsedInInvestingActivitiesContinuingOperations",
    ),
    "financing_cash_flow": (
        "NetCashProvidedByUsedInFinancingActivities", "CashFlowsFromUsedInFinancingActivities",
        "NetCashProvidedByUsedInFinancingActivitiesContinuingOperations",
    ),
    "capex": (
        "PaymentsToAcquirePropertyPlantAndEquipment", "PaymentsToAcquireProductiveAssets",
        "PurchaseOfPropertyPlantAndEquipmentClassifiedAsInvestingActivities",
        "PaymentsForCapitalImprovements", "PaymentsToAcquireOtherPropertyPlantAndEquipment",
        "PaymentsToAcquireOilAndGasPropertyAndEquipment",
        "PurchaseOfPropertyPlantAndEquipmentIntangibleAssetsOtherThanGoodwillInvestmentPropertyAndOtherNoncurrentAssets",
    ),
    "dividends": (
        "PaymentsOfDividends", "PaymentsOfDividendsCommonStock", "PaymentsOfOrdinaryDividends",
        "DividendsPaidClassifiedAsFinancingActivities",
        "DividendsPaidToEquityHoldersOfParentClassifiedAsFinancingActivities",
    ),
    "buybacks": (
        "PaymentsForRepurchaseOfCommonStock", "PaymentsForRepurchaseOfEquity",
        "PaymentsToAcquireOrRedeemEntitysShares",
    ),
    "depreciation": (
        "DepreciationDepletionAndAmortization", "DepreciationAmortizationAndAccretionNet",
        "DepreciationAndAmortization", "AdjustmentsForDepreciationAndAmortisationExpense",
        "DepreciationAndAmortisationExpense",
        "DepreciationAmortisationAndImpairmentLossReversalOfImpairmentLossRecognisedInProfitOrLoss",
        "Depreciation", "OtherDepreciationAndAmortization",
    ),
    "amortization": (
        "AmortizationOfIntangibleAssets", "AdjustmentForAmortization", "AdjustmentsForAmortisationExpense",
    ),
    "stock_compensation": (
        "ShareBasedCompensation", "AllocatedShareBasedCompensationExpense",
        "AdjustmentsForSharebasedPayments", "ExpenseFromSharebasedPaymentTransactionsWithEmployees",
    ),
}  # fmt: skip

RELEVANT = frozenset(concept for concepts in CONCEPTS.values() for concept in concepts)
"""What is kept of sources that hold a company's whole history."""


CORE = frozenset(
    concept for item in ("revenue", "net_income", "operating_cash_flow") for concept in CONCEPTS[item]
)
"""A period that none of these is reported for is not a fiscal period."""


def table_concept(item: str) -> str:
    """The concept of a figure read from a plain table, where a row's label has told the item."""
    return f"table:{item}"
