from errand.domain.ids import SubtaskKey
from errand.domain.plan import Plan, Proposal, Step
from errand.planning.plain import question


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
