import pytest

from errand.domain.artifact import Artifact
from errand.domain.request import Request
from errand.planning.asking import looks_up, subject
from errand.planning.files_named import missing_files, named_attachments
from errand.planning.language import is_english
from errand.planning.spelling import Spelling


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("Find what it says about hazardous materials in the filing", "hazardous materials"),
        ("What was net income in 2024?", "net income 2024"),
        ("Which risk factors mention China?", "China"),
        ('Search these files for "force majeure"', "force majeure"),
        ("Find all mentions of cyber attacks and write them as a Word file", "cyber attacks"),
        ("Who is the auditor? How many employees are there?", "auditor employees"),
    ],
)
def test_what_a_question_is_about_is_taken_out_of_it(text: str, about: str) -> None:
    assert looks_up(text)
    assert subject(text) == about


@pytest.mark.parametrize("text", ["What is 2+2?", "What is it?", "Who are you?"])
def test_a_question_without_words_to_look_for_has_no_subject(text: str) -> None:
    assert subject(text) is None


@pytest.mark.parametrize("text", ["Summarize the report", "Analyze the financials", "Find a flight"])
def test_other_requests_look_nothing_up(text: str) -> None:
    assert not looks_up(text)


@pytest.mark.parametrize(
    "text",
    [
        "Summarize this",
        "TL;DR",
        "Review die cutting costs in the report",
        "Summarize the file “Bericht über die Lage der Nation”",
        "asdf",
        "10-K",
        "",
    ],
)
def test_english_and_what_has_no_language_is_read(text: str) -> None:
    assert is_english(text)


@pytest.mark.parametrize(
    "text",
    ["请总结这份文件", "Fasse bitte dieses Dokument zusammen", "Résume ce document pour moi dans une page"],
)
def test_other_languages_are_noticed(text: str) -> None:
    assert not is_english(text)


def test_misspelt_words_are_put_right_and_told() -> None:
    text, changed = Spelling({"financials"}).corrected("anlyze this companys finanicals of Anlyze Inc")
    assert text == "analyze this companys financials of Anlyze Inc"
    assert changed == {"anlyze": "analyze", "finanicals": "financials"}


def test_file_names_and_words_that_are_known_are_left_alone() -> None:
    text = "Summarize sumary.pdf and the documents at www.exampel.org"
    assert Spelling({"summary", "example"}).corrected(text) == (text, {})


def request(text: str, *names: str) -> Request:
    return Request(text, tuple(Artifact(name, "application/pdf", 1, "0" * 64, {}) for name in names))


def test_files_that_are_named_and_not_attached_are_missed() -> None:
    asked = request("Summarize A.pdf, notes/b.pdf and c.pdf and save it as out.docx", "a.pdf", "b.pdf")
    assert missing_files(asked) == ("c.pdf",)


def test_only_the_attachments_that_are_named_are_meant() -> None:
    assert named_attachments(request("Summarize B.pdf", "a.pdf", "b.pdf")) == (1,)
    assert named_attachments(request("Summarize my notes.pdf", "a.pdf", "my notes.pdf")) == (1,)
    assert named_attachments(request("Summarize them", "a.pdf", "b.pdf")) == (0, 1)
