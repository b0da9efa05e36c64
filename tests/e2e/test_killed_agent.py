"""A process that is killed before each turn of an agent loses none of what was recorded."""

import signal
import subprocess
import sys
from pathlib import Path

from errand.domain.task import TaskStatus
from errand.store import reading
from errand.store.database import Database
from tests.e2e.agent_victim import REPLIES
from tests.installation import LONG_ENOUGH

DID = [
    "turn 0", "add [1, 2]", "turn 1", "add [3, 4]", "keep 3", "turn 2", "keep 10", "turn 3", "add [10, 0]",
    "turn 4",
]  # fmt: skip


def work(folder: Path) -> int:
    """How the process ended."""
    command = [sys.executable, "-W", "error", "-m", "tests.e2e.agent_victim", str(folder)]
    ended = subprocess.run(
        command, cwd=Path(__file__).parents[2], timeout=LONG_ENOUGH, check=False, capture_output=True
    )
    return ended.returncode


def test_killed_before_each_turn_an_agent_gives_the_same_answer_and_repeats_nothing(tmp_path: Path) -> None:
    ends = [work(tmp_path) for _ in range(len(REPLIES) + 1)]

    assert ends == [-signal.SIGKILL] * len(REPLIES) + [0]
    assert (tmp_path / "did.txt").read_text().splitlines() == DID

    database = Database(f"sqlite:///{tmp_path / 'errand.db'}")
    with database.read() as tx:
        (view,) = reading.task_views(tx, status=None, limit=10)
        (subtask,) = [each for each in reading.subtask_views(tx, view.id) if each.address.key == "sum"]
        events = [each.type.value for each in reading.events(tx, view.id, 0, limit=1_000)]
        kept = sorted(str(each["name"]) for each in reading.artifacts(tx, view.id))
    database.close()

    assert (view.status, view.result) == (TaskStatus.SUCCEEDED, 10)
    assert subtask.output is not None
    assert subtask.output["kept"]["name"] == "sum (2).json"  # type: ignore[index,call-overload]  # JSON of the test
    assert subtask.attempt == len(REPLIES) + 1
    assert (events.count("subtask.turn"), events.count("subtask.tool")) == (len(REPLIES), 8)
    assert kept == ["sum (2).json", "sum.json"]
