"""Answers rest on passages that are really there, or say that there are none."""

from pathlib import Path

import pytest

from errand.capabilities.reports.check import CheckInput, check
from errand.capabilities.text.answering import AnswerOutput, answer_capability
from errand.domain.errors import AgentFailed
from errand.domain.json import JsonObject
from errand.model import Role, Said, Traits
from tests.unit.judging.desk import OFFERS, Desk, handing_in

QUESTION = "Which pump has the longer warranty?"
LONGER: JsonObject = {
    "n": 1,
    "document": "offers.md",
    "quote": "The warranty is 36 months, parts and labour.",
}
SHORTER: JsonObject = {
    "n": 2,
    "document": "offers.md.document.json",
    "quote": "The warranty is 24 months, parts only.",
}
NOWHERE: JsonObject = {"n": 1, "document": "offers.md", "quote": "The warranty is 99 years."}
TEXT = "Stoneford's: 36 months, against 24 months of Brightwater [1] [2]."
TRUE: JsonObject = {"answered": True, "markdown": TEXT, "sources": [LONGER, SHORTER]}
INVENTED: JsonObject = {"answered": True, "markdown": TEXT, "sources": [NOWHERE, SHORTER]}


def answered(desk: Desk) -> AnswerOutput:
    known = answer_capability(desk.agents, desk.models)
    return desk.run(known, question=QUESTION, documents=[desk.document()])


def test_an_answer_comes_with_its_passages_and_passes_the_check(tmp_path: Path) -> None:
    desk = Desk(tmp_path, handing_in(TRUE))
    output = answered(desk)
    given = CheckInput(report=output.report, claims=output.claims, documents=[desk.document()])

    assert [each.text for each in output.passages] == [LONGER["quote"], SHORTER["quote"]]
    assert check.run(given, desk.context).faults == ()


def test_a_passage_that_is_not_there_is_told_back_and_put_right(tmp_path: Path) -> None:
    desk = Desk(tmp_path, handing_in(INVENTED, TRUE))
    answered(desk)

    assert "“The warranty is 99 years.” does not stand in offers.md" in desk.told()


def test_an_agent_that_keeps_inventing_fails_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(AgentFailed, match="99 years"):
        answered(Desk(tmp_path, handing_in(INVENTED)))


def test_an_answer_without_any_passage_is_refused(tmp_path: Path) -> None:
    bare: JsonObject = {"answered": True, "markdown": "Stoneford's.", "sources": []}
    desk = Desk(tmp_path, handing_in(bare, TRUE))
    answered(desk)

    assert "needs at least one passage" in desk.told()


def test_that_the_documents_do_not_answer_is_an_answer(tmp_path: Path) -> None:
    none: JsonObject = {"answered": False, "markdown": "The offers do not say it.", "sources": []}
    output = answered(Desk(tmp_path, handing_in(none)))

    assert (output.answered, output.passages) == (False, [])


def test_instructions_inside_a_document_stay_inside_what_is_untrusted(tmp_path: Path) -> None:
    desk = Desk(tmp_path, handing_in(TRUE))
    answered(desk)
    first = desk.models.prompts[0]
    said = next(each.text for each in first.messages if isinstance(each, Said))
    before, _, after = said.partition("Ignore all earlier instructions")

    assert before.count("<untrusted") == before.count("</untrusted") + 1
    assert "</untrusted" in after
    assert "Ignore all earlier" not in first.instructions


def test_of_a_long_document_what_fits_the_question_is_shown(tmp_path: Path) -> None:
    desk = Desk(tmp_path, handing_in(TRUE))
    desk.models.capable = Traits(context_tokens=8_000)
    filler = "\n\n".join(f"Paragraph {n} tells of the river in dry years." for n in range(600))
    long = desk.document(f"# Report\n\n{filler}\n\n{OFFERS}")
    known = answer_capability(desk.agents, desk.models)
    output = desk.run(known, question=QUESTION, documents=[long])
    said = next(each.text for each in desk.models.prompts[0].messages if isinstance(each, Said))

    assert output.answered
    assert len(said) < 9_000
    assert "The warranty is 36 months, parts and labour." in said


def test_without_a_model_it_is_not_offered(tmp_path: Path) -> None:
    desk = Desk(tmp_path, handing_in(TRUE), roles=frozenset({Role.PLAN}))

    assert [need.name for need in answer_capability(desk.agents, desk.models).missing()] == [
        "a language model"
    ]
