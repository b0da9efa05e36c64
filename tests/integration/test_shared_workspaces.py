"""A workspace on several hosts: what is recorded is everywhere, what is not is nowhere."""

import os
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel, Field

from errand.capability import AnyCapability, Context, Effects, capability
from errand.domain.errors import InputRefused, Transient
from errand.domain.ids import WorkerId
from errand.domain.plan import Plan, Reference
from errand.domain.task import Job, Succeeded, TaskStatus
from errand.rescuer import Rescuer
from errand.sessions.shared import SharedWorkspaces
from errand.sessions.sweeping import sweeping
from errand.sessions.workspace import Workspace
from tests.installation import LONG_ENOUGH, Number, TestInstallation, address, step
from tests.integration.conftest import Make
from tests.integration.hosts import Counted, claimed, host, jobs_on, recorded

MEGABYTE = 1 << 20


class Hosts:
    """Two of them, and a job that either may have."""

    def __init__(self, installation: TestInstallation, folder: Path) -> None:
        self.installation, self.folder = installation, folder / "hosts"
        self.stored = folder / "artifacts"
        self.artifacts = Counted(installation.artifacts)
        self.one, self.two = self.new("one"), self.new("two")
        self.job: Job = claimed(installation)

    def new(self, name: str) -> SharedWorkspaces:
        return host(self.installation, self.folder / name, self.artifacts)

    def leave(self, on: SharedWorkspaces, **files: bytes | None) -> None:
        """In a job of its own: write these files, or remove them, and record it. `__` stands for a slash."""
        with on.opened(self.job) as workspace:
            for name, content in files.items():
                put(workspace.folder / name.replace("__", "/"), content)
            assert self.keep(workspace)

    def keep(self, workspace: Workspace) -> bool:
        return recorded(self.installation, self.job, workspace)

    def seen(self, on: SharedWorkspaces) -> dict[str, bytes]:
        """By a job that begins now."""
        with on.opened(self.job) as workspace:
            return contents(workspace.folder)


def put(path: Path, content: bytes | None) -> None:
    path.unlink(missing_ok=True)
    if content is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def hosts(make: Make, tmp_path: Path) -> Hosts:
    return Hosts(make(step("one", "test.give")), tmp_path)


def test_what_a_job_left_is_there_on_another_host(hosts: Hosts) -> None:
    hosts.leave(hosts.one, a=b"1", new__folder__b=b"2", empty=b"")

    assert hosts.seen(hosts.two) == {"a": b"1", "new/folder/b": b"2", "empty": b""}


def test_what_was_removed_is_gone_on_another_host_with_its_folder(hosts: Hosts) -> None:
    hosts.leave(hosts.one, a=b"1", sub__b=b"2")
    hosts.seen(hosts.two)
    hosts.leave(hosts.one, sub__b=None)

    with hosts.two.opened(hosts.job) as workspace:
        assert [path.name for path in workspace.folder.iterdir()] == ["a"]


def test_a_file_that_may_be_executed_may_be_everywhere_until_it_may_not(hosts: Hosts) -> None:
    hosts.leave(hosts.one, run=b"#!/bin/sh\n", text=b"1")
    with hosts.one.opened(hosts.job) as workspace:
        (workspace.folder / "run").chmod(0o755)
        assert list(workspace.changes()) == ["run"]
        assert hosts.keep(workspace)
    with hosts.two.opened(hosts.job) as workspace:
        assert [os.access(workspace.folder / name, os.X_OK) for name in ("run", "text")] == [True, False]
        (workspace.folder / "run").chmod(0o644)
        assert hosts.keep(workspace)

    with hosts.one.opened(hosts.job) as workspace:
        assert not (workspace.folder / "run").stat().st_mode & 0o111


def test_what_was_not_recorded_is_not_seen_elsewhere_and_is_put_back(hosts: Hosts) -> None:
    hosts.leave(hosts.one, a=b"1", b=b"2", sub__c=b"3")
    with hosts.one.opened(hosts.job) as workspace:
        put(workspace.folder / "a", b"half done")
        put(workspace.folder / "b", None)
        put(workspace.folder / "new" / "d", b"4")
        put(workspace.folder / "sub" / "c", None)
        (workspace.folder / "sub").rmdir()
        put(workspace.folder / "sub", b"a file where a folder was")

    assert hosts.seen(hosts.two) == hosts.seen(hosts.one) == {"a": b"1", "b": b"2", "sub/c": b"3"}


def test_stored_and_not_recorded_is_as_if_nothing_was_done(hosts: Hosts) -> None:
    with hosts.one.opened(hosts.job) as workspace:
        put(workspace.folder / "a", b"1")
        assert list(workspace.changes()) == ["a"]

    assert hosts.artifacts.put_there == [1]
    assert hosts.seen(hosts.one) == hosts.seen(hosts.two) == {}


