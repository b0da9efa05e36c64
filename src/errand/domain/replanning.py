"""What a later revision of a plan changes in a task that goes on meanwhile. Decisions only."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from errand.domain.errors import PlanRefused, Transient
from errand.domain.json import Json
from errand.domain.plan import Plan
from errand.domain.task import Fault, SubtaskStatus


@dataclass(frozen=True, slots=True)
class Standing:
    """What a revision finds of one subtask at the moment that it is written."""

    key: str
    title: str
    status: SubtaskStatus
    optional: bool
    needs: tuple[str, ...]
    superseded: bool
    plans: bool
    """It is one of those that plan."""
    error: str
    fault: Fault | None
    ended: datetime | None

    @property
    def not_begun(self) -> bool:
        return self.status in (SubtaskStatus.PENDING, SubtaskStatus.READY)

    @property
    def fell_short(self) -> bool:
        return self.status.ended and self.status not in (SubtaskStatus.SUCCEEDED, SubtaskStatus.REPLACED)


@dataclass(frozen=True, slots=True)
class Revision:
    replaced: frozenset[str]
    superseded: frozenset[str]
    unmet: Mapping[str, int]
    """Of each new step, how many of its needs must still end."""
    more_dependents: Mapping[str, int]
    """Of subtasks that were there before, how many new steps need them."""


def revise(plan: Plan, found: Sequence[Standing]) -> Revision:
    """Raises PlanRefused when it could never end, and Transient when the task has gone on so that it can not
    be carried out any more: planning is then tried again with the state as it is.
    """
    known = {each.key: each for each in found}
    if faults := plan.shape_faults(known):
        raise PlanRefused(faults)
    replaced = _replaced(plan, known)
    for step in plan.steps:
        for need in step.needs():
            if need in known and (need in replaced or _stops(known[need])):
                raise Transient(
                    f"The plan was overtaken: {step.key} needs {need}, which has ended meanwhile."
                )
    ahead = {step.key for step in plan.steps} | {each.key for each in found if not each.status.ended}
    return Revision(
        replaced,
        _superseded(plan, known),
        {step.key: sum(need in ahead for need in step.needs()) for step in plan.steps},
        Counter(need for step in plan.steps for need in step.needs() if need in known),
    )


def _stops(need: Standing) -> bool:
    return need.status is SubtaskStatus.REPLACED or (need.fell_short and not need.optional)


def _replaced(plan: Plan, known: Mapping[str, Standing]) -> frozenset[str]:
    """What is dropped, and what needs it: that could not run any more. What has begun meanwhile goes on."""
    dropped = {str(key) for key in plan.drop if key in known and known[key].not_begun}
    return frozenset(_with_dependents(dropped, [each for each in known.values() if each.not_begun]))


def _superseded(plan: Plan, known: Mapping[str, Standing]) -> frozenset[str]:
    """What is named and has not been opened again meanwhile, with what was skipped because of it, and every
    attempt to plan anew that came to nothing before this one."""
    named = {str(key) for key in plan.supersedes if key in known and known[key].fell_short}
    skipped = [each for each in known.values() if each.status is SubtaskStatus.SKIPPED]
    planned = {each.key for each in known.values() if each.plans and each.fell_short}
    all_of_it = _with_dependents(named, skipped) | planned
    return frozenset(key for key in all_of_it if not known[key].superseded)


def _with_dependents(keys: Collection[str], among: Sequence[Standing]) -> set[str]:
    dependents: dict[str, list[str]] = {}
    for each in among:
        for need in each.needs:
            dependents.setdefault(need, []).append(each.key)
    found, left = set(keys), list(keys)
    while left:
        new = [key for key in dependents.get(left.pop(), ()) if key not in found]
        found.update(new)
        left += new
    return found


def reasons_since(found: Sequence[Standing], revision: Revision, since: datetime | None) -> Iterator[str]:
    """Why the task should be planned once more: what failed after the planner had looked at it."""
    for each in found:
        late = each.ended is not None and (since is None or each.ended >= since)
        failed = each.status in (SubtaskStatus.FAILED, SubtaskStatus.DEAD)
        if failed and late and not (each.superseded or each.key in revision.superseded or each.plans):
            yield from reason_of_failure(
                each.title or each.key, each.error, each.fault, optional=each.optional
            )


def reason_of_failure(title: str, error: str, fault: Fault | None, *, optional: bool) -> Iterator[str]:
    """Nothing when the plan counted on doing without it, or when a limit is used up: planning costs too."""
    if not optional and fault is not Fault.LIMIT:
        yield f"{title} did not succeed: {error}"


def reason_of_verdict(verdict: Json) -> str:
    """Why the plan's check did not pass the result; empty when it did."""
    if not isinstance(verdict, dict) or verdict.get("passed") is True:
        return ""
    faults = verdict.get("faults")
    listed = "; ".join(str(fault) for fault in faults) if isinstance(faults, list) else ""
    return f"The check did not pass the result: {listed}" if listed else "The check did not pass the result."
