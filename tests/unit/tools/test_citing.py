"""A quotation is accepted only when the document says it, word for word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errand.capabilities.citing import find_quote
from errand.capabilities.documents.model import Document
from errand.capabilities.documents.read import parse

TEXT = """# Mill Creek Pumps

## Suppliers

Our pump business — all of it — depends on “a single supplier” of steel castings. It isn’t
easy to replace.

The price of steel rose 4.5% in 2024\u2011the most in ten years.

## Customers

It isn’t easy to replace. The co\u00adoperation began in 1999.

| Pump | Price |
|---|---|
| P-100 | 1,200 |
"""


@pytest.fixture(scope="module")
def document() -> Document:
    return parse(TEXT.encode(), "pumps.md")


@pytest.mark.parametrize(
    "quote",
    [
        "depends on “a single supplier” of steel castings.",
        "depends   on\n 'a single supplier' of steel castings.",
        'Our pump business - all of it -- depends on "a single supplier"',
        "“It isn't easy to replace.”",
        "rose 4.5% in 2024-the most",
        "The cooperation began",
        "P-100 | 1,200",
        "It isn't easy to replace. The price of steel rose",
        "| Pump | Price |\n| P-100 |  | 1,200 |",
    ],
)
def test_white_space_marks_and_dashes_may_differ(document: Document, quote: str) -> None:
    source = find_quote(document, quote)

    assert source is not None
    assert source.quote == document.text[source.start : source.end]
    assert (source.document, source.sha256) == (document.name, document.sha256)


@pytest.mark.parametrize(
    "quote",
    [
        "depends on a single supplier of steel castings",
        "our pump business",
        "rose 4.6% in 2024",
        "rose 4.5% in 202",
        "teel castings",
        "It is easy to replace",
        "depends on … steel castings",
        "",
        "“”",
        "—",
        "x" * 30_000,
    ],
)
def test_what_the_document_does_not_say_is_not_found(document: Document, quote: str) -> None:
    assert find_quote(document, quote) is None


def test_it_says_where_the_passage_stands(document: Document) -> None:
    source = find_quote(document, "The price of steel rose")

    assert source is not None
    assert source.where == "Suppliers"
    assert source.block == 3
    assert document.blocks[3].start == source.start


def test_the_place_that_was_named_goes_before_the_first_one(document: Document) -> None:
    places = [find_quote(document, "It isn't easy to replace.", block) for block in (None, 5, 3, 99)]

    assert [place.where for place in places if place] == ["Suppliers", "Customers", "Suppliers", "Suppliers"]


COUNTS = parse(b'site,date,count\n"Bar, Gravel",2026-09-01,\n"Bar, Gravel",2026-09-08,44\n', "counts.csv")


@pytest.mark.parametrize(
    "quote",
    [
        '"Bar, Gravel",2026-09-08,44',
        "Bar, Gravel | 2026-09-01 |",
        '"Bar, Gravel",2026-09-01,\n"Bar, Gravel",2026-09-08,44',
    ],
)
def test_a_row_of_a_csv_file_may_be_copied_as_it_stands_there(quote: str) -> None:
    assert find_quote(COUNTS, quote) is not None


@pytest.mark.parametrize("quote", ['"Bar, Gravel",2026-09-01,44', "Bar,Gravel,2026-09-08,44"])
def test_a_row_that_the_csv_file_does_not_hold_is_not_found(quote: str) -> None:
    assert find_quote(COUNTS, quote) is None


def test_what_stands_in_a_table_without_headings_is_said_to_be_in_a_table() -> None:
    source = find_quote(COUNTS, "Bar, Gravel | 2026-09-08 | 44")

    assert source is not None
    assert source.where == "table"


@given(st.integers(0, len(TEXT)), st.integers(0, len(TEXT)))
def test_whatever_is_copied_out_of_the_text_is_found(start: int, end: int) -> None:
    document = parse(TEXT.encode(), "pumps.md")
    words = document.text.split()
    copied = " ".join(words[start % len(words) :][: 1 + end % 40])
    source = find_quote(document, copied)

    assert (source is not None) == any(letter.isalnum() for letter in copied)
