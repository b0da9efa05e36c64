"""Sentences of business prose, cut at the right places and exactly."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errand.capabilities.text.sentences import split_sentences


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    "sentences",
    [
        ["We sell pumps.", "They work."],
        ["Acme Holdings, Inc. Executive Plan applies."],
        ["We depend on Acme Corp.", "If it fails, we may fail."],
        ["We operate in the U.S. Government market.", "Demand may fall."],
        ["Most plants are in the U.S.", "As a result, storms matter."],
        ["Item 1A. Risk Factors"],
        ["See Item 7 of Part II.", "Forward-looking statements are marked."],
        ["The case of Smith v. Jones was heard by Mr. Brown on Jan. 5, 2024.", "We lost."],
        ["The charge was $1.5 million.", "It grew 3.2% to 7.1 million."],
        ["We filed it with the SEC.", "We also sent it."],
        ["Accounting Standards Update No. 2023-07 applies."],
        ["We had losses (see Note 4. Debt) in 2023.", "Revenue fell."],
        ["“Will it last?” we ask.", "It may not."],
        ["He said “we are done.”", "Then he left."],
        ["1. Pumps are heavy."],
        ["Revenue rose in 2023.", "2022 was weak."],
        ["We sell chargers.", "iPhone users buy them."],
        ["Wait...", "There is more."],
        ["我们销售水泵。", "需求可能下降。"],
        ["The network has servers (e.g. in Ohio) and approx. 40 sites.", "All are leased."],
    ],
)
def test_a_paragraph_is_cut_where_a_reader_would(sentences: list[str]) -> None:
    assert cut(" ".join(sentences)) == sentences


def test_a_line_break_ends_a_sentence() -> None:
    assert cut("Heading without a stop\nA sentence.") == ["Heading without a stop", "A sentence."]


def test_what_holds_no_words_holds_no_sentence() -> None:
    assert cut("") == []
    assert cut(" \n \t\n") == []


@given(st.text(alphabet="aB1.!?…()\n \"”'。", max_size=200))
def test_spans_are_ordered_trimmed_and_lose_only_white_space(text: str) -> None:
    spans = split_sentences(text)
    covered = "".join(text[start:end] for start, end in spans)
    assert all(start < end for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert all(piece == piece.strip() for piece in cut(text))
    assert "".join(covered.split()) == "".join(text.split())


@pytest.mark.parametrize("unit", [".", "(", "a. ", "No. ", ". . ", "x", "( a. ) ", "U.S. ", "!)"])
def test_time_grows_with_the_length_of_the_text_alone(unit: str) -> None:
    text = unit * (400_000 // len(unit))
    began = time.perf_counter()
    split_sentences(text)
    assert time.perf_counter() - began < 4
