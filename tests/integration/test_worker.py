"""What a worker promises, whatever its capabilities, their outputs and the disk do."""

import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel, Field

from errand.capability import AnyCapability, ArtifactRef, Context, capability
from errand.domain.errors import Cancelled, StoreUnavailable
from errand.domain.plan import Plan
from errand.domain.task import Fault, TaskStatus
from errand.jobs import LARGEST_OUTPUT
from errand.store import reading
from tests.installation import LONG_ENOUGH, Number, TestInstallation, step

Install = Callable[..., TestInstallation]


class Wanted(BaseModel):
    size: int = Field(default=0, description="How many bytes the output takes as JSON.")


class Text(BaseModel):
    text: str = Field(description="Any text.")


class Kept(BaseModel):
    file: ArtifactRef = Field(description="A file.")


@capability("test.fill")
def fill(given: Wanted, context: Context) -> Text:
    """Give a text of a size."""
    del context
    return Text(text="é" + "x" * (given.size - len('{"text":"é"}'.encode())))


@capability("test.halve")
def halve(given: Number, context: Context) -> Text:
    """Give half a character."""
    del context
    return Text(text=f"{given.value}\ud800")


@capability("test.complain")
def complain(given: Number, context: Context) -> Number:
    """Fail with half a character in what it says."""
    context.progress("\udfff")
    raise ValueError(f"{given.value}\ud800")


@capability("test.leave")
def leave(given: Number, context: Context) -> Number:
    """Say that it was cancelled, though it was not."""
    del given, context
    raise Cancelled("It was not.")


@capability("test.write")
def write(given: Number, context: Context) -> Kept:
    """Write a file, telling much of it."""
    for _ in range(5):
        context.progress("x" * 1500)
    return Kept(
        file=context.save(ArtifactRef, "out.bin", bytes([given.value]) * 60_000, "application/x-bytes")
    )


@capability("test.copy")
def copy(given: Kept, context: Context) -> Kept:
    """Copy a file."""
    content = context.load(given.file) + context.load(given.file)
    return Kept(file=context.save(ArtifactRef, "copy.bin", content, "application/x-bytes"))


@capability("test.overflow")
def overflow(given: Number, context: Context) -> Number:
    """Find the disk full."""
    del context
    raise OSError(28, "No space left on device", f"scratch-{given.value}")


MORE: tuple[AnyCapability, ...] = (fill, halve, complain, leave, write, copy, overflow)  # type: ignore[assignment]  # as Catalogue


@pytest.fixture
def install(tmp_path: Path) -> Iterator[Install]:
    made: list[TestInstallation] = []

    def build(*steps: object, **kept: object) -> TestInstallation:
        made.append(TestInstallation(tmp_path, Plan(tuple(steps)), more=MORE, **kept))  # type: ignore[arg-type]  # as the test names them
        return made[-1]

    yield build
    for each in made:
        each.close()


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ((step("one", "test.give"), step("one", "test.give")), "the key one is used 2 times"),
        ((step("plan", "test.give"),), "the key plan is reserved"),
        ((step("one", "test.give", "two"),), "step one needs two, which is no step"),
        ((step("one", "test.give", "two"), step("two", "test.give", "one")), "steps wait for one another"),
        ((), "it has no steps"),
    ],
)
def test_a_plan_that_would_never_end_fails_its_task_and_the_worker_goes_on(
    install: Install, steps: tuple[object, ...], says: str
) -> None:
    installation = install(*steps)
    first, second = installation.submit(), installation.submit()
    with installation.working():
        for task in (first, second):
            view = installation.until(task, lambda seen: seen.status.ended)
            assert (view.status, view.fault, view.total) == (TaskStatus.FAILED, Fault.SETUP, 1)
            assert says in view.missing[0]


