"""Jobs in processes of their own: what a child is, how it is ended, what becomes of the job it had."""

import os
import resource
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from errand.child import OpenJobs, Upbringing
from errand.domain.budget import CostsBy
from errand.domain.errors import SetupError
from errand.domain.ids import WorkerId
from errand.domain.plan import Plan, Step
from errand.domain.task import (
    Failed,
    Fault,
    Job,
    Outcome,
    SubtaskStatus,
    SubtaskView,
    Succeeded,
    TaskStatus,
)
from errand.jobs import Jobs
from errand.processes import children_of
from errand.runners import Runners
from tests.installation import LONG_ENOUGH, TestInstallation, address, step
from tests.integration.children import OF_CHILDREN, open_jobs, sockets_open
from tests.integration.conftest import Make

NOBODY = 65534
"""The user who may do nothing."""


class NoProcesses:
    """Keeps `errand.worker.Runner`, on a machine that has no room for one more process."""

    def run(self, job: Job, lost: threading.Event) -> Outcome | None:
        del lost
        raise SetupError(f"There is no room for {job.capability}: this machine starts no more processes.")

    def stop(self) -> None:
        """Nothing was started."""


class Site:
    """An installation whose jobs run in children, until `close`."""

    def __init__(self, installation: TestInstallation, open_jobs: OpenJobs, **kept: object) -> None:
        self.installation, self._open_jobs, self._kept = installation, open_jobs, kept
        self.runners = self.new_runners()

    def new_runners(self, grace_seconds: float = 0.2, idle_seconds: float = 60.0) -> Runners:
        brought_up = Upbringing(self._open_jobs, **self._kept)  # type: ignore[arg-type]  # as the test names them
        return Runners(
            self.installation.jobs(), brought_up, grace_seconds=grace_seconds, idle_seconds=idle_seconds
        )

    def run(self) -> dict[str, SubtaskView]:
        """The plan, once to its end: what became of each step."""
        task = self.installation.submit()
        with self.installation.working(self.runners):
            view = self.installation.until(task, lambda view: view.status.ended)
        keys = self.installation.statuses(view.id)
        return {key: self.installation.subtask(task, key) for key in keys}


Open = Callable[..., Site]


@pytest.fixture
def site(make: Make, tmp_path: Path, either_url: str) -> Iterator[Open]:
    made: list[Site] = []

    def build(*steps: Step, **kept: object) -> Site:
        opened = partial(open_jobs, tmp_path, either_url, Plan(steps))
        made.append(Site(make(*steps, more=OF_CHILDREN), opened, **kept))
        return made[-1]

    yield build
    for each in made:
        each.runners.stop()


def until(holds: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(int(LONG_ENOUGH / 0.01)):
        if holds():
            return
        pause.wait(0.01)
    raise TimeoutError(f"Not within {LONG_ENOUGH} s")


def lives(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def ours() -> list[int]:
    """Processes that this one started."""
    return [pid for pid in children_of(os.getpid()) if lives(pid)]


def test_a_job_runs_in_another_process_and_one_process_serves_many(site: Open) -> None:
    found = site(
        step("one", "test.where"), step("two", "test.where", "one"), step("three", "test.where", "two")
    ).run()

    pids = {(found[key].output or {})["value"] for key in ("one", "two", "three")}
    assert len(pids) == 1
    assert os.getpid() not in pids


def test_a_job_in_another_process_keeps_files_and_tells_of_its_progress(site: Open) -> None:
    opened = site(step("one", "test.keep", value=7))

    found = opened.run()["one"]

    assert found.status is SubtaskStatus.SUCCEEDED
    assert "subtask.progress" in opened.installation.event_types(found.address.task, "one")
    assert (found.output or {})["file"]["name"] == "out.bin"  # type: ignore[call-overload, index]  # JSON


def test_a_child_has_a_session_of_its_own_and_nothing_of_its_worker(site: Open) -> None:
    opened = site(step("one", "test.describe"))
    opened.installation.view(opened.installation.submit())  # the database is connected
    ours = sockets_open()

    said = opened.run()["one"].output or {}

    assert said["text"] == "own=True ignored=True usual=True threads=1"
    assert ours.isdisjoint(said["sockets"])  # type: ignore[arg-type]  # a list of texts


def test_a_job_past_its_limit_ends_with_all_that_it_started_and_its_slot_goes_on(
    site: Open, tmp_path: Path
) -> None:
    listed = tmp_path / "pids"
    found = site(
        step("stuck", "test.cling", text=str(listed), optional=True), step("after", "test.where", "stuck")
    ).run()

    pids = [int(each) for each in listed.read_text().split()]
    assert (found["stuck"].status, found["stuck"].fault) == (SubtaskStatus.DEAD, Fault.DEFECT)
    assert "longer than its limit" in found["stuck"].error
    assert found["after"].status is SubtaskStatus.SUCCEEDED
    assert len(pids) == 4 * 3
    until(lambda: not any(map(lives, pids)))


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ("SIGKILL", "was killed by signal 9, as by the kernel when memory runs out."),
        ("SIGSEGV", "was killed by signal 11 (Segmentation fault)."),
    ],
)
def test_a_job_that_kills_its_process_three_times_is_a_dead_letter_and_the_others_are_untouched(
    site: Open, sent: str, says: str
) -> None:
    opened = site(step("dies", "test.die", text=sent, optional=True), step("beside", "test.keep", value=1))

    found = opened.run()

    assert (found["dies"].status, found["dies"].fault) == (SubtaskStatus.DEAD, Fault.CRASHED)
    assert (found["dies"].attempt, found["beside"].attempt) == (3, 1)
    assert found["dies"].error == f"The process that ran it {says}"
    assert found["beside"].status is SubtaskStatus.SUCCEEDED


