"""A later revision of a plan, made with a model."""

from pathlib import Path

import pytest

from errand.domain.errors import PlanRefused
from errand.domain.json import Json, JsonObject
from errand.domain.task import Fault, SubtaskStatus
from errand.planning.state import StepState, TaskState
from tests.unit.planning_model.made import ANSWER, GOOD, PROOF, READ, changed, draft, planning, state

DONE = StepState(
    key="read", capability="letter.read", status=SubtaskStatus.SUCCEEDED, output={"sender": "x" * 1_000}
)
FAILED = StepState(
    key="answer",
    capability="letter.answer",
    status=SubtaskStatus.FAILED,
    needs=("read",),
    error="The wish is not a wish. " * 40,
    fault=Fault.INPUT,
)
SKIPPED = StepState(key="proof", capability="reply.proof", status=SubtaskStatus.SKIPPED, needs=("answer",))
AGAIN = changed(ANSWER, key="answer-2")
PROOF_AGAIN = changed(PROOF, key="proof-2", inputs={"reply": {"$from": "answer-2.reply"}})
MENDED: JsonObject = {"steps": [AGAIN, PROOF_AGAIN], "result": "answer-2.reply", "check": "proof-2"}


def test_a_revision_builds_on_what_is_done(tmp_path: Path) -> None:
    made = planning(tmp_path, MENDED)
    plan = made.anew(state(DONE, FAILED, SKIPPED)).plan
    assert [(step.key, step.needs()) for step in plan.steps] == [
        ("answer-2", ("read",)),
        ("proof-2", ("answer-2",)),
    ]
    assert (str(plan.result), plan.check) == ("answer-2.reply", "proof-2")


def test_the_model_sees_outputs_shortened_and_errors_whole(tmp_path: Path) -> None:
    made = planning(tmp_path, MENDED)
    made.anew(state(DONE, FAILED, SKIPPED), why="Step answer failed.")
    assert "x" * 380 in made.shown
    assert "x" * 401 not in made.shown
    assert FAILED.error.strip() in made.shown
    assert "read: letter.read (succeeded)" in made.shown
    assert "Step answer failed." in made.shown


def test_what_is_done_is_not_done_again(tmp_path: Path) -> None:
    made = planning(tmp_path, draft(READ, AGAIN, PROOF_AGAIN), MENDED)
    made.anew(state(DONE, FAILED, SKIPPED))
    assert "the task has a step with this key already" in made.said(-1)


def test_a_step_that_failed_can_not_be_built_on(tmp_path: Path) -> None:
    proof = changed(PROOF, key="proof-2")
    made = planning(tmp_path, {"steps": [proof], "check": "proof-2"}, MENDED)
    made.anew(state(DONE, FAILED, SKIPPED))
    assert "answer did not succeed (failed)" in made.said(-1)


def test_only_what_has_not_begun_is_dropped(tmp_path: Path) -> None:
    pending = StepState(key="extra", capability="letter.read", status=SubtaskStatus.PENDING)
    made = planning(tmp_path, {**MENDED, "drop": ["read"]}, {**MENDED, "drop": ["extra"]})
    plan = made.anew(state(DONE, FAILED, SKIPPED, pending)).plan
    assert plan.drop == ("extra",)
    assert "what is done stays done" in made.said(-1)


def test_result_and_check_stay_when_nothing_is_said_of_them(tmp_path: Path) -> None:
    plan = planning(tmp_path, {"drop": ["extra"]}).anew(_with_extra(passed=True)).plan
    assert (str(plan.result), plan.check, plan.drop) == ("answer.reply", "proof", ("extra",))


def test_after_a_check_that_did_not_pass_a_new_check_is_wanted(tmp_path: Path) -> None:
    made = planning(tmp_path, {"drop": ["extra"]}, MENDED)
    made.anew(_with_extra(passed=False))
    assert "The check proof did not pass: add a new step" in made.said(-1)


def test_a_revision_that_stays_faulty_is_no_revision(tmp_path: Path) -> None:
    made = planning(tmp_path, GOOD)
    with pytest.raises(PlanRefused):
        made.anew(state(DONE, FAILED, SKIPPED))
    assert len(made.models.prompts) == 3


def _with_extra(*, passed: bool) -> TaskState:
    verdict: dict[str, Json] = {"passed": passed, "faults": []}
    answer = StepState(key="answer", capability="letter.answer", status=SubtaskStatus.SUCCEEDED, output={})
    proof = StepState(
        key="proof",
        capability="reply.proof",
        status=SubtaskStatus.SUCCEEDED,
        inputs={"reply": {"$from": "answer.reply"}},
        output=verdict,
    )
    extra = StepState(key="extra", capability="letter.read", status=SubtaskStatus.PENDING)
    return state(DONE, answer, proof, extra)
