"""The ratios, as data: how each is defined, computed, and when it means nothing.

Definitions follow common practice in financial analysis (CFA Institute, *Financial Analysis Techniques*);
where practice differs, the definition says what is done here. `x_prior` is `x` one year before.
"""

from dataclasses import dataclass

from errand.capabilities.financials.model import RatioGroup


@dataclass(frozen=True)
class RatioDefinition:
    name: str
    label: str
    group: RatioGroup
    definition: str
    expressions: tuple[str, ...]
    """The first whose operands are all reported is used."""
    unit: str = "x"
    """`x`, `%`, `days`, `money`, `money per share`."""
    positive: tuple[str, ...] = ()
    """Expressions that must be above zero; otherwise the ratio means nothing and is left out."""
    years_only: bool = False
    """Not for quarters, which would have to be annualized."""
    not_for_banks: bool = False


def _growth(item: str, label: str) -> RatioDefinition:
    words = label[0].lower() + label[1:]
    return RatioDefinition(
        f"{item}_growth",
        f"{label} growth",
        RatioGroup.GROWTH,
        f"change of {words} from the year before / {words} of the year before",
        (f"({item} - {item}_prior) / {item}_prior",),
        "%",
        (f"{item}_prior",),
    )


def _share_of(
    name: str, label: str, item: str, words: str, group: RatioGroup = RatioGroup.MARGINS
) -> RatioDefinition:
    return RatioDefinition(
        name, label, group, f"{words} / revenue", (f"{item} / revenue",), "%", ("revenue",)
    )


def _multiple(
    name: str,
    label: str,
    group: RatioGroup,
    definition: str,
    *expressions: str,
    positive: tuple[str, ...],
    years_only: bool = False,
    not_for_banks: bool = False,
) -> RatioDefinition:
    return RatioDefinition(
        name, label, group, definition, expressions, "x", positive, years_only, not_for_banks
    )


