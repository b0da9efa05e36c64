"""What it costs that a workspace follows its task: `python benchmarks/workspaces.py [FILES]`, else 1,000.

Real files, a folder for artifacts, SQLite. Milliseconds on the clock and of the processor, medians. Goals for
1,000 files: 20 ms in a turn that changed nothing, 40 ms in one that changed a file, record included.
"""

import statistics
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.installation import TestInstallation, step
from tests.integration.hosts import claimed, host, recorded

from errand.domain.plan import Plan
from errand.domain.task import Job
from errand.sessions.workspace import Workspace, Workspaces

FILES = 1_000
FOLDERS = 50
TURNS = 30
BETWEEN_TURNS_SECONDS = 0.06
"""A model takes longer; a file that was changed a moment ago is read once more."""


def main(files: int) -> None:
    with TemporaryDirectory(prefix="errand-bench-") as name:
        folder = Path(name)
        with closing(TestInstallation(folder, Plan((step("one", "test.give"),)))) as installation:
            measure(installation, folder, files)


def measure(installation: TestInstallation, folder: Path, files: int) -> None:
    job = claimed(installation)
    here, there = host(installation, folder / "one"), host(installation, folder / "two")

    def turn(workspace: Workspace) -> None:
        recorded(installation, job, workspace)

    with here.opened(job) as workspace:
        write(workspace.folder, files)
        show(f"the first turn with {files:,} new files", [timed(lambda: turn(workspace))])
        turn(workspace)
        show("a turn that changed nothing", [timed(lambda: turn(workspace)) for _ in range(TURNS)])
        show("a turn that changed one file", [edited(workspace, turn, n) for n in range(TURNS)])
    show("a job's start on another host", [timed(lambda: start(there, job))])
    show("a job's start where all is there", [timed(lambda: start(there, job)) for _ in range(5)])


def write(folder: Path, files: int) -> None:
    for number in range(files):
        path = folder / f"d{number % FOLDERS}" / f"f{number}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"x = {number}\n" * 100)


def edited(workspace: Workspace, turn: Callable[[Workspace], None], number: int) -> tuple[float, float]:
    (workspace.folder / "d0" / "f0.py").write_text(f"y = {number}\n")
    time.sleep(BETWEEN_TURNS_SECONDS)
    return timed(lambda: turn(workspace))


def start(workspaces: Workspaces, job: Job) -> None:
    with workspaces.opened(job) as workspace:
        _ = workspace.folder


def timed(do: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds on the clock, and of the processor."""
    began, used = time.perf_counter(), time.process_time()
    do()
    return 1_000 * (time.perf_counter() - began), 1_000 * (time.process_time() - used)


def show(what: str, taken: list[tuple[float, float]]) -> None:
    clock, processor = (statistics.median(each) for each in zip(*taken, strict=True))
    print(f"{what:45} {clock:8,.1f} ms, {processor:8,.1f} ms of the processor")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else FILES)
