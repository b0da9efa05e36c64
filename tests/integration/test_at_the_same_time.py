"""Several workers, persons and rescuers at one task at the same moment, on PostgreSQL."""

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import func, select

from errand.domain.budget import Amounts, Ceiling, Ceilings, ReservationId, Usage
from errand.domain.errors import Cancelled, InputRefused, LimitReached, NotFound, PlanRefused, Transient
from errand.domain.ids import Principal, TaskId, WorkerId
from errand.domain.plan import Plan, Step
from errand.domain.question import Question
from errand.domain.request import Request
from errand.domain.task import Asked, Failed, Fault, Job, Outcome, SubtaskStatus, Succeeded, TaskStatus
from errand.store import reading, state
from errand.store.reserving import State
from errand.store.spending import Payer
from errand.store.tables import reservation
from tests.installation import LONG_ENOUGH, TestInstallation, address, step

THREADS = 8
ME = WorkerId("me")
T = TypeVar("T")
DONE = Succeeded({"value": 1})
ONE = Amounts(microdollars=100, tokens=10, calls=1)
Install = Callable[..., TestInstallation]


@pytest.fixture
def install(tmp_path: Path, migrated_url: str) -> Iterator[Install]:
    """It closes what it made, and sees that PostgreSQL has never had to break a deadlock."""
    made: list[TestInstallation] = []

    def build(**kept: object) -> TestInstallation:
        plan = Plan((step("one", "test.give"),))
        made.append(TestInstallation(tmp_path, plan, database_url=migrated_url, **kept))  # type: ignore[arg-type]  # as the test names them
        return made[-1]

    yield build
    with made[0].database.at_once() as tx:
        found = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        assert tx.exec_driver_sql(found).scalar_one() == 0
    for each in made:
        each.close()


def at_the_same_time(*do: Callable[[], T]) -> list[T]:
    """What each gave, in order; what one raises is raised."""
    gate = threading.Barrier(len(do))

    def behind_the_gate(each: Callable[[], T]) -> T:
        gate.wait(LONG_ENOUGH)
        return each()

    with ThreadPoolExecutor(len(do)) as pool:
        return [each.result(LONG_ENOUGH) for each in [pool.submit(behind_the_gate, one) for one in do]]


def planned(made: TestInstallation, *steps: Step, parallel: int = 0) -> TaskId:
    """A task whose plan is there."""
    task = made.engine.submit(Request("anything", parallel=parallel))
    job = made.engine.claim(address(task, "plan"), ME)
    assert job is not None
    assert made.engine.settle(job, Succeeded({}, plan=Plan(steps)))
    return task


def claimed(made: TestInstallation, task: TaskId, key: str) -> Job:
    job = made.engine.claim(address(task, key), ME)
    assert job is not None
    return job


def shares(all_of_them: Sequence[T]) -> list[Sequence[T]]:
    """For each thread its own."""
    return [all_of_them[n::THREADS] for n in range(THREADS)]


def work(made: TestInstallation, task: TaskId, keys: Sequence[str]) -> int:
    """Claim and settle each that is to be had; how many were."""
    jobs = [made.engine.claim(address(task, key), ME) for key in keys]
    return sum(made.engine.settle(job, DONE) for job in jobs if job is not None)


def is_in_order(made: TestInstallation, task: TaskId) -> None:
    """What must hold between any two transactions."""
    numbers = made.event_numbers(task)
    assert numbers == list(range(1, len(numbers) + 1))
    with made.database.read() as tx:
        view, found = reading.task_view(tx, task), reading.subtask_views(tx, task)
    assert view is not None
    left = {each.address.key for each in found if not each.status.ended}
    assert (view.open, view.total) == (len(left), len(found))
    assert view.status.ended == (not left)
    waiting = [each for each in found if each.status is SubtaskStatus.PENDING]
    assert all(any(need in left for need in each.needs) for each in waiting)


