"""How the jobs of late went: success and duration, by capability and worker."""

import math
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, select

from errand.domain.task import SubtaskStatus
from errand.domain.worker import Performance
from errand.store.state import HANDED_BACK, OUTPACED
from errand.store.tables import job

MOST_JOBS = 1_000
"""The last ones tell enough, and are added up in a moment."""
NO_VERDICT = (SubtaskStatus.CANCELLED, SubtaskStatus.WAITING, HANDED_BACK, OUTPACED)
"""What says nothing of how well a job went."""


def performance(tx: Connection, since: datetime) -> list[Performance]:
    """Of the last jobs that ended since then: of each capability on each worker, of each capability, and of
    each worker; sorted."""
    last = (
        select(job.c.capability, job.c.worker, job.c.outcome, job.c.started, job.c.ended)
        .where(job.c.ended >= since, job.c.ended.is_not(None))
        .order_by(job.c.ended.desc())
        .limit(MOST_JOBS)
    )
    counted: defaultdict[tuple[str, str], _Counted] = defaultdict(_Counted)
    for row in tx.execute(last):
        if row.outcome in NO_VERDICT:
            continue
        seconds = max(0.0, (row.ended - row.started).total_seconds())
        for place in ((row.capability, row.worker), (row.capability, ""), ("", row.worker)):
            counted[place].jobs += 1
            if row.outcome == SubtaskStatus.SUCCEEDED:
                counted[place].seconds.append(seconds)
    return [_performance(*place, counted[place]) for place in sorted(counted)]


@dataclass(slots=True)
class _Counted:
    jobs: int = 0
    seconds: list[float] = field(default_factory=list)
    """Of those that succeeded."""


def _performance(capability: str, worker: str, of: _Counted) -> Performance:
    took = sorted(of.seconds)
    median, p95 = (_at(took, 0.5), _at(took, 0.95)) if took else (None, None)
    return Performance(capability, worker, of.jobs, len(took), median, p95)


def _at(ordered: list[float], share: float) -> float:
    """The smallest of them that this share of them does not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