def test_a_job_that_ends_its_process_crashed(site: Open) -> None:
    found = site(step("one", "test.leave_process", value=3)).run()["one"]

    assert (found.fault, found.status) == (Fault.CRASHED, SubtaskStatus.DEAD)
    assert found.error == "The process that ran it ended in the middle of it, with exit status 3."


def test_a_job_that_kills_what_started_its_process_is_lost_and_later_work_finds_new_processes(
    site: Open,
) -> None:
    opened = site(step("kills", "test.kill_above", optional=True), step("after", "test.where", "kills"))

    found = opened.run()

    assert (found["kills"].status, found["kills"].fault) == (SubtaskStatus.DEAD, Fault.LOST)
    assert found["after"].status is SubtaskStatus.SUCCEEDED


def test_money_set_aside_by_a_job_whose_process_died_counts_in_full(site: Open) -> None:
    opened = site(step("one", "test.spend", text="SIGKILL"))

    found = opened.run()["one"]

    (cost,) = opened.installation.spending.costs(CostsBy.MODEL, task=found.address.task, days=None)
    assert (cost.lost.microdollars, cost.held.microdollars) == (3 * 7, 0)


def test_a_job_that_is_cancelled_gives_up_by_itself_and_its_process_stays(site: Open, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    opened = site(step("one", "test.dally", text=str(begun)))
    opened.runners = opened.new_runners(grace_seconds=LONG_ENOUGH)
    installation = opened.installation
    task = installation.submit()

    with installation.working(opened.runners) as worker:
        until(lambda: begun.exists() and begun.read_text() != "")
        installation.engine.cancel(task)
        until(lambda: not worker._running)
        assert lives(int(begun.read_text()))


def test_a_job_that_is_told_to_give_up_and_does_not_is_killed_after_a_while(
    site: Open, tmp_path: Path
) -> None:
    listed = tmp_path / "pids"
    opened = site(step("one", "test.cling", text=str(listed)))
    task = opened.installation.submit()

    with opened.installation.working(opened.runners) as worker:
        until(lambda: listed.exists() and len(listed.read_text().split()) == 4)
        opened.installation.engine.cancel(task)
        until(lambda: not worker._running)
        assert not any(lives(int(pid)) for pid in listed.read_text().split()[:4])


def test_a_job_that_takes_more_memory_than_it_may_says_so_and_nothing_else_suffers(site: Open) -> None:
    opened = site(
        step("much", "test.devour", value=2_000, optional=True), step("little", "test.devour", value=1),
        memory_mb=1_000,
    )  # fmt: skip

    found = opened.run()

    assert "more memory than a job may take (ERRAND_JOB_MEMORY_MB)" in found["much"].error
    assert found["little"].status is SubtaskStatus.SUCCEEDED


def test_a_store_out_of_order_in_a_child_stops_its_worker(site: Open) -> None:
    opened = site(step("one", "test.overflow", value=5))
    opened.installation.submit()

    with opened.installation.working(opened.runners) as worker:
        until(lambda: worker.failure is not None)

    assert str(worker.failure) == "The disk 5 is full."


@pytest.mark.parametrize("worn", [{"most_jobs": 1}, {"most_growth_bytes": 0}])
def test_a_child_that_is_worn_is_replaced(site: Open, worn: dict[str, int]) -> None:
    found = site(
        step("one", "test.where"), step("big", "test.devour", "one", value=50),
        step("two", "test.where", "big"), **worn,
    ).run()  # fmt: skip

    pids = [(found[key].output or {})["value"] for key in ("one", "two")]
    assert pids[0] != pids[1]


def test_a_child_without_a_job_for_a_while_ends(site: Open) -> None:
    opened = site(step("one", "test.where"))
    opened.runners = opened.new_runners(idle_seconds=0.2)
    task = opened.installation.submit()

    with opened.installation.working(opened.runners):
        opened.installation.until(task, lambda view: view.status.ended)
        pid = (opened.installation.subtask(task, "one").output or {})["value"]
        until(lambda: not lives(int(str(pid))))


def test_an_idle_child_that_died_is_not_given_a_job(site: Open) -> None:
    opened = site(step("one", "test.where"))
    first = opened.installation.submit()

    with opened.installation.working(opened.runners):
        opened.installation.until(first, lambda view: view.status.ended)
        pid = int(str((opened.installation.subtask(first, "one").output or {})["value"]))
        os.kill(pid, signal.SIGKILL)
        until(lambda: not Path(f"/proc/{pid}").exists())
        second = opened.installation.submit()
        opened.installation.until(second, lambda view: view.status.ended)

    assert opened.installation.subtask(second, "one").attempt == 1


def test_nothing_is_left_of_children_that_were_stopped_at_work(site: Open, tmp_path: Path) -> None:
    listed, before = tmp_path / "pids", set(ours())
    opened = site(step("one", "test.cling", text=str(listed)))
    opened.runners = opened.new_runners(grace_seconds=LONG_ENOUGH)
    opened.installation.submit()
    worker = opened.installation.worker(runner=opened.runners)
    worker.start()
    until(lambda: listed.exists() and len(listed.read_text().split()) == 4)
    started = set(ours()) - before

    opened.runners.stop()

    assert len(started) == 1  # the process that starts the others
    assert not any(map(lives, started))
    assert not any(lives(int(pid)) for pid in listed.read_text().split())
    worker.drain(LONG_ENOUGH)


@contextmanager
def closed_door() -> Iterator[Jobs]:
    raise SetupError("The door is locked: open it.")
    yield


def test_a_child_that_can_not_open_what_it_needs_fails_its_job_with_the_reason(make: Make) -> None:
    installation = make(step("one", "test.give"), more=OF_CHILDREN)
    runners = Runners(installation.jobs(), Upbringing(closed_door))
    task = installation.submit()

    with installation.working(runners):
        view = installation.until(task, lambda view: view.status.ended)

    assert (view.status, view.fault) == (TaskStatus.FAILED, Fault.SETUP)
    assert "The door is locked: open it." in view.missing[0]


@pytest.mark.parametrize("either_url", ["sqlite"], indirect=True)  # PostgreSQL's driver opens files itself
def test_who_could_start_no_process_once_starts_them_later(site: Open) -> None:
    opened = site(step("one", "test.give", value=1))
    made, runners = opened.installation, opened.runners
    task = made.submit()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)
    job = made.engine.claim(address(task, "plan"), WorkerId("me"))
    assert job is not None
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, most[1]))  # nothing more can be opened
    try:
        with pytest.raises(SetupError, match="starts no more processes"):
            runners.run(job, threading.Event())
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, most)
    assert isinstance(runners.run(job, threading.Event()), Succeeded)


