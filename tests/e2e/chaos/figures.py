"""What a chaos run tells about itself."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import quantiles

from sqlalchemy import Connection, func, select

from errand.domain.event import EventType
from errand.store.database import Database
from errand.store.tables import event, job, subtask, task
from tests.e2e.chaos.supervising import Supervised


@dataclass(frozen=True)
class Figures:
    seed: int
    seconds: float
    trouble: Mapping[str, int]
    handed_in: int
    unanswered: int
    asked: int
    done: int

    def text(self, database: Database, processes: Sequence[Supervised]) -> str:
        with database.read() as tx:
            tasks = tx.execute(select(func.count()).select_from(task)).scalar_one()
            subtasks = tx.execute(select(func.count()).select_from(subtask)).scalar_one()
            outcomes = Counter(map(str, tx.execute(select(job.c.outcome)).scalars()))
            waits = sorted(_waits(tx))
        at = quantiles(waits, n=100, method="inclusive")
        counted: Counter[str] = sum((each.counted for each in processes), Counter())
        refused, starts = counted["errand_messages_refused_total"], sum(each.starts for each in processes)
        return f"""
seed {self.seed}: {self.seconds:.0f} s
  {tasks} tasks ({self.handed_in} taken, {self.unanswered} requests without an answer), {subtasks} subtasks
  trouble {sum(self.trouble.values())} ({_listed(self.trouble)}); processes started {starts}
  attempts {outcomes.total()} ({_listed(outcomes)}), of them lost {outcomes["lost"] + outcomes["swept"]}
  messages found lost {_messages_lost(processes)}, refused since they were repeated {refused}
  outside asked {self.asked} times, done {self.done}
  ready to started: p50 {at[49]:.2f} s, p99 {at[98]:.1f} s, longest {waits[-1]:.1f} s
"""


def _listed(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {n}" for name, n in sorted(counted.items()))


def _waits(tx: Connection) -> Sequence[float]:
    """Seconds from when each subtask was ready for the first time to the start of its first attempt."""
    wanted = (EventType.SUBTASK_READY, EventType.SUBTASK_STARTED)
    ready: dict[tuple[str, str], datetime] = {}
    waits: list[float] = []
    listed = select(event.c.task, event.c.subtask, event.c.type, event.c.time).where(event.c.type.in_(wanted))
    for row in tx.execute(listed.order_by(event.c.task, event.c.number)):
        if row.type == EventType.SUBTASK_READY:
            ready[row.task, row.subtask] = row.time
        elif since := ready.pop((row.task, row.subtask), None):
            waits.append((row.time - since).total_seconds())
    return waits


def _messages_lost(processes: Sequence[Supervised]) -> int:
    """As the rescuers say it in their logs."""
    said = [line for each in processes for line in each.all_said.splitlines() if '"messages lost"' in line]
    return sum(json.loads(line)["messages"] for line in said)
