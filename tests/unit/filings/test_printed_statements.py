from collections.abc import Sequence
from decimal import Decimal

import pytest

from errand.capabilities.documents.model import Block, BlockKind, Document
from errand.capabilities.filings.amounts import amount, currency, is_european, scales
from errand.capabilities.filings.labels import BALANCE, CASH_FLOW, INCOME, Reader
from errand.capabilities.filings.merge import merge
from errand.capabilities.filings.tables import read_tables
from errand.capabilities.financials.model import Statements
from errand.capabilities.financials.statements import build_statements
from tests.unit.financials.by_hand import values_of

Rows = Sequence[Sequence[str]]
INCOME_ROWS: Rows = (
    ("", "Year ended December 31,", ""),
    ("", "2007", "2006"),
    ("Net sales", "$ 1,250.5", "$ 1,100.0"),
    ("Cost of goods sold", "(700.0)", "(650.0)"),
    ("Operating income", "170", "120"),
    ("Interest expense", "(12)", "(10)"),
    ("Income before income taxes", "158", "110"),
    ("Income taxes (Note 4)", "(38)", "(25)"),
    ("Net income", "$ 120", "$ 85"),
    ("Basic earnings per share", "2.43", "1.70"),
    ("Weighted average shares, diluted", "50.5", "50.1"),
)
BALANCE_ROWS: Rows = (
    ("", "2007", "2006"),
    ("Current assets:", "", ""),
    ("Cash and cash equivalents", "90", "80"),
    ("Total current assets", "400", "380"),
    ("Total assets", "2,000", "1,900"),
    ("Current liabilities:", "", ""),
    ("Current portion of long-term debt", "20", "25"),
    ("Total current liabilities", "300", "310"),
    ("Long-term debt", "500", "520"),
    ("Total liabilities", "1,200", "1,150"),
    ("Total stockholders' equity", "800", "750"),
    ("Total liabilities and stockholders' equity", "2,000", "1,900"),
)
CASH_ROWS: Rows = (
    ("", "2007", "2006"),
    ("Depreciation and amortization", "60", "55"),
    ("Net cash provided by operating activities", "200", "150"),
    ("Purchases of property, plant and equipment", "(75)", "(70)"),
    ("Net cash used in investing activities", "(75)", "(70)"),
    ("Dividends paid", "(30)", "—"),
)


def document(*tables: tuple[str, Rows]) -> Document:
    """Each table under the sentence that leads to it."""
    blocks: list[Block] = []
    texts = ["FORM 10-K", "For the fiscal year ended December 31, 2007", "ANVIL WORKS, INC.",
             "(Exact name of registrant as specified in its charter)"]  # fmt: skip
    rows: dict[str, Rows] = {}
    for above, table in tables:
        joined = "\n".join(" | ".join(row) for row in table)
        texts += [above, joined]
        rows[joined] = table
    start = 0
    for text in texts:
        kind = BlockKind.TABLE if text in rows else BlockKind.PARAGRAPH
        cells = tuple(tuple(row) for row in rows.get(text, ()))
        blocks.append(Block(kind=kind, text=text, start=start, rows=cells))
        start += len(text) + 1
    return Document(name="anvil.htm", media_type="text/html", sha256="0" * 64, blocks=tuple(blocks))


def statements(*tables: tuple[str, Rows]) -> Statements:
    return build_statements(merge([read_tables(document(*tables))]))


WHOLE = (
    ("CONSOLIDATED STATEMENTS OF INCOME (in millions of dollars, except per share data)", INCOME_ROWS),
    ("CONSOLIDATED BALANCE SHEETS (in millions) December 31,", BALANCE_ROWS),
    ("CONSOLIDATED STATEMENTS OF CASH FLOWS (in millions) Years ended December 31,", CASH_ROWS),
)


def test_a_filing_without_xbrl_is_read_by_its_labels() -> None:
    made = statements(*WHOLE)
    newest = {line.item: line.figures[0].value for line in made.lines}

    assert made.company == "ANVIL WORKS, INC."
    assert [period.label for period in made.periods] == ["FY2007", "FY2006"]
    assert newest["revenue"] == 1_250_500_000
    assert newest["cost_of_revenue"] == 700_000_000
    assert newest["income_tax"] == 38_000_000
    assert newest["eps_basic"] == Decimal("2.43")
    assert newest["shares_diluted"] == 50_500_000
    assert newest["total_debt"] == 520_000_000
    assert newest["free_cash_flow"] == 125_000_000
    assert values_of(made, "dividends") == {"FY2007": Decimal(30_000_000), "FY2006": Decimal(0)}


def test_every_figure_of_a_table_names_its_cell_and_row() -> None:
    line = statements(*WHOLE).line("total_assets")

    assert line is not None
    source = line.figures[0].sources[0]
    assert source.where == "balance sheet, row “Total assets”"
    assert source.cell == "table at block 7, row 5, column 2"


def test_that_figures_come_from_labels_alone_is_said() -> None:
    assert any("holds no XBRL" in remark for remark in statements(*WHOLE).remarks)


def test_a_summary_of_five_years_does_not_stand_in_for_the_statement() -> None:
    summary: Rows = (
        ("", "2007", "2006"),
        ("Net sales", "9", "8"),
        ("Net income", "1", "1"),
        ("Income taxes", "1", "1"),
    )

    made = statements(("Selected data (in millions)", summary), *WHOLE)

    assert values_of(made, "revenue")["FY2007"] == 1_250_500_000


