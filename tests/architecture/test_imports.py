"""Promises about what an import costs. Which part may import which is checked by `make lint`."""

import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import errand.capabilities

ASKING = {"anthropic", "genai_prices", "llama_cpp", "openai", "pydantic_ai"}
"""What only asking a model needs."""
ONLY_WHEN_USED = ASKING | {
    "docx", "duckdb", "matplotlib", "numpy", "openpyxl", "pypdf", "pysbd", "sympy", "typst",
}  # fmt: skip
SEVERAL = {"celery", "fastapi", "kombu", "prometheus_client", "psycopg", "redis", "starlette", "uvicorn"}
"""What only several processes, or the API, need."""
HEAVY = ONLY_WHEN_USED | SEVERAL | {"alembic", "httpx2", "lxml", "PIL", "sqlalchemy"}
PACKAGES = [
    f"errand.capabilities.{each.name}"
    for each in pkgutil.iter_modules(errand.capabilities.__path__)
    if each.ispkg
]


def test_importing_errand_pulls_in_no_heavy_library() -> None:
    assert imported_by("import errand") & HEAVY == set()


def test_asking_for_help_pulls_in_no_heavy_library() -> None:
    helping = "import sys; sys.argv = ['errand', '--help']; from errand.__main__ import main; main()"

    assert (
        imported_by(f"import contextlib\nwith contextlib.suppress(SystemExit):\n    {helping}") & HEAVY
        == set()
    )


@pytest.mark.parametrize("words", [("tasks",), ("costs",), ("plan", "Summarize this", "--attach", "a.txt")])
def test_looking_and_planning_pull_in_nothing_that_only_running_needs(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ERRAND_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ERRAND_MODEL", "" if "plan" in words else "openai:gpt-5")
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text("The bridge was closed on Monday. It opens again on Friday.", encoding="utf-8")
    typed = f"import sys; sys.argv = ['errand', *{words!r}]; from errand.__main__ import main; main()"

    loaded = imported_by(f"import contextlib\nwith contextlib.suppress(SystemExit):\n    {typed}")
    assert "sqlalchemy" in loaded
    assert loaded & (ONLY_WHEN_USED | SEVERAL) == set()


@pytest.mark.parametrize("package", PACKAGES)
def test_declaring_capabilities_pulls_in_nothing_that_only_running_them_needs(package: str) -> None:
    assert imported_by(f"import {package}") & ONLY_WHEN_USED == set()


def imported_by(code: str) -> set[str]:
    """The top-level modules that are loaded once this has run, in a process of its own."""
    told = "\nimport json, sys\nprint('\\n' + json.dumps(sorted({n.partition('.')[0] for n in sys.modules})))"
    ran = subprocess.run(
        [sys.executable, "-c", code + told], capture_output=True, text=True, check=True, timeout=60
    )
    return set(json.loads(ran.stdout.splitlines()[-1]))
