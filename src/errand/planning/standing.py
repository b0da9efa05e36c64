"""What a later revision of a plan finds: the steps it may build on, and what is wrong with what it drops."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self

from errand.domain.ids import SubtaskKey
from errand.domain.plan import Plan, Step
from errand.planning.state import StepState, TaskState


@dataclass(frozen=True)
class Standing:
    """Empty for the first plan of a task."""

    steps: Mapping[SubtaskKey, Step] = field(default_factory=dict)
    """Those that new steps may need."""
    known: Mapping[str, StepState] = field(default_factory=dict)
    """All of the task's."""

    @classmethod
    def of(cls, plan: Plan, state: TaskState | None) -> Self:
        if state is None:
            return cls()
        fallen = state.without(frozenset(plan.drop))
        steps = {
            SubtaskKey(each.key): Step(
                SubtaskKey(each.key), each.capability, optional=each.optional and not each.status.ended
            )
            for each in state.steps
            if each.stands and each.key not in fallen
        }
        return cls(steps, {each.key: each for each in state.steps})

    def faults(self, plan: Plan) -> Iterator[str]:
        for key in plan.drop:
            if key not in self.known:
                yield f"The plan drops {key}, which is no step of the task"
            elif not self.known[key].may_be_dropped:
                yield f"The plan drops {key}, which has begun: what is done stays done"
        for key in plan.supersedes:
            if key not in self.known:
                yield f"The plan supersedes {key}, which is no step of the task"
            elif self.known[key].stands:
                yield f"The plan supersedes {key}, which did not fail ({self.known[key].status})"

    def why_not(self, key: str) -> str:
        """Why a step of the task can not be built on; empty: it is none, or it can."""
        found = self.known.get(key)
        if found is None or key in self.steps:
            return ""
        return "falls with what the plan drops" if found.stands else f"did not succeed ({found.status})"