_NET_DEBT = ("total_debt - cash - short_term_investments", "total_debt - cash")
_GROWTH = tuple(
    _growth(item, label)
    for item, label in (
        ("revenue", "Revenue"),
        ("gross_profit", "Gross profit"),
        ("operating_income", "Operating income"),
        ("net_income", "Net income"),
        ("eps_diluted", "Diluted EPS"),
        ("total_assets", "Total assets"),
        ("total_liabilities", "Total liabilities"),
        ("shareholders_equity", "Shareholders’ equity"),
        ("total_debt", "Total debt"),
        ("operating_cash_flow", "Operating cash flow"),
        ("free_cash_flow", "Free cash flow"),
        ("premiums", "Premiums"),
        ("net_interest_income", "Net interest income"),
    )
)
_MARGINS = (
    _share_of("gross_margin", "Gross margin", "gross_profit", "gross profit"),
    _share_of("operating_margin", "Operating margin", "operating_income", "operating income"),
    _share_of("net_margin", "Net margin", "net_income", "net income"),
    _share_of("fcf_margin", "Free cash flow margin", "free_cash_flow", "free cash flow"),
    _share_of("r_and_d_to_revenue", "R&D to revenue", "r_and_d", "research and development"),
    _share_of(
        "stock_compensation_to_revenue",
        "Stock compensation to revenue",
        "stock_compensation",
        "stock-based compensation",
    ),
    RatioDefinition(
        "effective_tax_rate",
        "Effective tax rate",
        RatioGroup.MARGINS,
        "income tax / income before taxes",
        ("income_tax / pretax_income",),
        "%",
        ("pretax_income",),
    ),
    RatioDefinition(
        "loss_ratio",
        "Claims to premiums",
        RatioGroup.MARGINS,
        "claims and benefits / premiums earned",
        ("claims / premiums",),
        "%",
        ("premiums",),
    ),
    RatioDefinition(
        "efficiency_ratio",
        "Efficiency ratio",
        RatioGroup.MARGINS,
        "noninterest expense / (net interest income + noninterest income)",
        ("noninterest_expense / (net_interest_income + noninterest_income)",),
        "%",
        ("net_interest_income + noninterest_income",),
    ),
)
_EBITDA = "operating_income + depreciation"
_LEVERAGE = (
    _multiple(
        "debt_to_equity",
        "Debt to equity",
        RatioGroup.LEVERAGE,
        "total debt / shareholders’ equity",
        "total_debt / shareholders_equity",
        positive=("shareholders_equity",),
    ),
    _multiple(
        "liabilities_to_equity",
        "Liabilities to equity",
        RatioGroup.LEVERAGE,
        "total liabilities / shareholders’ equity",
        "total_liabilities / shareholders_equity",
        positive=("shareholders_equity",),
    ),
    _multiple(
        "debt_to_assets",
        "Debt to assets",
        RatioGroup.LEVERAGE,
        "total debt / total assets",
        "total_debt / total_assets",
        positive=("total_assets",),
    ),
    RatioDefinition(
        "net_debt",
        "Net debt",
        RatioGroup.LEVERAGE,
        "total debt - cash - short-term investments; below zero the company holds net cash",
        _NET_DEBT,
        "money",
        not_for_banks=True,
    ),
    _multiple(
        "net_debt_to_ebitda",
        "Net debt to EBITDA",
        RatioGroup.LEVERAGE,
        "(total debt - cash - short-term investments) / (operating income + depreciation and amortization)",
        *(f"({net}) / ({_EBITDA})" for net in _NET_DEBT),
        positive=(_EBITDA, "total_debt - cash"),
        years_only=True,
        not_for_banks=True,
    ),
    _multiple(
        "equity_to_assets",
        "Equity to assets",
        RatioGroup.LEVERAGE,
        "shareholders’ equity / total assets",
        "shareholders_equity / total_assets",
        positive=("total_assets",),
    ),
)
_COVERAGE = (
    _multiple(
        "interest_coverage",
        "Interest coverage",
        RatioGroup.COVERAGE,
        "EBIT / interest expense; EBIT is operating income, or income before taxes plus interest expense",
        "operating_income / interest_expense",
        "(pretax_income + interest_expense) / interest_expense",
        positive=("interest_expense", "operating_income", "pretax_income + interest_expense"),
        not_for_banks=True,
    ),
    _multiple(
        "cash_flow_to_debt",
        "Operating cash flow to debt",
        RatioGroup.COVERAGE,
        "cash from operating activities / total debt",
        "operating_cash_flow / total_debt",
        positive=("total_debt",),
        years_only=True,
        not_for_banks=True,
    ),
)
_LIQUIDITY = (
    _multiple(
        "current_ratio",
        "Current ratio",
        RatioGroup.LIQUIDITY,
        "current assets / current liabilities",
        "current_assets / current_liabilities",
        positive=("current_liabilities",),
    ),
    _multiple(
        "quick_ratio",
        "Quick ratio",
        RatioGroup.LIQUIDITY,
        "(cash + short-term investments + receivables) / current liabilities",
        "(cash + short_term_investments + receivables) / current_liabilities",
        "(cash + receivables) / current_liabilities",
        positive=("current_liabilities",),
    ),
    _multiple(
        "cash_ratio",
        "Cash ratio",
        RatioGroup.LIQUIDITY,
        "(cash + short-term investments) / current liabilities",
        "(cash + short_term_investments) / current_liabilities",
        "cash / current_liabilities",
        positive=("current_liabilities",),
    ),
)
_CASH = (
    _multiple(
        "cash_conversion",
        "Operating cash flow to net income",
        RatioGroup.CASH,
        "cash from operating activities / net income",
        "operating_cash_flow / net_income",
        positive=("net_income",),
        not_for_banks=True,
    ),
    _multiple(
        "fcf_conversion",
        "Free cash flow to net income",
        RatioGroup.CASH,
        "free cash flow / net income",
        "free_cash_flow / net_income",
        positive=("net_income",),
        not_for_banks=True,
    ),
    _share_of(
        "capex_to_revenue",
        "Capital expenditures to revenue",
        "capex",
        "capital expenditures",
        RatioGroup.CASH,
    ),
    RatioDefinition(
        "days_sales_outstanding",
        "Days sales outstanding",
        RatioGroup.CASH,
        "receivables at the end / revenue * 365",
        ("receivables / revenue * 365",),
        "days",
        ("revenue",),
        years_only=True,
        not_for_banks=True,
    ),
    RatioDefinition(
        "days_inventory",
        "Days of inventory",
        RatioGroup.CASH,
        "inventories at the end / cost of revenue * 365",
        ("inventory / cost_of_revenue * 365",),
        "days",
        ("cost_of_revenue",),
        years_only=True,
    ),
    RatioDefinition(
        "days_payables",
        "Days payables outstanding",
        RatioGroup.CASH,
        "accounts payable at the end / cost of revenue * 365",
        ("payables / cost_of_revenue * 365",),
        "days",
        ("cost_of_revenue",),
        years_only=True,
    ),
)
_RETURNS = (
    RatioDefinition(
        "return_on_equity",
        "Return on equity",
        RatioGroup.RETURNS,
        "net income / average shareholders’ equity of the year’s start and end",
        ("net_income / ((shareholders_equity + shareholders_equity_prior) / 2)",),
        "%",
        ("shareholders_equity", "shareholders_equity_prior"),
        years_only=True,
    ),
    RatioDefinition(
        "return_on_assets",
        "Return on assets",
        RatioGroup.RETURNS,
        "net income / average total assets of the year’s start and end",
        ("net_income / ((total_assets + total_assets_prior) / 2)",),
        "%",
        ("total_assets",),
        years_only=True,
    ),
)
_PER_SHARE = (
    RatioDefinition(
        "eps_diluted", "Diluted EPS", RatioGroup.PER_SHARE, "as reported", ("eps_diluted",), "money per share"
    ),
    RatioDefinition(
        "book_value_per_share",
        "Book value per share",
        RatioGroup.PER_SHARE,
        "shareholders’ equity / shares outstanding at the end (weighted diluted shares where those are not "
        "reported)",
        ("shareholders_equity / shares_outstanding", "shareholders_equity / shares_diluted"),
        "money per share",
        ("shareholders_equity",),
    ),
    RatioDefinition(
        "fcf_per_share",
        "Free cash flow per share",
        RatioGroup.PER_SHARE,
        "free cash flow / weighted diluted shares",
        ("free_cash_flow / shares_diluted",),
        "money per share",
        ("shares_diluted",),
    ),
    RatioDefinition(
        "payout_ratio",
        "Dividend payout",
        RatioGroup.PER_SHARE,
        "dividends paid / net income",
        ("dividends / net_income",),
        "%",
        ("net_income",),
    ),
)

RATIOS = (*_GROWTH, *_MARGINS, *_LEVERAGE, *_COVERAGE, *_LIQUIDITY, *_CASH, *_RETURNS, *_PER_SHARE)
