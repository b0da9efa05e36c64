from datetime import date
from decimal import Decimal

import pytest

from errand.capabilities.filings.ixbrl import read_inline
from errand.capabilities.filings.model import Fact
from errand.capabilities.filings.reported import Reported
from errand.capabilities.filings.transforms import to_date, to_number, words_to_number
from errand.domain.errors import InputRefused
from tests.unit.filings.xbrl_pages import NAMESPACES, inline, tagged


def read(body: str) -> Reported:
    return read_inline(inline(body), "anvil.htm", "0" * 64)


def only(body: str) -> Fact:
    return next(fact for fact in read(body).facts if not fact.concept.startswith("dei:"))


def test_scale_and_sign_make_whole_units_without_rounding() -> None:
    found = only(tagged("1,234.5", scale="6", sign="-", format="ixt:num-dot-decimal", decimals="-5"))

    assert found.value == Decimal(-1_234_500_000)
    assert str(found.value) == "-1234500000"
    assert found.decimals == -5


@pytest.mark.parametrize(
    ("text", "rule", "value"),
    [
        ("1,234,567", "ixt:num-dot-decimal", "1234567"),
        ("12.5", "", "12.5"),
        ("1.234,56", "ixt:numcommadecimal", "1234.56"),
        ("1 234,56", "ixt:num-comma-decimal", "1234.56"),
        ("1 234 567", "ixt4:num-dot-decimal", "1234567"),
        ("—", "ixt:fixed-zero", "0"),
        ("-", "ixt:zerodash", "0"),
        ("no", "ixt-sec:numwordsen", "0"),
        ("Twenty-five", "ixt-sec:numwordsen", "25"),
        ("one hundred and six million", "ixt-sec:numwordsen", "106000000"),
        ("5 Euro 20 cent", "ixt:num-unit-decimal", "5.20"),
        ("12,34,567.8", "ixt:numdotdecimalin", "1234567.8"),
    ],
)
def test_text_becomes_the_number_that_its_rule_says(text: str, rule: str, value: str) -> None:
    assert to_number(text, rule) == Decimal(value)


def test_words_that_are_no_number_give_none() -> None:
    assert words_to_number("several dozen") is None
    assert to_number("n/a", "ixt:num-dot-decimal") is None


@pytest.mark.parametrize(
    "text",
    [
        "September 28, 2024",
        "Sep. 28, 2024",
        "28 September 2024",
        "2024-09-28",
        "9/28/2024",
        "SEPTEMBER 28 2024",
    ],
)
def test_dates_are_read_as_filings_write_them(text: str) -> None:
    assert to_date(text) == date(2024, 9, 28)


def test_units_are_words_also_divided_ones() -> None:
    per_share = tagged("6.08", "us-gaap:EarningsPerShareDiluted", unit="each")
    shares = tagged("5", "us-gaap:X", unit="shares")

    assert [fact.unit for fact in read(tagged("1") + per_share + shares).facts[:3]] == [
        "USD",
        "USD/shares",
        "shares",
    ]


def test_explicit_and_typed_dimensions_come_with_the_fact() -> None:
    found = only(tagged("7", "us-gaap:Assets", "part"))

    assert found.dimensions == {"us-gaap:Axis": "anv:BigMember", "anv:Site": "Leeds"}


def test_a_moment_at_midnight_belongs_to_the_day_before() -> None:
    assert only(tagged("7", "us-gaap:Assets", "midnight")).end == date(2024, 12, 31)


def test_a_fact_inside_a_fact_counts_for_both() -> None:
    inner = tagged("42", "us-gaap:Revenues", scale="6")
    outer = tagged(inner, "us-gaap:SalesRevenueNet", scale="6")

    assert [(f.concept, f.value) for f in read(outer).facts[:2]] == [
        ("us-gaap:SalesRevenueNet", Decimal(42_000_000)),
        ("us-gaap:Revenues", Decimal(42_000_000)),
    ]


def test_nothing_is_made_of_nil_and_what_can_not_be_read_is_counted() -> None:
    found = read(tagged("", xsi_nil="true") + tagged("n/a") + tagged("5", context="missing") + tagged("5"))

    assert [fact.value for fact in found.facts if fact.concept == "us-gaap:Revenues"] == [Decimal(5)]
    assert "2 facts were left out" in found.remarks[0]


def test_the_cover_says_who_what_and_when() -> None:
    found = read(tagged("1"))

    assert (found.company, found.cik, found.form, found.period_end) == (
        "Anvil Works", "0000424242", "10-K", date(2024, 12, 31),
    )  # fmt: skip
    assert found.facts[-1].concept == "dei:DocumentFiscalYearFocus"
    assert found.facts[-1].value == 2024


def test_every_fact_says_where_it_stands() -> None:
    row = f"<table><tr><td>Total net sales</td><td>$</td><td>{tagged('1,000', id='f-7')}</td></tr></table>"
    source = only(row).source

    assert source.fact == "us-gaap:Revenues (y24, f-7)"
    assert source.quote == "1,000"
    assert source.where == "table, row “Total net sales”"
    assert only(row).label == "Total net sales"


def test_the_table_with_assets_and_their_counterpart_is_the_balance_sheet() -> None:
    names = ("Assets", "LiabilitiesAndStockholdersEquity")
    rows = "".join(f"<tr><td>{n}</td><td>{tagged('5', f'us-gaap:{n}', 'e24')}</td></tr>" for n in names)

    assert only(f"<table>{rows}</table>").statement == "balance sheet"


def test_a_copy_that_lost_its_namespaces_is_read_as_html() -> None:
    page = inline(tagged("1,000", scale="3")).decode().replace(NAMESPACES, "").split("?>", 1)[1]

    found = read_inline(f"<!-- inlineXBRL -->{page}".encode(), "anvil.htm", "0" * 64)

    assert next(f.value for f in found.facts if f.concept == "us-gaap:Revenues") == 1_000_000


def test_a_full_submission_text_file_is_opened() -> None:
    content = (
        b"<SEC-DOCUMENT>x\n<DOCUMENT>\n<TYPE>10-K\n<TEXT>\n<XBRL>\n" + inline(tagged("7")) + b"\n</XBRL>\n"
    )

    assert read_inline(content, "0001.txt", "0" * 64).facts[0].value == 7


def test_entities_are_not_expanded() -> None:
    bomb = b'<!DOCTYPE html [<!ENTITY a "9999999999"><!ENTITY b "&a;&a;&a;">]>'
    page = inline(tagged("&b;") + tagged("8")).replace(b"<html", bomb + b"<html")

    assert [
        f.value for f in read_inline(page, "bomb.htm", "0" * 64).facts if f.concept.endswith("Revenues")
    ] == [8]


def test_a_figure_of_absurd_size_is_left_out_as_damage() -> None:
    assert read(tagged("9" * 40) + tagged("5")).facts[0].value == 5


@pytest.mark.parametrize("content", [b"<!-- inlineXBRL -->", b"inlineXBRL \x00\xff"])
def test_a_page_that_broke_off_is_refused(content: bytes) -> None:
    with pytest.raises(InputRefused):
        read_inline(content, "broken.htm", "0" * 64)


def test_what_is_no_page_at_all_is_refused_with_what_to_do() -> None:
    with pytest.raises(InputRefused, match="as it was published"):
        read_inline(b"", "empty.htm", "0" * 64)
