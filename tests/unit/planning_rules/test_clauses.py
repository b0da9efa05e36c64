import pytest

from errand.planning.rules.clauses import Clause, Kind, clauses
from errand.planning.rules.tokens import LONGEST, Literal, tokens


def read(text: str) -> list[Clause]:
    return clauses(tokens(text))


def said(text: str) -> list[str]:
    return [" ".join(t.word for t in clause.tokens if t.word and not t.is_mark) for clause in read(text)]


def test_each_thing_that_is_asked_is_a_clause() -> None:
    assert said("Please summarize the letter, translate it and then print the translation.") == [
        "please summarize the letter",
        "translate it",
        "and then print the translation",
    ]


def test_what_is_said_to_exist_is_told_from_what_is_asked() -> None:
    kinds = [clause.kind for clause in read("I have a photo of a cat and I want to enlarge it.")]
    assert kinds == [Kind.GIVEN, Kind.ASKED]


def test_a_purpose_is_told_from_a_wish() -> None:
    kinds = [clause.kind for clause in read("Please crop the photo to remove the fence.")]
    assert kinds == [Kind.ASKED, Kind.PURPOSE]


def test_what_comes_after_something_is_put_behind_it() -> None:
    assert said("Send the letter after translating the draft.")[0] == "after translating the draft"


def test_what_comes_before_something_is_put_in_front_of_it() -> None:
    assert said("Before sending the letter, check the spelling.")[0] == "check the spelling"


def test_what_is_to_be_first_is_put_first() -> None:
    assert said("Summarize the article, but first check it for errors.")[0] == "but first check it for errors"


def test_a_noun_in_a_list_does_not_begin_a_clause() -> None:
    assert len(read("Extract the name, email and phone of each customer.")) == 1


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("'it is what it's'", Literal.QUOTE),
        ("“quoted”", Literal.QUOTE),
        ("'notes.txt'", Literal.FILE),
        ("reports/q3-final.xlsx", Literal.FILE),
        ("https://example.org/a?b=1", Literal.URL),
        ("jane.doe@example.org", Literal.EMAIL),
        ("+1 (202) 555-0143", Literal.PHONE),
        ("March 3rd, 2024", Literal.DATE),
        ("2024-03-03", Literal.DATE),
        ("7:30 pm", Literal.DATE),
        ("$1,200.50", Literal.NUMBER),
    ],
)
def test_literals_are_masked(text: str, kind: Literal) -> None:
    assert [token.literal for token in tokens(text)] == [kind]


def test_an_apostrophe_does_not_open_a_quotation() -> None:
    assert all(token.literal is None for token in tokens("the dog's bowl and the dogs' house aren't here"))


def test_offsets_lead_back_to_the_request() -> None:
    text = "Please read “the letter”, then print page 3."
    assert all(token.text in text[token.start : token.end] for token in tokens(text))


def test_a_sentence_does_not_end_within_an_abbreviation_or_a_file_name() -> None:
    assert len({clause.sentence for clause in read("Ask Dr. Smith about report.v2.pdf today.")}) == 1


def test_only_the_beginning_of_a_pasted_book_is_read() -> None:
    assert tokens("word " * LONGEST)[-1].end <= LONGEST
