"""A command line that a test can type on: in this process, or as a process of its own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from errand.frontends.cli import command_line
from tests.frontends.program import open_program

ROOT = Path(__file__).parents[2]
LONG_ENOUGH = 60.0
"""Seconds; only a defect reaches it."""


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str

    def json(self) -> Any:  # noqa: ANN401  # what a test looks into
        return json.loads(self.out)


class Typed:
    """What a person types, in the folder and with the ERRAND_HOME of one test."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys

    def __call__(self, *words: str) -> Ran:
        self._capsys.readouterr()
        status = command_line(open_program, words)
        return Ran(status, *self._capsys.readouterr())

    def task(self, *words: str) -> dict[str, Any]:
        """`task.json` of a run."""
        record: dict[str, Any] = self("run", "--json", *words).json()
        return record

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.frontends.program", *words],
            cwd=self.folder, env=os.environ | {"PYTHONPATH": str(ROOT)}, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def until(self, holds: Callable[[], bool]) -> None:
        end = time.monotonic() + LONG_ENOUGH
        while not holds():
            if time.monotonic() > end:
                raise TimeoutError("it did not come true")
            time.sleep(0.02)
