"""Jobs in processes of their own: what a child is, how it is ended, what becomes of the job it had."""

import os
import signal
from pathlib import Path

import pytest

from errand.domain.budget import CostsBy
from errand.domain.task import (
    Fault,
    SubtaskStatus,
)
from tests.installation import LONG_ENOUGH, step
from tests.integration.children import sockets_open
from tests.integration.sites import Open, lives, ours, until


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
