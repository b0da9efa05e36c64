"""An environment of the benchmark's own for the other systems, made once and kept."""

import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

REQUIREMENTS = Path(__file__).parents[1] / "requirements-compare.txt"


class NotInstalled(Exception):
    """A system that could not be installed; the sentence is the installer's."""


class Environment:
    """`python` runs what was installed into `folder`."""

    def __init__(self, folder: Path) -> None:
        self.python = folder / "bin" / "python"
        self._uv = Path(sys.executable).with_name("uv")
        self._wanted = _wanted(REQUIREMENTS.read_text(encoding="utf-8"))
        if not self.python.exists():
            self._run("venv", "--quiet", "--python", sys.executable, str(folder))

    def install(self, package: str) -> str:
        """Its name and version. Raises NotInstalled."""
        wanted = self._wanted[package]
        self._run(
            "pip",
            "install",
            "--quiet",
            "--python",
            str(self.python),
            "--constraint",
            str(REQUIREMENTS),
            wanted,
        )
        return re.sub(r"\[.*]", "", wanted).replace("==", " ")

    def _run(self, *words: str) -> None:
        done = subprocess.run([self._uv, *words], capture_output=True, text=True, check=False)
        if done.returncode:
            raise NotInstalled(_short(done.stderr.splitlines()))


def _wanted(text: str) -> Mapping[str, str]:
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {re.split(r"[\[=]", line)[0]: line for line in lines}


def _short(said: Sequence[str]) -> str:
    return " ".join(line.strip() for line in said)[:300]
