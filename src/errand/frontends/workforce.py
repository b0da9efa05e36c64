"""Who works here: on a screen or as JSON."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict

from errand.domain.worker import Doing, Performance, WorkerState, WorkerView
from errand.frontends import wording
from errand.frontends.running import Open
from errand.frontends.terminal import now, say, show_json, show_table

MOST_GONE = 5
"""Of those that work no more, the last few are shown."""


def list_workers(open_installation: Open, *, as_json: bool) -> None:
    with closing(open_installation()) as installation:
        workers, performance = installation.service.workers(), installation.service.performance()
    if as_json:
        show_json([_as_json(each, performance) for each in workers])
    elif not workers:
        say("There has been no worker yet; `errand up` or `errand worker` starts one.")
    else:
        _show(workers, {each.worker: each for each in performance if not each.capability})


def _show(workers: Sequence[WorkerView], of_worker: Mapping[str, Performance]) -> None:
    live = [each for each in workers if each.state.lives]
    gone = [each for each in workers if not each.state.lives]
    shown = [*live, *gone[:MOST_GONE]]
    rows = [
        (each.id, _where(each), each.state.value, _doing(each), f"{each.load:.2f}",
         _rate(of_worker.get(each.id)), wording.ago(each.heartbeat, now()), _failure(each))
        for each in shown
    ]  # fmt: skip
    heads = ("worker", "host", "state", "does now", "load", "succeeded", "heard of", "last failure")
    show_table(heads, rows, dimmed=range(len(live), len(shown)))
    if len(gone) > MOST_GONE:
        say(f"and {wording.number(len(gone) - MOST_GONE, 'worker')} more that work no more")


def _where(of: WorkerView) -> str:
    return f"{of.host}, {of.pool}" if of.pool else of.host


def _doing(of: WorkerView) -> str:
    if of.state is WorkerState.LOST:
        return ""  # what it did then is done by others now
    free = f"nothing, {wording.number(of.slots, 'slot')}" if of.state.takes else ""
    return "\n".join(_job(each) for each in of.doing) or free


def _job(of: Doing) -> str:
    since = wording.duration((now() - of.since).total_seconds())
    return f"{of.capability} for {since} ({of.task} {wording.line(of.subtask)})"


def _rate(of: Performance | None) -> str:
    return "" if of is None else f"{of.success_rate:.0%} of {of.jobs:,}"


def _failure(of: WorkerView) -> str:
    if of.failed_at is None:
        return ""
    return f"{wording.ago(of.failed_at, now())}: {wording.line(of.failure, 100)}"


def _as_json(of: WorkerView, performance: Sequence[Performance]) -> object:
    mine = [each for each in performance if each.worker == of.id]
    return {**asdict(of), "performance": [asdict(each) for each in mine]}
