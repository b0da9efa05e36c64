"""Promises about what an import costs. Which part may import which is checked by `make lint`."""

import json
import pkgutil
import subprocess
import sys

import pytest

import errand.capabilities

HEAVY = {
    "alembic", "docx", "httpx2", "lxml", "matplotlib", "numpy", "openpyxl", "PIL", "pypdf", "pysbd",
    "sqlalchemy", "typst",
}  # fmt: skip
ONLY_WHEN_USED = {"docx", "matplotlib", "numpy", "openpyxl", "pypdf", "pysbd", "typst"}
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
