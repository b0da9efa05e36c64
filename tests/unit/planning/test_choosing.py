from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from errand.capability import Audience, CapabilityDescription
from errand.domain.errors import InputRefused, NothingFits, PlanRefused
from errand.domain.ids import SubtaskKey
from errand.domain.plan import Plan, Proposal, Step
from errand.domain.request import Request
from errand.planning.choosing import ChoosingPlanner, Playbooks
from errand.planning.planner import Planner
from errand.planning.playbooks import PlaybookPlanner
from tests.unit.planning.known import described

CATALOGUE = {name: described(name, "x:text?", "y:text") for name in ("noop", "other")}
ASKED = Request("Do it")


@dataclass(frozen=True)
class Fixed:
    """Proposes always the same."""

    name: str
    score: float = 1.0
    sure: bool = True
    capability: str = "noop"
    not_covered: tuple[str, ...] = ()
    narrower: bool = False
    lacking: str | None = None

    def propose(self, request: Request, catalogue: Mapping[str, CapabilityDescription]) -> Proposal:
        assert (request, catalogue) == (ASKED, CATALOGUE)
        plan = Plan((Step(SubtaskKey("only"), self.capability),), made_by=self.name)
        return Proposal(plan, self.score, self.sure, (), self.not_covered)

    def lacks(self, request: Request, catalogue: Mapping[str, CapabilityDescription]) -> str | None:
        assert (request, catalogue) == (ASKED, CATALOGUE)
        return self.lacking

    def is_narrower(self, request: Request) -> bool:
        assert request == ASKED
        return self.narrower

    def titles(self, request: Request, catalogue: Mapping[str, CapabilityDescription]) -> tuple[str, ...]:
        assert (request, catalogue) == (ASKED, CATALOGUE)
        return ()

    def words(self) -> frozenset[str]:
        return frozenset()


@dataclass(frozen=True)
class Raising(Fixed):
    name: str = ""
    error: Exception = NothingFits("nothing")  # noqa: RUF009  # never changed

    def propose(self, request: Request, catalogue: Mapping[str, CapabilityDescription]) -> Proposal:
        assert (request, catalogue) == (ASKED, CATALOGUE)
        raise self.error


def chosen(playbooks: Playbooks, rules: Planner) -> str:
    return ChoosingPlanner(playbooks, rules).propose(ASKED, CATALOGUE).plan.made_by


def test_a_playbook_that_clearly_applies_is_taken() -> None:
    assert chosen(Fixed("playbook", 0.7), Fixed("rules", 1.0)) == "playbook"


def test_the_rules_plan_what_no_playbook_knows() -> None:
    assert chosen(Raising(error=NothingFits("no playbook")), Fixed("rules")) == "rules"


def test_a_playbook_that_may_apply_stands_back_for_rules_that_are_surer() -> None:
    assert chosen(Fixed("playbook", 0.5, sure=False), Fixed("rules", 0.9)) == "rules"


@pytest.mark.parametrize(
    "rules",
    [
        Fixed("rules", 0.9, sure=False),
        Fixed("rules", 0.4),
        Fixed("rules", 0.9, capability="unknown"),
        Raising(error=NothingFits("no rule")),
    ],
)
def test_a_playbook_that_may_apply_is_kept_otherwise(rules: Planner) -> None:
    assert chosen(Fixed("playbook", 0.5, sure=False), rules) == "playbook"


def test_rules_that_do_more_of_what_was_asked_go_first() -> None:
    rules = Fixed("rules", 0.7, capability="other")
    assert chosen(Fixed("playbook", not_covered=("a part",)), rules) == "rules"


def test_rules_go_first_for_less_than_the_playbook_does() -> None:
    assert chosen(Fixed("playbook", narrower=True), Fixed("rules", 0.7)) == "rules"


def test_a_playbook_that_does_more_than_was_asked_says_so() -> None:
    rules = Fixed("rules", not_covered=("a part",))
    found = ChoosingPlanner(Fixed("playbook", narrower=True), rules).propose(ASKED, CATALOGUE)
    assert found.plan.made_by == "playbook"
    assert any("more than was asked" in remark for remark in found.remarks)


def test_a_plan_with_faults_is_refused_with_all_of_them() -> None:
    with pytest.raises(PlanRefused, match="no capability is called missing"):
        chosen(Fixed("playbook", capability="missing"), Fixed("rules"))


def test_what_a_clear_playbook_lacks_is_asked_of_the_person() -> None:
    with pytest.raises(InputRefused, match="attach"):
        chosen(Raising(error=InputRefused("attach it")), Fixed("rules"))


def test_what_a_playbook_that_may_apply_lacks_is_said_when_the_rules_know_nothing() -> None:
    playbooks = Raising(error=NothingFits("attach it"), lacking="attach the file")
    with pytest.raises(InputRefused, match="attach the file"):
        chosen(playbooks, Raising(error=NothingFits("no rule")))


def test_that_nothing_fits_is_said() -> None:
    with pytest.raises(NothingFits, match="no rule"):
        chosen(Raising(error=NothingFits("no playbook")), Raising(error=NothingFits("no rule")))


def test_tools_for_agents_are_not_planned_with_by_words() -> None:
    with_a_tool = {**CATALOGUE, "tool": replace(CATALOGUE["other"], audience=Audience.MODELS)}
    found = ChoosingPlanner(PlaybookPlanner(()), Fixed("rules")).propose(ASKED, with_a_tool)
    assert found.plan.made_by == "rules"