@pytest.mark.parametrize("either_url", ["sqlite"], indirect=True)
def test_what_starts_children_says_that_it_has_no_room_for_a_pipe_and_lives_on(
    site: Open, tmp_path: Path
) -> None:
    listed, before = tmp_path / "pids", set(ours())
    opened = site(step("long", "test.dally", text=str(listed)))
    made, runners = opened.installation, opened.runners
    long = made.submit()
    with made.working(runners):
        until(lambda: listed.exists() and listed.read_text() != "")
        (nursery,) = set(ours()) - before
        most = resource.prlimit(nursery, resource.RLIMIT_NOFILE)
        job = made.engine.claim(address(made.submit(), "plan"), WorkerId("me"))
        assert job is not None
        resource.prlimit(nursery, resource.RLIMIT_NOFILE, (0, most[1]))
        with pytest.raises(SetupError, match="Too many open files"):
            runners.run(job, threading.Event())
        resource.prlimit(nursery, resource.RLIMIT_NOFILE, most)
        assert isinstance(runners.run(job, threading.Event()), Succeeded)
        assert lives(int(listed.read_text()))
        made.engine.cancel(long)


@contextmanager
def a_full_house() -> Iterator[Jobs]:
    """In which no process starts another: one that may do everything is not limited (setrlimit(2))."""
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    os.setuid(os.getuid() or NOBODY)
    raise SetupError("The house is full.")
    yield