def wait_for_a_lock(made: TestInstallation, many: int = 1) -> None:
    """Until so many wait for a row that another transaction has locked."""
    pause = threading.Event()
    waiting = (
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    for _ in range(int(LONG_ENOUGH / 0.01)):
        with made.database.at_once() as tx:
            if tx.exec_driver_sql(waiting).scalar_one() >= many:
                return
        pause.wait(0.01)
    raise TimeoutError("nobody waits")


def test_many_that_end_at_once_release_what_needs_them_all_once(install: Install) -> None:
    made = install()
    keys = [f"s{n}" for n in range(160)]
    task = planned(
        made,
        *(step(key, "test.give") for key in keys),
        step("all", "test.give", *keys),
        step("x", "test.give"),
    )
    assert sum(at_the_same_time(*(partial(work, made, task, share) for share in shares(keys)))) == 160
    assert made.statuses(task)["all"] == "ready"
    assert made.event_types(task, "all") == ["subtask.ready"]
    is_in_order(made, task)
    assert work(made, task, ["all", "x"]) == 2
    assert made.view(task).status is TaskStatus.SUCCEEDED


def test_of_many_who_claim_the_same_exactly_one_gets_it(install: Install) -> None:
    made = install()
    keys = [f"s{n}" for n in range(20)]
    task = planned(made, *(step(key, "test.give") for key in keys))
    assert sum(at_the_same_time(*[partial(work, made, task, keys)] * THREADS)) == 20
    assert made.event_types(task).count("subtask.started") == 21
    is_in_order(made, task)


def test_however_many_claim_at_once_no_more_run_than_the_cap(install: Install) -> None:
    made = install()
    keys = [f"s{n}" for n in range(40)]
    task = planned(made, *(step(key, "test.give") for key in keys), parallel=5)

    def claim(share: Sequence[str]) -> list[Job]:
        jobs = [made.engine.claim(address(task, key), ME) for key in share]
        return [job for job in jobs if job is not None]

    jobs = [*chain(*at_the_same_time(*(partial(claim, share) for share in shares(keys))))]
    assert len(jobs) == 5
    assert made.engine.settle(jobs[0], DONE)
    assert len(claim([key for key, status in made.statuses(task).items() if status == "ready"])) == 1
    assert list(made.statuses(task).values()).count("running") == 5
    is_in_order(made, task)


def test_claims_that_waited_and_saw_nothing_run_keep_to_the_cap(install: Install) -> None:
    made = install()
    keys = [f"s{n}" for n in range(4)]
    task = planned(made, *(step(key, "test.give") for key in keys), parallel=1)
    with ThreadPoolExecutor() as pool:
        with made.database.write() as tx:
            state.lock(tx, task)
            claiming = [pool.submit(made.engine.claim, address(task, key), ME) for key in keys]
            wait_for_a_lock(made)
        assert sum(each.result(LONG_ENOUGH) is not None for each in claiming) == 1
    is_in_order(made, task)


def test_who_waited_for_a_revision_releases_what_that_added(install: Install) -> None:
    made = install(most_replans=1)
    task = planned(made, step("a", "test.give"), step("b", "test.give"))
    job, planner = claimed(made, task, "a"), claimed(made, task, made.engine.replan(task, "more", "somebody"))
    more = Succeeded({}, plan=Plan((step("later", "test.give", "a"),)))
    with ThreadPoolExecutor() as pool:
        with made.database.write() as tx:
            state.lock(tx, task)
            settling = pool.submit(made.engine.settle, job, DONE)
            wait_for_a_lock(made)
            made.engine._succeed(tx, planner, more, made.clock())
        assert settling.result(LONG_ENOUGH)
    assert made.statuses(task)["later"] == "ready"
    assert made.event_types(task, "later") == ["subtask.ready"]
    is_in_order(made, task)


def test_who_waited_for_the_last_but_one_to_end_ends_the_task(install: Install) -> None:
    made = install()
    task = planned(made, step("a", "test.give"), step("b", "test.give"))
    first, second = claimed(made, task, "a"), claimed(made, task, "b")
    with ThreadPoolExecutor() as pool:
        with made.database.write() as tx:
            state.lock(tx, task)
            settling = pool.submit(made.engine.settle, second, DONE)
            wait_for_a_lock(made)
            made.engine._succeed(tx, first, DONE, made.clock())
        assert settling.result(LONG_ENOUGH)
    assert made.view(task).status is TaskStatus.SUCCEEDED
    is_in_order(made, task)


@pytest.mark.parametrize("turn", range(5))
def test_a_task_that_is_cancelled_while_it_is_worked_on_stays_cancelled(install: Install, turn: int) -> None:
    made = install()
    keys = [f"s{turn}x{n}" for n in range(40)]
    task = planned(made, *(step(key, "test.give") for key in keys))
    workers = [partial(work, made, task, share) for share in shares(keys)]
    at_the_same_time(*workers, partial(made.engine.cancel, task))
    assert made.view(task).status is TaskStatus.CANCELLED
    assert set(made.statuses(task).values()) <= {"succeeded", "cancelled"}
    is_in_order(made, task)


def test_what_two_rescuers_find_is_taken_back_once(install: Install) -> None:
    made = install()
    keys = [f"s{n}" for n in range(20)]
    task = planned(made, *(step(key, "test.give") for key in keys))
    jobs = [claimed(made, task, key) for key in keys]
    for job in jobs:
        made.spending.reserve(Payer("test.give", job), "model", "work", ONE)
    made.clock.ahead += made.engine.lease * 2
    assert sum(map(len, at_the_same_time(*[made.engine.rescue] * THREADS))) == 20
    assert made.event_types(task).count("subtask.rescued") == 20
    assert not any(made.engine.settle(job, DONE) for job in jobs)
    is_in_order(made, task)


def test_of_two_who_fail_at_once_only_one_asks_for_another_plan(install: Install) -> None:
    made = install(most_replans=1)
    keys = [f"s{n}" for n in range(THREADS)]
    task = planned(made, *(step(key, "test.give") for key in keys))
    jobs = [claimed(made, task, key) for key in keys]
    fail = Failed("no", Fault.INPUT)
    assert all(at_the_same_time(*(partial(made.engine.settle, job, fail) for job in jobs)))
    assert [key for key in made.statuses(task) if key.startswith("plan")] == ["plan", "plan-2"]
    is_in_order(made, task)


def test_of_calls_that_are_reserved_at_once_exactly_as_many_pass_as_may(install: Install) -> None:
    made = install(ceilings=Ceilings(day=Ceiling(calls=25)))
    payers = [Payer("plan", principal=Principal(f"p{n}")) for n in range(THREADS)]

    def reserve(payer: Payer) -> int:
        passed = 0
        for _ in range(6):
            try:
                made.spending.reserve(payer, "model", "work", ONE, patient=False)
                passed += 1
            except LimitReached:
                continue
        return passed

    assert sum(at_the_same_time(*(partial(reserve, payer) for payer in payers))) == 25


def test_calls_that_end_while_their_task_does_are_counted_once(install: Install) -> None:
    made = install()
    keys = [f"s{n}" for n in range(THREADS)]
    task = planned(made, *(step(key, "test.give") for key in keys))
    payers = [Payer("test.give", claimed(made, task, key)) for key in keys]
    held = [made.spending.reserve(payer, "model", "work", ONE) for payer in payers for _ in range(5)]

    def settle(share: Sequence[ReservationId]) -> None:
        for each in share:
            made.spending.settle(each, ONE, Usage())

    ends = [partial(settle, share) for share in shares(held)]
    at_the_same_time(*ends, partial(made.engine.cancel, task))
    with made.database.read() as tx:
        states = tx.execute(select(reservation.c.state, func.count()).group_by(reservation.c.state)).all()
        used = tx.exec_driver_sql("SELECT scope, calls, held_calls FROM spending ORDER BY scope").all()
    assert [tuple(each) for each in states] == [(State.SETTLED, 40)]
    assert [tuple(each) for each in used] == [("day", 40, 0), ("principal", 40, 0), ("task", 40, 0)]


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_at_once_the_states_stay_true_and_the_task_can_end(
    install: Install, seed: int
) -> None:
    made = install(most_replans=2)
    steps = [step(f"s{n}", "test.give", *[f"s{n - 5}"] * (n >= 5), optional=n % 3 == 0) for n in range(30)]
    task = planned(made, *steps, parallel=6)
    storms = [Storm(made, task, seed * 100 + n) for n in range(THREADS)]
    at_the_same_time(*(each.blow for each in storms))
    is_in_order(made, task)
    for _ in range(20):
        to_its_end(made, task)
    assert made.view(task).status.ended
    is_in_order(made, task)


class Storm:
    """One of many who do at random what can be done to a task."""

    def __init__(self, made: TestInstallation, task: TaskId, seed: int) -> None:
        self.made, self.task, self.chance = made, task, random.Random(seed)
        self.jobs: list[Job] = []
        self.moves = [self.claim] * 8 + [self.settle] * 8 + [self.renew, self.progress, self.reserve] * 2
        self.moves += [self.rescue, self.answer, self.retry, self.replan]

    def blow(self) -> None:
        for n in range(60):
            self.chance.choice(self.moves)()
            if n == 40 and self.chance.random() < 0.2:
                self.made.engine.cancel(self.task)

    def claim(self) -> None:
        ready = [key for key, status in self.made.statuses(self.task).items() if status == "ready"]
        for key in self.chance.sample(ready, min(len(ready), 1)):
            job = self.made.engine.claim(address(self.task, key), ME)
            self.jobs += [job] if job else []

    def settle(self) -> None:
        for job in self.chance.sample(self.jobs, min(len(self.jobs), 1)):
            try:
                self.made.engine.settle(job, self.outcome(job))
            except (Transient, PlanRefused):
                self.made.engine.settle(job, Failed("overtaken", Fault.SETUP))

    def outcome(self, job: Job) -> Outcome:
        if job.capability == "plan":
            needs = self.chance.sample([key for key in self.made.statuses(self.task) if key[0] == "s"], 2)
            return Succeeded({}, plan=Plan((step(f"s{job.address.key}", "test.give", *needs),)))
        others: list[Outcome] = [
            Failed("no", Fault.TRANSIENT),
            Failed("no", Fault.INPUT),
            Asked(Question("n", "Which?")),
        ]
        outcomes: list[Outcome] = [*[DONE] * 6, *others, Succeeded({"value": 1}, replan="It is pointless.")]
        return self.chance.choice(outcomes)

    def renew(self) -> None:
        self.made.engine.renew(self.jobs)

    def progress(self) -> None:
        for job in self.jobs[-1:]:
            self.made.engine.note_progress(job, "on it", None)

    def reserve(self) -> None:
        for job in [job for job in self.jobs[-1:] if self.made.engine.renew([job])]:
            payer = Payer(job.capability, job)
            try:
                held = self.made.spending.reserve(payer, "model", "work", ONE)
            except Cancelled:
                continue
            for each in [held][: self.chance.randrange(2)]:
                self.made.spending.settle(each, ONE, Usage())

    def rescue(self) -> None:
        self.made.clock.ahead += timedelta(seconds=10)
        self.made.engine.rescue()

    def answer(self) -> None:
        with self.made.database.read() as tx:
            asked = reading.questions(tx, self.task, only_open=True)
        for each in asked:
            try:
                self.made.engine.answer(each.id, "1", "somebody")
            except NotFound:
                continue

    def retry(self) -> None:
        try:
            self.made.engine.retry(self.task)
        except InputRefused:
            return

    def replan(self) -> None:
        try:
            self.made.engine.replan(self.task, "otherwise", "somebody")
        except InputRefused:
            return


def to_its_end(made: TestInstallation, task: TaskId) -> None:
    """Once over all that can be done."""
    made.clock.ahead += made.engine.lease * 2
    made.engine.rescue()
    with made.database.read() as tx:
        asked = reading.questions(tx, task, only_open=True)
    for each in asked:
        made.engine.answer(each.id, "1", "somebody")
    for key, status in made.statuses(task).items():
        job = made.engine.claim(address(task, key), ME) if status == "ready" else None
        plan = None if job is None or job.capability != "plan" else Plan(())
        assert job is None or made.engine.settle(job, Succeeded({"value": 1}, plan=plan))