def test_two_jobs_at_once_on_one_host_do_not_see_each_others_unrecorded_files(hosts: Hosts) -> None:
    with hosts.one.opened(hosts.job) as first, hosts.one.opened(hosts.job) as second:
        put(first.folder / "a", b"1")
        assert contents(second.folder) == {}
        put(second.folder / "b", b"2")
        assert hosts.keep(first)
        assert hosts.keep(second)

    assert hosts.seen(hosts.one) == hosts.seen(hosts.two) == {"a": b"1", "b": b"2"}


def test_of_two_who_changed_the_same_file_the_later_holds_and_the_rest_is_kept(hosts: Hosts) -> None:
    hosts.leave(hosts.one, same=b"0", removed=b"0", edited=b"0")
    with hosts.one.opened(hosts.job) as first, hosts.two.opened(hosts.job) as second:
        put(first.folder / "same", b"first")
        put(first.folder / "removed", None)
        put(second.folder / "same", b"second")
        put(second.folder / "edited", b"second")
        assert hosts.keep(second)
        assert hosts.keep(first)

    assert hosts.seen(hosts.two) == {"same": b"first", "edited": b"second"}


def test_a_file_where_another_put_a_folder_takes_its_place(hosts: Hosts) -> None:
    with hosts.one.opened(hosts.job) as first, hosts.two.opened(hosts.job) as second:
        put(first.folder / "x" / "a", b"1")
        put(second.folder / "x", b"2")
        assert hosts.keep(first)
        assert hosts.keep(second)

    assert hosts.seen(hosts.one) == hosts.seen(hosts.two) == {"x": b"2"}


def test_only_what_differs_is_moved(hosts: Hosts) -> None:
    hosts.leave(hosts.one, a=b"1", b=b"22", c=b"333")
    hosts.seen(hosts.two)
    moved = len(hosts.artifacts.got)
    hosts.leave(hosts.one, b=b"55555")
    hosts.seen(hosts.one)
    hosts.seen(hosts.two)

    assert (sorted(hosts.artifacts.put_there), moved) == ([1, 2, 3, 5], 3)
    assert len(hosts.artifacts.got) == 4


def test_a_file_written_again_at_once_in_the_same_size_is_noticed(hosts: Hosts) -> None:
    with hosts.one.opened(hosts.job) as workspace:
        place = workspace.folder / "a"
        for number in range(100):
            place.write_bytes(b"%04d" % number)
            changes = workspace.changes()
            assert list(changes) == ["a"]
            workspace.recorded(changes)


