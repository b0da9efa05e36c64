"""What is wrong with a model's plan beyond what any plan's check finds."""

from collections.abc import Mapping

from errand.capability import CapabilityDescription
from errand.domain.json import JsonObject
from errand.planning.model.accepting import faults_of_model_plan
from errand.planning.model.draft import PlanDraft
from tests.unit.planning_model.made import (
    ANSWER,
    CATALOGUE,
    GOOD,
    PROOF,
    READ,
    REQUEST,
    changed,
    described,
    draft,
)

REVIEWED = {
    **CATALOGUE,
    "result.review": described(
        "result.review", "request:text reply:reply? checked:verdict?", "passed:flag faults:text*"
    ),
}


def faults(handed: JsonObject, catalogue: Mapping[str, CapabilityDescription] = CATALOGUE) -> tuple[str, ...]:
    plan = PlanDraft.model_validate(handed).plan(None, "model")
    return faults_of_model_plan(plan, catalogue, REQUEST, REQUEST.text)


def test_a_plan_with_a_result_that_is_checked_has_no_faults() -> None:
    assert faults(GOOD) == ()


def test_a_plan_needs_a_result() -> None:
    assert "`result` is empty" in faults({**GOOD, "result": ""})[0]


def test_a_result_that_can_be_checked_must_be() -> None:
    found = faults(draft(READ, ANSWER, check=""))
    assert found == (
        "Nothing checks the result: add a step with reply.proof that takes it, and name the step in `check`",
    )


def test_a_result_that_nothing_can_check_needs_no_check() -> None:
    assert faults(draft(READ, result="read.letter", check="")) == ()


def test_the_check_must_look_at_the_result() -> None:
    other = changed(ANSWER, key="other")
    found = faults(draft(READ, ANSWER, other, PROOF, result="other.reply"))
    assert found == ("The check proof does not look at the result other.reply: give it that as an input",)


def test_where_a_review_is_offered_it_is_the_check() -> None:
    assert "result.review is offered" in faults(GOOD, REVIEWED)[0]
    review: JsonObject = {
        "key": "review",
        "capability": "result.review",
        "title": "Review",
        "inputs": {
            "request": {"$from": "request.text"},
            "reply": {"$from": "answer.reply"},
            "checked": {"$from": "proof"},
        },
    }
    assert faults(draft(READ, ANSWER, PROOF, review, check="review"), REVIEWED) == ()


def test_a_plan_of_more_steps_than_anyone_wants_is_refused() -> None:
    many = [changed(READ, key=f"read-{n}") for n in range(200)]
    assert "at most 200 are allowed" in faults(draft(*many, READ, ANSWER, PROOF))[0]


def test_inputs_that_are_written_as_a_text_are_read() -> None:
    written = changed(READ, inputs='{"file": {"$from": "request.attachments[0]"}}')
    assert faults(draft(written, ANSWER, PROOF)) == ()