def test_a_machine_without_room_for_a_child_is_told_by_what_starts_children(make: Make) -> None:
    made = make(step("one", "test.give"), more=OF_CHILDREN)
    runners = Runners(made.jobs(), Upbringing(a_full_house))
    task = made.submit()
    worker = made.worker(runner=runners)
    worker.start()
    until(lambda: worker.failure is not None)
    worker.drain(LONG_ENOUGH)
    plan = made.subtask(task, "plan")
    assert "Resource temporarily unavailable" in str(worker.failure)
    assert (plan.status, plan.attempt, plan.max_attempts) == (SubtaskStatus.READY, 1, 4)


def test_what_runs_is_handed_back_although_what_starts_children_hangs(site: Open, tmp_path: Path) -> None:
    listed, before = tmp_path / "pids", set(ours())
    opened = site(step("one", "test.cling_long", text=str(listed)))
    task = opened.installation.submit()
    worker = opened.installation.worker(runner=opened.runners)
    worker.start()
    until(lambda: listed.exists() and len(listed.read_text().split()) == 4)
    (nursery,) = set(ours()) - before
    os.kill(nursery, signal.SIGSTOP)

    assert worker.drain(0) is False

    assert opened.installation.subtask(task, "one").status is SubtaskStatus.READY
    until(lambda: not any(map(lives, [nursery, *map(int, listed.read_text().split())])))


@contextmanager
def hung(marked: Path) -> Iterator[Jobs]:
    """Whoever comes second, as each child does, never gets in."""
    try:
        marked.touch(exist_ok=False)
    except FileExistsError:
        threading.Event().wait()
    raise SetupError("The first is let go.")
    yield


def test_a_child_that_hangs_before_it_has_read_a_large_job_is_killed(make: Make, tmp_path: Path) -> None:
    made = make(more=OF_CHILDREN)
    runners = Runners(made.jobs(), Upbringing(partial(hung, tmp_path / "first")), hanging_seconds=0.2)
    job = made.engine.claim(address(made.submit("x" * 1_000_000), "plan"), WorkerId("me"))
    assert job is not None

    outcome = runners.run(job, threading.Event())

    runners.stop()
    assert isinstance(outcome, Failed)
    assert (outcome.fault, outcome.error) == (
        Fault.CRASHED,
        "The process that was to run it hung before it had read what to do.",
    )


def test_a_job_that_can_not_be_carried_out_here_is_handed_back_and_its_worker_ends(make: Make) -> None:
    made = make()
    task = made.submit()
    worker = made.worker(runner=NoProcesses())
    worker.start()
    until(lambda: worker.failure is not None)
    worker.drain(LONG_ENOUGH)
    plan = made.subtask(task, "plan")
    assert (plan.status, plan.attempt, plan.max_attempts) == (SubtaskStatus.READY, 1, 4)
    assert "no more processes" in str(worker.failure)


def test_stopped_runners_carry_out_nothing(make: Make) -> None:
    installation = make(step("one", "test.give"), more=OF_CHILDREN)
    task = installation.submit()
    job = installation.engine.claim(installation.subtask(task, "plan").address, installation.worker().id)
    runners = Runners(installation.jobs(), Upbringing(closed_door))
    runners.stop()

    assert job is not None
    assert runners.run(job, threading.Event()) is None