@pytest.mark.parametrize("name", ["test.halve", "test.complain"])
def test_what_no_database_takes_is_a_defect_of_the_capability_and_the_worker_goes_on(
    install: Install, name: str
) -> None:
    installation = install(step("bad", name), step("good", "test.give", value=1))
    view = installation.run()
    assert installation.statuses(view.id) == {"plan": "succeeded", "bad": "dead", "good": "succeeded"}
    assert installation.subtask(view.id, "bad").fault is Fault.DEFECT


@pytest.mark.parametrize(("over", "status"), [(0, "succeeded"), (1, "dead")])
def test_an_output_has_at_most_64_kilobytes_of_json(install: Install, over: int, status: str) -> None:
    installation = install(step("one", "test.fill", size=LARGEST_OUTPUT + over))
    assert installation.statuses(installation.run().id)["one"] == status


def test_a_job_that_its_worker_forgot_is_found_and_ends(install: Install) -> None:
    installation = install(step("one", "test.leave"), lease=timedelta(seconds=0.3))
    view = installation.run()
    dead = installation.subtask(view.id, "one")
    assert (dead.status, dead.attempt, dead.fault) == ("dead", 3, Fault.LOST)


def test_an_artifact_knows_what_it_was_made_from(install: Install) -> None:
    installation = install(
        step("made", "test.write", value=1), step("copied", "test.copy", file={"$from": "made.file"})
    )
    view = installation.run()
    with installation.database.read() as tx:
        made, copied = reading.artifacts(tx, view.id)
    assert made["provenance"] == {"capability": "test.write", "attempt": 1, "inputs": []}
    assert copied["provenance"] == {"capability": "test.copy", "attempt": 1, "inputs": [made["sha256"]]}


def test_a_capability_that_finds_the_disk_full_stops_the_worker_and_loses_nothing(install: Install) -> None:
    installation = install(step("one", "test.overflow"))
    task = installation.submit()
    with installation.working() as worker:
        installation.until(task, lambda _: worker.failure is not None)
    assert "free some space" in str(worker.failure)
    assert installation.statuses(task)["one"] == "running"


def test_no_thread_is_left_when_a_worker_has_stopped(install: Install) -> None:
    before = set(threading.enumerate())
    install(step("one", "test.give")).run()
    assert set(threading.enumerate()) == before


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 6 MB of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", place], check=False)  # noqa: S607  # the system's own
    if mounted.returncode != 0:
        pytest.skip("a disk can be mounted by root only")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)  # noqa: S607  # the system's own


@pytest.mark.skipif(os.geteuid() != 0, reason="a disk can be mounted by root only")
@pytest.mark.parametrize("left", [14_000, 20_000, 50_000, 100_000, 200_000, 400_000])
def test_a_full_disk_stops_the_worker_with_a_sentence_and_a_restart_finishes(
    small_disk: Path, left: int
) -> None:
    """The less is left, the earlier it strikes: claiming, telling progress, saving a file, settling."""
    plan = Plan(tuple(step(f"s{n}", "test.write", value=n) for n in range(12)))
    with closing(TestInstallation(small_disk, plan, more=MORE)) as installation:
        task = installation.submit()
        filler = small_disk / "filler"
        worker = installation.worker()
        fill_up(filler, left)
        worker.start()
        installation.engine.send_due()
        installation.until(task, lambda _: worker.failure is not None)
        worker.drain(LONG_ENOUGH)
        assert isinstance(worker.failure, StoreUnavailable)
        assert "is full: free some space and start again; nothing is lost" in str(worker.failure)

        filler.unlink()
        subprocess.run(["mount", "-o", "remount,size=60m", small_disk], check=True)  # noqa: S607  # the system's own
        installation.engine.let_leases_end()
        with installation.working():
            view = installation.until(task, lambda seen: seen.status.ended)
        with installation.database.read() as tx:
            assert (view.status, len(reading.artifacts(tx, task))) == (TaskStatus.SUCCEEDED, 12)
        assert list(small_disk.rglob(".new-*")) == []


def fill_up(path: Path, left: int) -> None:
    room = os.statvfs(path.parent)
    with path.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, room.f_bavail * room.f_frsize - left)
