"""Figures as they are written, and read back."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errand.capabilities.reports.figures import TOLERANCE, exact, show
from errand.capabilities.reports.formula import recompute
from errand.capabilities.reports.reading import amounts, folded, quotations

values = st.decimals(min_value=Decimal("-1e15"), max_value=Decimal("1e15"), allow_nan=False, places=6)
units = st.sampled_from(["USD", "EUR", "JPY", "CHF", "GBP", "USD/shares", "%"])


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        ("391035000000", "USD", "$391.04 billion"),
        ("-1285640000", "USD", "-$1.29 billion"),
        ("12345678", "EUR", "€12.35 million"),
        ("999999999", "JPY", "¥1.00 billion"),
        ("54321", "CHF", "CHF 54,321"),
        ("6.08", "USD/shares", "$6.08"),
        ("0.5431", "%", "0.543 %"),
        ("23.9713", "%", "23.97 %"),
        ("0.867313", "x", "0.87"),
        ("15408095000", "shares", "15.41 billion shares"),
        ("0", "USD", "$0"),
        ("1234567890123456", "USD", "$1,234.57 trillion"),
        ("62.3", "days", "62.30 days"),
    ],
)
def test_a_figure_is_scaled_to_reading_size(value: str, unit: str, shown: str) -> None:
    assert show(Decimal(value), unit) == shown


@given(values, units)
def test_no_figure_is_rounded_by_more_than_half_a_percent(value: Decimal, unit: str) -> None:
    (read,) = amounts(show(value, unit))
    assert abs(read.value - value) <= TOLERANCE * abs(value)


@given(values, units)
def test_what_is_written_is_read_with_its_unit_and_sign(value: Decimal, unit: str) -> None:
    (read,) = amounts(f"It was {show(value, unit)}, all told.")
    assert read.unit == unit.partition("/")[0]
    assert (read.value < 0) == (value < 0)


def test_the_exact_value_keeps_every_digit() -> None:
    assert exact(Decimal("391035000000"), "USD") == "391,035,000,000 USD"
    assert exact(Decimal("-0.62"), "USD/shares") == "-0.62 USD/shares"


@pytest.mark.parametrize(
    ("formula", "stated", "result"),
    [
        ("108,807 = 118,254 - 9,447, USD millions", "108807", "108807"),
        ("0.5 x = 152 / (300 + 4), USD thousands", "0.5", "0.5"),
        ("-25.00 % = (75 - 100) / 100", "-25", "-0.25"),
        ("-0.1 = (-10) / 100", "-0.1", "-0.1"),
        ("100 = ((4 / 1) ^ (1 / 2) - 1) × 100", "100", "100"),
        ("net debt 5 = total debt 9 - cash 4", "5", "5"),
    ],
)
def test_a_formula_is_computed_again(formula: str, stated: str, result: str) -> None:
    again = recompute(formula)
    assert again is not None
    assert (again.stated, again.result) == (Decimal(stated), Decimal(result))


@pytest.mark.parametrize(
    "formula",
    ["", "5", "= 4", "5 = 4 +", "5 = (4", "5 = 4 / 0", "5 = 9 ^ 9 ^ 9 ^ 9", f"5 = {'(' * 500}1", "5 = 2 3"],
)
def test_a_formula_that_makes_no_sense_is_not_computed(formula: str) -> None:
    assert recompute(formula) is None


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("58,200 euros", "EUR"),
        ("1 euro", "EUR"),
        ("40 million dollars", "USD"),
        ("40 million US dollars", "USD"),
        ("500 yen", "JPY"),
        ("300 pounds", ""),
        ("20 eurozone banks", ""),
    ],
)
def test_a_currency_may_be_written_as_a_word(text: str, unit: str) -> None:
    assert [each.unit for each in amounts(text)] == [unit]


def test_only_quotations_of_some_length_count() -> None:
    text = 'He said “no” and then “we will not open the mill again” and "not in this year or the next one".'
    assert list(quotations(text, 6)) == [
        "we will not open the mill again",
        "not in this year or the next one",
    ]


def test_typography_does_not_tell_texts_apart() -> None:
    assert folded("the\u00a0company’s  “Grove”") == folded('the company\'s "Grove"')
