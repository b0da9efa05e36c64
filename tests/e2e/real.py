"""Real `errand` processes on an ERRAND_HOME of their own, as a person or a script starts them."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "financials" / "quillfeather"
TASK = "Analyze this company's financials and summarize the key risks"
LONG_ENOUGH = 120.0
"""Seconds; only a defect reaches it."""


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str

    def json(self) -> Any:  # noqa: ANN401  # what a test looks into
        return json.loads(self.out)


@dataclass(frozen=True)
class Errand:
    """Commands typed in one folder, with one ERRAND_HOME; both are made when they are missing."""

    folder: Path
    home: Path

    def __call__(self, *words: str | Path) -> Ran:
        process = self.start(*words)
        out, err = process.communicate(timeout=LONG_ENOUGH)
        return Ran(process.returncode, out, err)

    def start(self, *words: str | Path) -> "subprocess.Popen[str]":
        self.folder.mkdir(parents=True, exist_ok=True)
        return subprocess.Popen(
            [sys.executable, "-m", "errand", *map(str, words)],
            cwd=self.folder,
            env=os.environ | {"ERRAND_HOME": str(self.home), "ERRAND_HEALTH_PORT": "0"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @contextmanager
    def up(self) -> Iterator[None]:
        """The assistant works meanwhile."""
        process = self.start("up")
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=LONG_ENOUGH)

    def stored(self) -> list[str]:
        """What was put into the folder of artifacts."""
        return sorted(path.name for path in (self.home / "artifacts").rglob("*") if path.is_file())


def killed_after(process: "subprocess.Popen[str]", seconds: float) -> None:
    """SIGKILL, unless it has ended by itself."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
    process.communicate()
