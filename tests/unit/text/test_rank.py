"""Which sentences say most of a text, and which fit a question."""

import time

from errand.capabilities.text.rank import Bm25, keywords, pick, rank_sentences
from errand.capabilities.text.words import stem, terms

PUMPS = [
    "Our pump business depends on a single supplier of steel castings in Ohio.",
    "The steel supplier of our pump business raised its prices twice in 2024.",
    "Rising steel prices reduced the margin of the pump business by four points.",
    "The annual meeting of shareholders takes place in a hotel with a garden.",
    "A lawsuit about a patent on valves may cost us several million dollars.",
]


def test_what_most_sentences_speak_of_ranks_first() -> None:
    scores = rank_sentences(PUMPS)
    assert max(scores) == 1.0
    assert min(scores[:3]) > max(scores[3:])


def test_a_focus_moves_what_fits_it_to_the_front() -> None:
    scores = rank_sentences(PUMPS, focus="patent lawsuits")
    assert scores.index(max(scores)) == 4


def test_a_pick_does_not_repeat_itself() -> None:
    doubled = [PUMPS[0], PUMPS[0], PUMPS[4]]
    assert sorted(pick(doubled, [1.0, 0.99, 0.3], limit=3)) == [0, 2]


def test_a_sentence_that_only_points_elsewhere_ranks_behind_its_equal() -> None:
    pointer = "See the note on pump business, the steel supplier and prices of steel castings."
    scores = rank_sentences([*PUMPS, pointer, pointer.replace("See the note", "We give a note")])
    assert scores[5] < scores[6]


def test_nothing_to_rank_gives_nothing() -> None:
    assert rank_sentences([]) == []
    assert rank_sentences(["the of", ""]) == [0.0, 0.0]
    assert pick([], [], limit=3) == []


def test_words_of_one_stem_meet() -> None:
    assert stem("risks") == stem("risk")
    assert stem("competed") == stem("competing") == stem("competes")
    assert stem("liabilities") == stem("liability")
    assert terms("The Company’s risks are risky.") == ["compani", "risk", "riski"]


def test_keywords_are_written_as_the_text_writes_them() -> None:
    assert set(keywords(PUMPS, limit=3)) <= {"pump", "business", "steel", "supplier", "prices"}


def test_bm25_is_zero_without_a_word_in_common() -> None:
    assert Bm25([["steel"], ["valve", "patent"]]).scores(["patent"])[0] == 0.0
    assert Bm25([]).scores(["patent"]) == []


def test_a_long_document_is_ranked_in_bounded_time() -> None:
    sentences = [
        f"Sentence {n} speaks of matter {n % 97} and of thing {n % 31} at length." for n in range(20_000)
    ]
    began = time.perf_counter()
    pick(sentences, rank_sentences(sentences), limit=10)
    assert time.perf_counter() - began < 8
