import pytest

from errand.planning.words import senses, stem, words


@pytest.mark.parametrize(
    "family",
    [
        "summarize summarizes summarized summarizing summarizer summarization summary summaries summarise",
        "translate translation translator translated",
        "transcribe transcription transcript transcribing",
        "classify classification classifier classified",
        "detect detection detecting detector",
        "pay payment paid paying",
    ],
)
def test_the_forms_of_a_word_share_one_stem(family: str) -> None:
    assert len({stem(word) for word in family.split()}) == 1


def test_words_that_only_look_alike_keep_their_own_stems() -> None:
    assert len({stem(word) for word in ("state", "converse", "convert", "document", "gas", "news")}) == 6


def test_near_synonyms_share_a_sense() -> None:
    assert senses(stem("photograph")) & senses(stem("picture"))


def test_identifiers_are_cut_into_words() -> None:
    assert words("get_news.forTopic") == ["get", "news", "for", "topic"]


def test_form_designators_are_words() -> None:
    assert words("the 10-K of 2024") == ["the", "10-k", "of"]
