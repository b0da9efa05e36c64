"""A run that is killed at any moment, and started again, hands back what an undisturbed one does.

`make killtest` tries many moments, also on other files than the example.
"""

import os
import random
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.real import EXAMPLE, TASK, Errand, killed_after

MOMENTS = int(os.environ.get("KILLTEST_MOMENTS", "1"))
FOLDER = Path(os.environ.get("KILLTEST_FOLDER", EXAMPLE)).resolve()
STARTS = 2
"""How often a task is killed before it may finish."""


@dataclass(frozen=True)
class Undisturbed:
    page: bytes
    files: list[str]
    seconds: float


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    folder = tmp_path_factory.mktemp("undisturbed")
    began = time.monotonic()
    ran = Errand(folder, folder / "home")("run", TASK, "--attach", FOLDER, "--out", "result")
    assert ran.status == 0, ran.err
    return Undisturbed(*handed_back(folder / "result"), time.monotonic() - began)


@pytest.mark.parametrize("seed", random.SystemRandom().sample(range(10**6), MOMENTS))
def test_a_killed_run_ends_as_an_undisturbed_one_does(
    tmp_path: Path, undisturbed: Undisturbed, seed: int
) -> None:
    chance = random.Random(seed)
    errand = Errand(tmp_path, tmp_path / "home")
    killed_after(errand.start("run", TASK, "--attach", FOLDER), chance.uniform(0, undisturbed.seconds))
    for _ in range(STARTS - 1):
        killed_after(errand.start("up"), chance.uniform(0, undisturbed.seconds))

    task = the_task(errand)
    with errand.up():
        watched = errand("watch", task, "--out", "result")

    assert watched.status == 0, watched.err
    assert handed_back(tmp_path / "result") == (undisturbed.page, undisturbed.files)
    assert len(errand("tasks", "--json").json()) == 1


def the_task(errand: Errand) -> str:
    """The id; what was killed before it had stored anything is asked for again."""
    tasks = errand("tasks", "--json").json()
    return str(tasks[0]["id"]) if tasks else errand("submit", TASK, "--attach", FOLDER).out.strip()


def handed_back(result: Path) -> tuple[bytes, list[str]]:
    files = [str(path.relative_to(result)) for path in result.rglob("*") if path.is_file()]
    return (result / "result.md").read_bytes(), sorted(files)
