"""The state of a task, as whoever plans the rest of it anew sees it: what `{"$from": "task"}` leads to."""

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from errand.domain.ids import SubtaskKey
from errand.domain.task import Fault, SubtaskStatus


class StepState(BaseModel):
    """One subtask; those that plan are not among them."""

    model_config = ConfigDict(frozen=True)

    key: str
    capability: str
    title: str = ""
    status: SubtaskStatus
    optional: bool = False
    inputs: dict[str, JsonValue] = Field(default_factory=dict)
    """As planned, with references."""
    needs: tuple[str, ...] = ()
    output: dict[str, JsonValue] | None = None
    """Whole; None as long as it has not succeeded."""
    error: str = ""
    fault: Fault | None = None
    superseded: bool = False
    """It did not succeed, and a later revision does its work in another way."""

    @property
    def fell_short(self) -> bool:
        """It did not succeed, and no revision of the plan has dealt with that."""
        gone = (SubtaskStatus.SUCCEEDED, SubtaskStatus.REPLACED)
        return self.status.ended and self.status not in gone and not self.superseded

    @property
    def may_be_dropped(self) -> bool:
        return self.status in (SubtaskStatus.PENDING, SubtaskStatus.READY)

    @property
    def stands(self) -> bool:
        """Its output is there, or may still come: new steps can build on it."""
        return not self.status.ended or self.status is SubtaskStatus.SUCCEEDED


class TaskState(BaseModel):
    """All subtasks of a task and what its plan says of them, at one moment."""

    model_config = ConfigDict(frozen=True)

    revision: int
    """Of the plan, from 1."""
    result: str | None = None
    """The reference to the result, as the plan has it now."""
    check: str | None = None
    made_by: str = ""
    not_covered: tuple[str, ...] = ()
    steps: tuple[StepState, ...] = ()

    def without(self, dropped: frozenset[SubtaskKey]) -> frozenset[str]:
        """The steps that fall when these are dropped: they, and what needs them and has not begun."""
        fallen: set[str] = {str(key) for key in dropped}
        dependents: dict[str, list[StepState]] = {}
        for step in self.steps:
            for need in step.needs:
                dependents.setdefault(need, []).append(step)
        left = list(fallen)
        while left:
            new = [s.key for s in dependents.get(left.pop(), ()) if s.may_be_dropped and s.key not in fallen]
            fallen.update(new)
            left += new
        return frozenset(fallen)
