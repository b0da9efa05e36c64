from pathlib import Path

import pytest

from errand.domain.errors import AnswerNeeded
from errand.domain.ids import SubtaskKey
from errand.domain.plan import Plan, Proposal, Step
from errand.planning.plain import confirmed, question
from errand.testing import FolderContext


def test_the_question_lists_the_steps_what_is_unsure_and_what_is_not_done() -> None:
    steps = (Step(SubtaskKey("a"), "x.a", "Read a.pdf"), Step(SubtaskKey("b"), "x.b"))
    asked = question(Proposal(Plan(steps), 0.4, sure=False, remarks=("A guess.",), not_covered=("“sing”",)))
    assert asked.splitlines()[1:] == [
        "  1. Read a.pdf",
        "  2. x.b",
        "Unsure: A guess.",
        "Not done: “sing”",
        "Shall I do this?",
    ]


def test_many_steps_are_counted() -> None:
    steps = tuple(Step(SubtaskKey(f"s{n}"), "x.a", f"Read {n}.pdf") for n in range(30))
    assert "  … and 10 more" in question(Proposal(Plan(steps), 0.4, sure=False))


def unsure(name: str, remarks: tuple[str, ...] = (), not_covered: tuple[str, ...] = ()) -> Proposal:
    plan = Plan((Step(SubtaskKey(name), name),))
    return Proposal(plan, 0.4, sure=False, remarks=remarks, not_covered=not_covered)


def test_an_answer_counts_for_the_plan_that_was_shown_and_for_no_other(tmp_path: Path) -> None:
    context = FolderContext(tmp_path)
    with pytest.raises(AnswerNeeded) as asked:
        confirmed(unsure("x.a"), context)
    context.answers[asked.value.question.name] = "yes"
    assert confirmed(unsure("x.a", remarks=("Another guess.",)), context).plan == unsure("x.a").plan
    for other in (unsure("x.b"), unsure("x.a", not_covered=("“sing”",))):
        with pytest.raises(AnswerNeeded):
            confirmed(other, context)
