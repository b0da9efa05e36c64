from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from errand.capability import CapabilityDescription
from errand.domain.errors import InputRefused, NothingFits, PlanRefused
from errand.domain.ids import SubtaskKey
from errand.domain.plan import Plan, Proposal, Step
from errand.domain.request import Request
from errand.planning.choosing import ChoosingPlanner
from errand.planning.planner import Planner
from tests.unit.planning.known import described

CATALOGUE = {"noop": described("noop", "x:text?", "y:text")}
ASKED = Request("Do it")


@dataclass(frozen=True)
class Fixed:
    """Proposes always the same."""

    name: str
    score: float = 1.0
    sure: bool = True
    capability: str = "noop"

    def propose(self, request: Request, catalogue: Mapping[str, CapabilityDescription]) -> Proposal:
        assert (request, catalogue) == (ASKED, CATALOGUE)
        plan = Plan((Step(SubtaskKey("only"), self.capability),), made_by=self.name)
        return Proposal(plan, self.score, self.sure)


@dataclass(frozen=True)
class Raising:
    error: Exception

    def propose(self, request: Request, catalogue: Mapping[str, CapabilityDescription]) -> Proposal:
        assert (request, catalogue) == (ASKED, CATALOGUE)
        raise self.error


def chosen(playbooks: Planner, rules: Planner) -> str:
    return ChoosingPlanner(playbooks, rules).propose(ASKED, CATALOGUE).plan.made_by


def test_a_playbook_that_clearly_applies_is_taken() -> None:
    assert chosen(Fixed("playbook", 0.7), Fixed("rules", 1.0)) == "playbook"


def test_the_rules_plan_what_no_playbook_knows() -> None:
    assert chosen(Raising(NothingFits("no playbook")), Fixed("rules")) == "rules"


def test_a_playbook_that_may_apply_stands_back_for_rules_that_are_surer() -> None:
    assert chosen(Fixed("playbook", 0.5, sure=False), Fixed("rules", 0.9)) == "rules"


@pytest.mark.parametrize(
    "rules",
    [
        Fixed("rules", 0.9, sure=False),
        Fixed("rules", 0.4),
        Fixed("rules", 0.9, capability="unknown"),
        Raising(NothingFits("no rule")),
    ],
)
def test_a_playbook_that_may_apply_is_kept_otherwise(rules: Planner) -> None:
    assert chosen(Fixed("playbook", 0.5, sure=False), rules) == "playbook"


def test_a_plan_with_faults_is_refused_with_all_of_them() -> None:
    with pytest.raises(PlanRefused, match="no capability is called missing"):
        chosen(Fixed("playbook", capability="missing"), Fixed("rules"))


def test_what_a_clear_playbook_lacks_is_asked_of_the_person() -> None:
    with pytest.raises(InputRefused, match="attach"):
        chosen(Raising(InputRefused("attach it")), Fixed("rules"))


def test_that_nothing_fits_is_said() -> None:
    with pytest.raises(NothingFits, match="no rule"):
        chosen(Raising(NothingFits("no playbook")), Raising(NothingFits("no rule")))
