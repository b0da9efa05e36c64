"""Summaries with a model rest on quotations; without one, or when it fails, sentences are quoted."""

from pathlib import Path

import pytest

from errand.capabilities.reports.check import CheckInput, check
from errand.capabilities.reports.compose import ComposeInput, compose
from errand.capabilities.text.model import Summary
from errand.capabilities.text.summarize import SummarizeOutput
from errand.capabilities.text.summarizing import summarize_capability
from errand.domain.errors import LimitReached, ModelDeclined
from errand.domain.json import JsonObject
from errand.model import Prompt, Reply, Role, Said, Traits
from errand.models.scripted import calling
from tests.unit.judging.desk import OFFERS, Desk, handing_in

PRICES: JsonObject = {
    "text": "The offers ask $12,400 and $14,900.",
    "quotes": [
        "Brightwater asks $12,400 for the pump, delivered in six weeks.",
        "Stoneford asks $14,900 for the pump, delivered in two weeks.",
    ],
}
WARRANTY: JsonObject = {
    "text": "Stoneford gives the longer warranty.",
    "quotes": ["The warranty is 36 months, parts and labour."],
}
GOOD: JsonObject = {"sentences": [PRICES, WARRANTY]}


def summarized(desk: Desk, text: str = OFFERS, **more: object) -> SummarizeOutput:
    known = summarize_capability(desk.agents, desk.models)
    return desk.run(known, document=desk.document(text), **more)


def stored(desk: Desk, output: SummarizeOutput) -> Summary:
    return desk.context.load_model(output.summary, Summary)


def test_each_sentence_rests_on_quotations_that_stand_there(tmp_path: Path) -> None:
    desk = Desk(tmp_path, handing_in(GOOD))
    output = summarized(desk)
    summary = stored(desk, output)

    assert output.sentences == [PRICES["text"], WARRANTY["text"]]
    assert [len(each.rests_on) for each in summary.prose] == [2, 1]
    assert all(each.text in OFFERS for each in summary.quotations)


def test_a_report_composed_of_it_passes_the_check(tmp_path: Path) -> None:
    desk = Desk(tmp_path, handing_in(GOOD))
    summary = summarized(desk).summary
    composed = compose.run(ComposeInput(summaries=[summary], documents=[desk.document()]), desk.context)
    report = desk.context.load(composed.report).decode()
    given = CheckInput(report=composed.report, claims=composed.claims, documents=[desk.document()])

    assert "- The offers ask $12,400 and $14,900. [1][2]" in report
    assert check.run(given, desk.context).faults == ()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({**WARRANTY, "quotes": ["The warranty is endless."]}, "does not stand in the document"),
        ({**WARRANTY, "text": "Stoneford gives 37 months."}, "The number 37"),
    ],
)
def test_what_the_document_does_not_say_is_told_back(tmp_path: Path, wrong: JsonObject, said: str) -> None:
    desk = Desk(tmp_path, handing_in({"sentences": [wrong]}, GOOD))
    summarized(desk)

    assert said in desk.told()


def test_more_sentences_than_asked_for_are_told_back(tmp_path: Path) -> None:
    desk = Desk(tmp_path, handing_in(GOOD, {"sentences": [WARRANTY]}))

    assert summarized(desk, sentences=1).sentences == [WARRANTY["text"]]


def test_without_a_model_sentences_are_quoted(tmp_path: Path) -> None:
    desk = Desk(tmp_path, handing_in(GOOD), roles=frozenset({Role.WORK}))
    output = summarized(desk)

    assert all(each in OFFERS for each in output.sentences)
    assert (stored(desk, output).prose, stored(desk, output).remarks) == ((), ())


@pytest.mark.parametrize("error", [LimitReached("The limit is reached."), ModelDeclined("It refuses.")])
def test_when_the_model_can_not_go_on_sentences_are_quoted_and_it_is_said(
    tmp_path: Path, error: Exception
) -> None:
    def failing(prompt: Prompt) -> Reply:
        del prompt
        raise error

    desk = Desk(tmp_path, failing)
    output = summarized(desk)

    assert all(each in OFFERS for each in output.sentences)
    assert "No model summarized it" in stored(desk, output).remarks[0]


def test_a_model_that_keeps_inventing_is_replaced_by_quotations(tmp_path: Path) -> None:
    invented: JsonObject = {"sentences": [{"text": "All is well.", "quotes": ["All is well."]}]}
    desk = Desk(tmp_path, handing_in(invented))
    output = summarized(desk)

    assert all(each in OFFERS for each in output.sentences)
    assert "No model summarized it" in stored(desk, output).remarks[0]


def test_a_long_document_is_read_in_parts_within_the_context(tmp_path: Path) -> None:
    filler = "\n\n".join(f"Paragraph {n} tells of the river and its mills in dry years." for n in range(500))
    desk = Desk(tmp_path, quoting)
    desk.models.capable = Traits(context_tokens=16_000)
    output = summarized(desk, f"{OFFERS}\n\n{filler}")
    sizes = [len(each.messages[0].text) for each in desk.models.prompts if isinstance(each.messages[0], Said)]

    assert output.sentences == ["The mills are spoken of."]
    assert len(sizes) == 3
    assert max(sizes) < 18_000


def quoting(prompt: Prompt) -> Reply:
    """Some sentence of the part that it was given, whichever part it is."""
    said = next(each.text for each in prompt.messages if isinstance(each, Said))
    quote = next(line for line in said.split("\n") if " tells of the river" in line).strip(" “”")
    return calling(("hand_in", {"sentences": [{"text": "The mills are spoken of.", "quotes": [quote]}]}))
