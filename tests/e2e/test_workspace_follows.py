"""An agent whose process is killed goes on, on whichever host, with its files as its last turn left them."""

import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from errand.domain.json import JsonObject
from errand.store import reading
from errand.store.artifacts import ArtifactFolder
from errand.store.database import Database
from tests.e2e.workspace_victim import LAST, MOMENTS, NEVER
from tests.installation import LONG_ENOUGH
from tests.servers.services import PostgresServer


def work(folder: Path, url: str, host: str, moment: str) -> int:
    """How the process ended."""
    folder.mkdir(exist_ok=True)
    command = [
        sys.executable,
        "-W",
        "error",
        "-m",
        "tests.e2e.workspace_victim",
        str(folder),
        url,
        host,
        moment,
    ]
    ended = subprocess.run(
        command, cwd=Path(__file__).parents[2], timeout=LONG_ENOUGH, check=False, capture_output=True
    )
    return ended.returncode


def handed_in(folder: Path, url: str) -> tuple[str, JsonObject]:
    """The diff, and all that was said of it."""
    with closing(Database(url)) as database, database.read() as tx:
        (view,) = reading.task_views(tx, status=None, limit=10)
        (subtask,) = [each for each in reading.subtask_views(tx, view.id) if each.address.key == "change"]
    assert subtask.output is not None, subtask.error
    diff = ArtifactFolder(folder / "artifacts").get(subtask.output["diff"]["sha256"])  # type: ignore[index,call-overload,arg-type]  # JSON of the test
    return diff.decode(), subtask.output


@pytest.mark.parametrize("second", ["one", "two"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_an_agent_killed_after_its_third_turn_gives_on_any_host_what_it_gives_undisturbed(
    postgres: PostgresServer, tmp_path: Path, moment: str, second: str
) -> None:
    url, calm_url = postgres.new_database(), postgres.new_database()
    ends = [
        work(tmp_path / "killed", url, "one", moment),
        work(tmp_path / "killed", url, second, moment),
        work(tmp_path / "calm", calm_url, "one", NEVER),
    ]
    diff, output = handed_in(tmp_path / "killed", url)

    assert ends == [-signal.SIGKILL, 0, 0]
    assert (diff, output) == handed_in(tmp_path / "calm", calm_url)
    assert all(expected in diff for expected in ("log.info(", "logs/set_up.py", "-OLD = True", LAST))
    turns = (tmp_path / "killed" / "turns.txt").read_text().splitlines()
    assert turns == ["one: 0", "one: 1", "one: 2", f"{second}: 3"]
