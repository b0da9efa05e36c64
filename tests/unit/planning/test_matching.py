import pytest

from errand.planning.matching import first_of, phrase_fault, plain


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("annual report", "Review the ANNUAL  Report!"),
        ("10-K", "look at the 10-K."),
        ("10-K", "aapl_10-k_2024.html"),
        ("analy*", "Please analyse it"),
        ("how ... doing", "How is the company doing?"),
        ("company", "the company’s debt"),
        ("summar*", "ＳＵＭＭＡＲＩＺＥ this"),
    ],
)
def test_a_phrase_is_found_whatever_the_case_and_the_signs_between(phrase: str, text: str) -> None:
    assert first_of([phrase], plain(text))


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("bill", "the billing"),
        ("risk", "asterisk"),
        ("annual report", "the annual tax report"),
        ("how ... doing", "how are all of the many people there doing"),
    ],
)
def test_other_words_are_not_the_phrase(phrase: str, text: str) -> None:
    assert first_of([phrase], plain(text)) is None


def test_what_matched_is_shown_in_the_words_of_the_text() -> None:
    assert first_of(["analy*"], plain("An analysis")) == "analysis"
    assert first_of(["10-K"], plain("the 10-k")) == "10-K"


@pytest.mark.parametrize("phrase", ["...", "... x", "a*", "!"])
def test_phrases_that_say_nothing_are_refused(phrase: str) -> None:
    assert phrase_fault(phrase)
