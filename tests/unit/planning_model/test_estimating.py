"""What a plan is expected to take."""

from errand.domain.ids import SubtaskKey
from errand.domain.plan import FROM, Estimate, Plan, Step
from errand.domain.typical import Typical
from errand.planning.estimating import EstimatingPlanner, Estimator
from tests.unit.planning_model.made import CATALOGUE, REQUEST, by_rules


def _step(key: str, capability: str, *after: str) -> Step:
    return Step(SubtaskKey(key), capability, inputs={"from": [{FROM: each} for each in after]})


DIAMOND = Plan(
    (
        _step("end", "letter.answer", "left", "right"),
        _step("left", "letter.read", "begin"),
        _step("right", "scan.read", "begin"),
        _step("begin", "letter.read"),
    )
)
KNOWN = {"letter.read": Typical(0, 3.0), "scan.read": Typical(0, 10.0), "letter.answer": Typical(700, 20.0)}


def estimator(known: dict[str, Typical]) -> Estimator:
    return Estimator(lambda: known, lambda name: name == "letter.answer", Typical(50_000, 45.0))


def test_money_is_that_of_all_steps_and_time_that_of_the_longest_way() -> None:
    found = estimator(KNOWN).estimate(DIAMOND, CATALOGUE)
    assert (found.microdollars, found.seconds) == (700, 33.0)
    assert found.basis == "Rests on earlier work here for 4 steps."


def test_what_was_never_used_counts_by_what_is_assumed_and_says_so() -> None:
    found = estimator({"letter.read": Typical(0, 3.0)}).estimate(DIAMOND, CATALOGUE)
    assert (found.microdollars, found.seconds) == (50_000, 51.0)
    assert found.basis == (
        "Rests on earlier work here for 2 steps, an assumed 0.05 USD and 45 s each for 1 step that asks a "
        "model and an assumed 2 s each for 1 step."
    )


def test_an_estimate_is_told_in_words() -> None:
    found = Estimate(150_000, 125.0, (SubtaskKey("send"),), "Rests on a guess.")
    assert found.in_words() == "About 2 min and 0.15 USD. Rests on a guess. Acts on the outside: send."
    assert Estimate(0, 12.3, basis="Rests on a guess.").in_words() == "About 12 s. Rests on a guess."


def test_steps_that_act_on_the_outside_are_named() -> None:
    plan = Plan((_step("send", "reply.send"),))
    assert estimator({}).estimate(plan, CATALOGUE).outside == ("send",)


def test_what_a_revision_builds_on_takes_nothing() -> None:
    plan = Plan((_step("again", "letter.read", "done-before"),))
    assert estimator(KNOWN).estimate(plan, CATALOGUE).seconds == 3.0


def test_a_plan_of_the_rules_gets_an_estimate_too() -> None:
    proposal = EstimatingPlanner(by_rules(), estimator(KNOWN)).propose(REQUEST, CATALOGUE)
    assert proposal.estimate is not None
    assert proposal.estimate.seconds == 3.0
