"""What runs again when a person retries: what did not succeed, what rests on it, and what that needs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from errand.domain.errors import InputRefused, NotFound
from errand.domain.task import PLAN, Fault, SubtaskStatus, SubtaskView


@dataclass(frozen=True, slots=True)
class Restart:
    again: frozenset[str]
    """Keys that will run."""
    ready: frozenset[str]
    """Those of them that can run at once."""
    unmet: dict[str, int]
    """For each of them, how many of its needs must still end."""
    ask_again: frozenset[str]
    """Those of them whose answers are forgotten: an answer may be what was wrong."""
    overtaken: frozenset[str] = frozenset()
    """Failed attempts to plan anew that do not run again: what they were to make up for does."""
    goes_on: frozenset[str] = frozenset()
    """Those whose conversation with a model goes on where it stopped: nothing was wrong with it."""


def restart(subtasks: Sequence[SubtaskView], only: Collection[str] = ()) -> Restart:
    """Subtasks in the plan's order. With `only`, those, whatever became of them, instead of all failed.

    Raises NotFound when `only` names what is not there, InputRefused when what has not ended, or the
    plan of a task that has one.
    """
    _refuse_unusable(subtasks, only)
    chosen, overtaken = _chosen(subtasks, only)
    dependents: dict[str, list[str]] = {}
    for each in subtasks:
        for need in each.needs:
            dependents.setdefault(need, []).append(each.address.key)
    known: dict[str, SubtaskView] = {each.address.key: each for each in subtasks}
    again, left = set(chosen), list(chosen)
    while left:
        key = left.pop()
        fallen = [need for need in known[key].needs if _stops_what_needs_it(known[need])]
        for other in (*dependents.get(key, ()), *fallen):
            if other not in again and not known[other].is_gone:
                again.add(other)
                left.append(other)
    ahead = again | {each.address.key for each in subtasks if not each.status.ended}
    unmet: dict[str, int] = {
        each.address.key: sum(need in ahead for need in each.needs)
        for each in subtasks
        if each.address.key in again
    }
    return Restart(
        again=frozenset(again),
        ready=frozenset(key for key, n in unmet.items() if n == 0),
        unmet=unmet,
        overtaken=frozenset(overtaken),
        goes_on=frozenset(key for key in again if key not in only and _was_stopped(known[key])),
        ask_again=frozenset(
            key
            for key in again
            if key in only or known[key].fault is Fault.INPUT or known[key].status is SubtaskStatus.WAITING
        ),
    )


def _chosen(subtasks: Sequence[SubtaskView], only: Collection[str]) -> tuple[set[str], set[str]]:
    """What is to run again for its own sake, and the planning that this makes needless."""
    if only:
        return set(only), set()
    short = [each for each in subtasks if _fell_short(each.status) and not each.is_gone]
    replans: set[str] = {each.address.key for each in short if _plans_anew(each)}
    work: set[str] = {each.address.key for each in short if not _plans_anew(each)}
    return (work, replans) if work else (replans, set())


def _plans_anew(each: SubtaskView) -> bool:
    return each.capability == PLAN and each.address.key != PLAN


def _refuse_unusable(subtasks: Sequence[SubtaskView], only: Collection[str]) -> None:
    known: dict[str, SubtaskView] = {each.address.key: each for each in subtasks}
    for key in only:
        if key not in known:
            raise NotFound(f"The task has no subtask {key}; `errand show` lists them.")
        if not known[key].status.ended:
            raise InputRefused(f"The subtask {key} has not ended yet: wait for it, or cancel the task first.")
        if known[key].is_gone:
            raise InputRefused(f"A later plan goes on without the subtask {key}: it can not run again.")
        made_a_plan = known[key].capability == PLAN and known[key].status is SubtaskStatus.SUCCEEDED
        if made_a_plan or (key == PLAN and len(known) > 1):
            raise InputRefused("A plan is made once: submit the request again to have it planned anew.")


def _was_stopped(each: SubtaskView) -> bool:
    """From outside, in the middle of its work."""
    return each.status.ended and each.fault in (Fault.LIMIT, Fault.BUSY, Fault.LOST, Fault.SWEPT)


def _stops_what_needs_it(need: SubtaskView) -> bool:
    return _fell_short(need.status) and not need.optional


def _fell_short(status: SubtaskStatus) -> bool:
    return status.ended and status is not SubtaskStatus.SUCCEEDED
