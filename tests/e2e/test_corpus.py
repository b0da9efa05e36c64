"""Real filings, through a real `errand run`, judged by the checks that lie beside them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CORPUS
from tests.e2e.real import LONG_ENOUGH, Errand

ENOUGH = 0.85
"""Of the checks that are not required."""


def manifest() -> list[dict[str, Any]]:
    """The financial tasks; none when the corpus is missing."""
    path = CORPUS / "manifest.json"
    tasks = json.loads(path.read_bytes())["tasks"] if path.is_file() else []
    return [each for each in tasks if each["id"].startswith("D-")]


@pytest.mark.corpus
@pytest.mark.parametrize("name", [each["id"] for each in manifest()] or ["D"])
def test_a_financial_task_meets_its_checks(corpus: Path, tmp_path: Path, name: str) -> None:
    task = next(each for each in manifest() if each["id"] == name)
    inputs = [corpus / each["path"] for each in task["files"] if each["role"] == "input"]
    attached = [word for path in inputs for word in ("--attach", str(path))]

    ran = Errand(tmp_path, tmp_path / "home")("run", task["task_text"], *attached, "--out", "result")
    checked = verdicts(corpus, name, tmp_path / "result" / "result.md")

    assert ran.status == 0, ran.err
    failed = [each for each in checked if each["result"] != "pass"]
    others = [each for each in checked if not each["required"]]
    assert [each for each in failed if each["required"]] == []
    assert sum(each["result"] == "pass" for each in others) >= ENOUGH * len(others), failed


def verdicts(corpus: Path, name: str, answer: Path) -> list[dict[str, Any]]:
    """A verdict per check that can be made by a machine."""
    ran = subprocess.run(
        [sys.executable, corpus / "check.py", corpus, name, "--answer", answer],
        capture_output=True, text=True, timeout=LONG_ENOUGH, check=False,
    )  # fmt: skip
    told = [json.loads(line) for line in ran.stdout.splitlines()]
    judged = [each for each in told if each["result"] in ("pass", "FAIL")]
    assert judged, ran.stderr
    return judged