def test_european_figures_in_euros_are_read_as_printed() -> None:
    rows: Rows = (
        ("in thousands of euros", "2024", "2023"),
        ("Revenue", "1.234.567", "1.100.000"),
        ("Income tax", "10.000", "9.000"),
        ("Profit before tax", "60.000", "50.000"),
        ("Profit for the year", "50.000", "41.000"),
    )

    made = statements(("Consolidated income statement for the year ended 31 December", rows))

    assert made.currency == "EUR"
    assert values_of(made, "revenue")["FY2024"] == 1_234_567_000


def test_columns_of_changes_are_no_periods() -> None:
    rows: Rows = tuple(
        (*row, extra)
        for row, extra in zip(INCOME_ROWS, ("Change", "2007 vs. 2006", *["14%"] * 9), strict=True)
    )

    made = statements(("STATEMENTS OF INCOME (in millions of dollars)", rows))

    assert [period.label for period in made.periods] == ["FY2007", "FY2006"]


def test_a_document_without_statements_holds_no_facts() -> None:
    assert read_tables(document(("Prices", (("Apples", "2"), ("Pears", "3"))))).facts == []


@pytest.mark.parametrize(
    ("text", "value"),
    [("$7,361,364", "7361364"), ("(2,181,784)", "-2181784"), ("$ (5.2)", "-5.2"), ("—", "0"),
     ("(1,234", "-1234"), ("€ 12", "12"), ("-3", "-3"), ("1 234", "1234")],
)  # fmt: skip
def test_amounts_are_read_as_printed(text: str, value: str) -> None:
    assert amount(text) == Decimal(value)


@pytest.mark.parametrize("text", ["14%", "Note 4", "", "2024 vs. 2023", "n/a"])
def test_what_is_no_amount_is_none(text: str) -> None:
    assert amount(text) is None


def test_points_between_thousands_are_told_from_decimals() -> None:
    assert is_european(["1.234.567", "12,5"])
    assert not is_european(["1,234.567", "12.5"])
    assert amount("1.234,5", european=True) == Decimal("1234.5")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(in thousands, except per share data)", {"money": 3}),
        ("USD ($) shares in Thousands, $ in Millions", {"money": 6, "shares": 3}),
        (
            "(In millions, except number of shares, which are reflected in thousands)",
            {"money": 6, "shares": 3},
        ),
        ("Millions, Except Per Share Amounts", {"money": 6}),
        ("we sold $6 million", {}),
        ("RMB’000", {"money": 3}),
    ],
)
def test_scales_are_told_for_money_and_for_shares(text: str, found: dict[str, int]) -> None:
    assert scales(text) == found


@pytest.mark.parametrize(
    ("text", "code"),
    [("in millions of euros", "EUR"), ("£m", "GBP"), ("C$ millions", "CAD"), ("CHF million", "CHF"),
     ("$ 5", "USD"), ("Millions of yen", "JPY"), ("no money", "")],
)  # fmt: skip
def test_currencies_are_told_by_word_code_or_symbol(text: str, code: str) -> None:
    assert currency(text) == code


@pytest.mark.parametrize(
    ("statement", "label", "item"),
    [
        (INCOME, "Total net revenues", "revenue"),
        (INCOME, "Net sales and revenues", None),
        (INCOME, "Provision for (benefit from) income taxes", "income_tax"),
        (INCOME, "Income (loss) before income taxes", "pretax_income"),
        (INCOME, "Net loss", "net_income"),
        (INCOME, "Net income (loss)", "net_income"),
        (INCOME, "Net income attributable to noncontrolling interests", None),
        (INCOME, "Net income attributable to Anvil Works", "net_income_attributable"),
        (INCOME, "Loss from operations", "operating_income"),
        (INCOME, "Operating income (loss)", "operating_income"),
        (INCOME, "Selling, general and administrative expenses", "sga"),
        (INCOME, "Other income, net", None),
        (BALANCE, "Accounts receivable, net of allowance of $3", "receivables"),
        (BALANCE, "Total equity", "equity_with_noncontrolling"),
        (BALANCE, "Equity", None),
        (BALANCE, "Total shareholders’ equity (deficit)", "shareholders_equity"),
        (BALANCE, "Property, plant and equipment, net", "ppe"),
        (CASH_FLOW, "Net cash (used in) provided by operating activities", "operating_cash_flow"),
        (CASH_FLOW, "Capital expenditures", "capex"),
        (CASH_FLOW, "Repurchases of common stock", "buybacks"),
        (CASH_FLOW, "Cash dividends paid", "dividends"),
        (CASH_FLOW, "Proceeds from sale of property and equipment", None),
    ],
)
def test_a_label_tells_its_item(statement: str, label: str, item: str | None) -> None:
    assert Reader(statement).item(label) == item


def test_the_first_row_that_fits_counts() -> None:
    reader = Reader(INCOME)

    assert [reader.item("Net sales"), reader.item("Net sales")] == ["revenue", None]


def test_what_stands_under_per_share_is_per_share() -> None:
    reader = Reader(INCOME)
    reader.head("Earnings per share:")
    first = reader.item("Diluted")
    reader.head("Shares used in computing earnings per share:")

    assert [first, reader.item("Diluted")] == ["eps_diluted", "shares_diluted"]


def test_years_in_the_place_of_labels_stand_over_the_first_column_of_figures() -> None:
    rows: Rows = (("2007", "2006"), *INCOME_ROWS[2:])
    made = statements(("CONSOLIDATED STATEMENTS OF INCOME (in millions)", rows), *WHOLE[1:])
    assert values_of(made, "revenue") == {
        "FY2007": Decimal(1_250_500_000),
        "FY2006": Decimal(1_100_000_000),
    }
