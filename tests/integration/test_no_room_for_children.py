"""Children that can not start, or hang, and what starts them in trouble: no slot and no job is lost by it."""

import os
import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from errand.child import Upbringing
from errand.domain.errors import SetupError
from errand.domain.ids import WorkerId
from errand.domain.task import (
    Failed,
    Fault,
    Job,
    Outcome,
    SubtaskStatus,
    Succeeded,
    TaskStatus,
)
from errand.jobs import Jobs
from errand.runners import Runners
from tests.installation import LONG_ENOUGH, address, step
from tests.integration.children import OF_CHILDREN
from tests.integration.conftest import Make
from tests.integration.sites import Open, lives, ours, until

NOBODY = 65534
"""The user who may do nothing."""


class NoProcesses:
    """Keeps `errand.worker.Runner`, on a machine that has no room for one more process."""

    def run(self, job: Job, lost: threading.Event) -> Outcome | None:
        del lost
        raise SetupError(f"There is no room for {job.capability}: this machine starts no more processes.")

    def stop(self) -> None:
        """Nothing was started."""


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
