"""What a subtask that has ended means for those that waited for it."""

from datetime import datetime

from sqlalchemy import Connection

from errand.domain.ids import SubtaskAddress, SubtaskKey
from errand.domain.task import Job
from errand.store import state


def go_on_without(
    tx: Connection, job: Job, *, now: datetime, resend: datetime
) -> tuple[list[tuple[str, str]], list[str]]:
    """What is ready although this did not succeed, and what is skipped because of it."""
    ready: list[tuple[str, str]] = []
    skipped: list[str] = []
    left: list[tuple[str, bool]] = [(job.address.key, job.optional)]
    while left:
        key, optional = left.pop()
        address = SubtaskAddress(job.address.task, SubtaskKey(key))
        if optional:
            ready += state.release_dependents(tx, address, now=now, resend=resend)
            continue
        gone = state.skip_dependents(tx, address, now=now, error=f"it needs {key}, which did not succeed")
        skipped += [name for name, _ in gone]
        left += gone
    return ready, skipped
