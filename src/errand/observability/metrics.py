"""What is counted in this process, as docs/metrics.md lists it.

Counting is on the path of every job, so these are plain numbers under a lock; what writes them out for
Prometheus is in `errand.observability.exposition`. Like loggers they belong to the process.
"""

import threading
from bisect import bisect_left
from dataclasses import dataclass, field

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0)
"""Seconds, from a no-op to half an hour."""


@dataclass(frozen=True, slots=True)
class About:
    """What a metric is called, what it says, and by what its values are told apart."""

    name: str
    text: str
    labels: tuple[str, ...] = ()


@dataclass
class Counted:
    """It only grows, or with `falls` also falls."""

    about: About
    falls: bool = False
    values: dict[tuple[str, ...], float] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, *labels: str, by: float = 1.0) -> None:
        with self.lock:
            self.values[labels] = self.values.get(labels, 0.0) + by

    def set(self, value: float, *labels: str) -> None:
        with self.lock:
            self.values[labels] = value

    def seen(self) -> dict[tuple[str, ...], float]:
        with self.lock:
            return dict(self.values)


@dataclass(slots=True)
class Spread:
    """How many times took how long: one more than there are buckets, the last for all beyond."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    sum: float = 0.0


@dataclass
class Timed:
    about: About
    values: dict[tuple[str, ...], Spread] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def observe(self, seconds: float, *labels: str) -> None:
        with self.lock:
            spread = self.values.get(labels)
            if spread is None:
                spread = self.values[labels] = Spread()
            spread.counts[bisect_left(BUCKETS, seconds)] += 1
            spread.sum += seconds

    def seen(self) -> dict[tuple[str, ...], Spread]:
        with self.lock:
            return {labels: Spread(list(each.counts), each.sum) for labels, each in self.values.items()}


JOBS = Counted(
    About(
        "errand_jobs",
        "Jobs that ended here; the outcome is succeeded, asked, dropped (it was not this worker's any more), "
        "or the fault.",
        ("capability", "outcome"),
    )
)
JOB_SECONDS = Timed(About("errand_job_seconds", "From a job's start to its end.", ("capability",)))
SLOTS = Counted(About("errand_slots", "Jobs that may run here at once."), falls=True)
RUNNING = Counted(About("errand_jobs_running", "Jobs that run here now."), falls=True)
MESSAGES_SENT = Counted(About("errand_messages_sent", "Messages handed to the broker.", ("capability",)))
MESSAGES_LOST = Counted(
    About(
        "errand_messages_lost",
        "Messages that the broker did not take; they are sent again later.",
        ("capability",),
    )
)
MESSAGES_REFUSED = Counted(
    About(
        "errand_messages_refused",
        "Messages taken whose subtask was not to be had: done or taken by another, or its task at its cap.",
    )
)
LEASES_RENEWED = Counted(About("errand_leases_renewed", "Leases of running jobs that were renewed."))
RESCUED = Counted(About("errand_rescued", "Jobs taken back from workers that were gone."))
HEDGES_OFFERED = Counted(
    About(
        "errand_hedges_offered",
        "Jobs that took far longer than others of their kind and were offered to another worker as well.",
        ("capability",),
    )
)
WORKERS_LOST = Counted(
    About("errand_workers_lost", "Workers that had said nothing for too long, as noticed here.")
)
STORE_ERRORS = Counted(
    About(
        "errand_store_errors",
        "Transactions that failed: the database server was away, or could not be used as it is.",
        ("kind",),
    )
)

COUNTED = (
    JOBS,
    SLOTS,
    RUNNING,
    MESSAGES_SENT,
    MESSAGES_LOST,
    MESSAGES_REFUSED,
    LEASES_RENEWED,
    RESCUED,
    HEDGES_OFFERED,
    WORKERS_LOST,
    STORE_ERRORS,
)
TIMED = (JOB_SECONDS,)