def test_links_and_pipes_are_neither_carried_nor_followed(hosts: Hosts, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    put(outside / "a", b"outside")
    with hosts.one.opened(hosts.job) as workspace:
        (workspace.folder / "folder").symlink_to(outside)
        (workspace.folder / "file").symlink_to(outside / "a")
        os.mkfifo(workspace.folder / "pipe")
        put(workspace.folder / "b", b"1")
        assert list(workspace.changes()) == ["b"]
        assert hosts.keep(workspace)
    hosts.leave(hosts.two, folder__a=b"inside", file=b"inside")

    assert hosts.seen(hosts.one) == {"b": b"1", "folder/a": b"inside", "file": b"inside"}
    assert (outside / "a").read_bytes() == b"outside"


def test_a_file_of_100_megabytes_is_carried(hosts: Hosts) -> None:
    with hosts.one.opened(hosts.job) as workspace:
        with (workspace.folder / "large").open("wb") as file:
            for number in range(100):
                file.write(bytes([number]) * MEGABYTE)
        assert hosts.keep(workspace)
        assert [path.name for path in workspace.folder.parent.iterdir()] == ["files"]

    with hosts.two.opened(hosts.job) as workspace, (workspace.folder / "large").open("rb") as file:
        assert all(file.read(MEGABYTE) == bytes([number]) * MEGABYTE for number in range(100))
        assert file.read() == b""


def test_more_than_a_workspace_may_hold_is_refused(hosts: Hosts) -> None:
    with hosts.one.opened(hosts.job) as workspace:
        with (workspace.folder / "hole").open("wb") as file:
            file.truncate(2_000_000_001)
        with pytest.raises(InputRefused, match="more than 100,000 files or 2,000,000,000 bytes"):
            workspace.changes()


def test_a_file_that_is_missing_among_the_artifacts_is_told_and_fetched_once_it_is_back(hosts: Hosts) -> None:
    hosts.leave(hosts.one, a=b"1", b=b"2")
    stored = next(path for path in hosts.stored.rglob("*") if path.is_file() and path.read_bytes() == b"1")
    stored.unlink()
    with hosts.two.opened(hosts.job) as workspace:
        with pytest.raises(InputRefused, match="is missing"):
            _ = workspace.folder
        stored.write_bytes(b"1")
        assert contents(workspace.folder) == {"a": b"1", "b": b"2"}
        assert workspace.folder.parent.name == "1"


def test_a_job_that_is_not_its_workers_any_more_records_nothing(hosts: Hosts) -> None:
    with hosts.one.opened(hosts.job) as workspace:
        put(workspace.folder / "a", b"1")
        hosts.installation.engine.hand_back(hosts.job)
        assert not hosts.keep(workspace)

    assert hosts.seen(hosts.two) == {}


def test_a_job_that_never_asks_for_its_workspace_makes_none(hosts: Hosts) -> None:
    with hosts.one.opened(hosts.job) as workspace:
        assert workspace.changes() == {}
        assert hosts.keep(workspace)

    assert not hosts.folder.exists()


def test_a_day_after_a_task_ended_its_files_leave_the_host_and_come_back_when_asked_for(hosts: Hosts) -> None:
    hosts.leave(hosts.one, a=b"1")
    hosts.installation.clock.ahead = timedelta(days=2)
    assert hosts.one.remove_ended() == 0
    hosts.installation.engine.cancel(hosts.job.address.task)
    assert hosts.one.remove_ended() == 0
    hosts.installation.clock.ahead = timedelta(days=4)
    with hosts.one.opened(hosts.job) as workspace:
        assert contents(workspace.folder) == {"a": b"1"}
        assert hosts.one.remove_ended() == 0

    assert hosts.one.remove_ended() == 1
    assert list((hosts.folder / "one").iterdir()) == []
    assert hosts.seen(hosts.one) == {"a": b"1"}


def test_files_of_ended_tasks_are_looked_for_again_and_again(hosts: Hosts) -> None:
    pause, here = threading.Event(), hosts.folder / "one"
    with sweeping(hosts.one, every=timedelta(seconds=0.01)):
        hosts.leave(hosts.one, a=b"1")
        hosts.installation.engine.cancel(hosts.job.address.task)
        hosts.installation.clock.ahead = timedelta(days=2)
        gone = (not list(here.iterdir()) or pause.wait(0.01) for _ in range(int(LONG_ENOUGH / 0.01)))
        assert any(gone)


class Line(BaseModel):
    text: str = Field(default="", description="Any text.")


@capability("test.note", effects=Effects.WORKSPACE)
def note(given: Line, context: Context) -> Line:
    """Add a line to a file of the workspace, at the second attempt to its end."""
    with (context.workspace / "notes.txt").open("a") as file:
        file.write(f"{given.text}\n")
    if context.attempt == 1:
        raise Transient("Not yet.")
    return given


@capability("test.read")
def read(given: Number, context: Context) -> Line:
    """Read that file."""
    del given
    return Line(text=(context.workspace / "notes.txt").read_text())


def test_what_a_job_left_is_recorded_with_its_success_and_not_before(make: Make, tmp_path: Path) -> None:
    note_once: list[AnyCapability] = [note]  # type: ignore[list-item]  # as Catalogue
    installation = make(step("a", "test.note", text="one"), more=note_once)
    jobs, there = jobs_on(installation, tmp_path / "one"), host(installation, tmp_path / "two")
    first = claimed(installation)
    planned = jobs.run(first, threading.Event())
    assert isinstance(planned, Succeeded)
    installation.engine.settle(first, planned)
    task = first.address.task
    for _ in range(2):
        job = installation.engine.claim(address(task, "a"), WorkerId("test"))
        assert job is not None
        outcome = jobs.run(job, threading.Event())
        assert outcome is not None
        with there.opened(first) as workspace:
            assert contents(workspace.folder) == {}
        installation.engine.settle(job, outcome)
        installation.clock.ahead += timedelta(seconds=1)

    with there.opened(first) as workspace:
        assert contents(workspace.folder) == {"notes.txt": b"one\n"}


def test_a_step_on_another_host_sees_what_the_successful_attempts_before_it_left(
    make: Make, tmp_path: Path
) -> None:
    more: tuple[AnyCapability, ...] = (note, read)  # type: ignore[assignment]  # as Catalogue
    steps = (
        step("a", "test.note", text="one"),
        step("b", "test.note", "a", text="two"),
        step("c", "test.read", "b"),
    )
    installation = make(plan=Plan(steps, result=Reference.parse("c.text")), more=more)
    writer = installation.worker(runner=jobs_on(installation, tmp_path / "one"), offer=("plan", "test.note"))
    reader = installation.worker(runner=jobs_on(installation, tmp_path / "two"), offer=("test.read",))
    rescuer = Rescuer(installation.engine, every=timedelta(seconds=0.01))
    task = installation.submit()
    for each in (writer, reader, rescuer):
        each.start()
    view = installation.until(task, lambda view: view.status.ended)
    rescuer.stop()
    for worker in (writer, reader):
        worker.drain(LONG_ENOUGH)

    assert (view.status, view.result) == (TaskStatus.SUCCEEDED, "one\ntwo\n")
    assert [(tmp_path / name / task).is_dir() for name in ("one", "two")] == [True, True]
