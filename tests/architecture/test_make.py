"""The two commands of the README: what a person types reaches Errand letter by letter."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from errand.doctor import PROGRAMS
from tests.architecture.project import ROOT

MAKE = shutil.which("make") or "make"


@pytest.fixture
def echo(tmp_path: Path) -> Path:
    """Stands where the command `errand` would, and prints what it was given."""
    program = tmp_path / "echo arguments"
    code = "import json, sys; print(json.dumps(sys.argv[1:]))"
    program.write_text(
        f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -c {shlex.quote(code)} "$@"\n', encoding="utf-8"
    )
    program.chmod(0o755)
    return program


LEFT_OUT = re.compile(r"MAKE|MFLAGS|(TASK|ATTACH|OUT|ARGS|ERRAND)$")
"""What a `make test` around this test may have set for itself."""


def make(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    outer = {name: value for name, value in os.environ.items() if not LEFT_OUT.match(name)}
    return subprocess.run(
        [MAKE, "--no-print-directory", "-o", "setup", *words],
        cwd=ROOT, env=outer | environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def told(*words: str, errand: Path, **environment: str) -> list[str]:
    ran = make("run", *words, f"ERRAND={errand}", **environment)
    return [str(word) for word in json.loads(ran.stdout)]


@pytest.mark.parametrize(
    "text",
    [
        "Analyze this company's financials and summarize the key risks",
        'say "hello", pay $5 and $(shell id) `id` ${HOME}',
        "a # b; c && d | e > f * ? \\ %",
        "--help",
        "",
        "two\nlines",
    ],
)
def test_a_task_arrives_as_it_was_typed(text: str, echo: Path) -> None:
    assert told(f"TASK={text}", errand=echo) == ["run", "--", text]
    assert told(errand=echo, TASK=text) == ["run", "--", text]


def test_attachments_and_a_folder_for_the_result_go_along(echo: Path) -> None:
    typed = told("TASK=x", "ATTACH=a.htm  b.json", "OUT=my results", "ARGS=--json --timeout 5", errand=echo)

    attached = ["--attach", "a.htm", "--attach", "b.json"]
    assert typed == ["run", *attached, "--out", "my results", "--json", "--timeout", "5", "--", "x"]


def test_one_attachment_may_have_spaces_in_its_name(echo: Path) -> None:
    assert told("TASK=x", f"ATTACH={echo}", errand=echo) == ["run", "--attach", str(echo), "--", "x"]


def test_without_a_task_the_assistant_is_started(echo: Path) -> None:
    assert told(errand=echo) == ["up"]


def test_help_lists_every_target() -> None:
    targets = re.findall(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)[
        0
    ].split()

    assert re.findall(r"^  make (\S+)", make("help").stdout, re.MULTILINE) == targets


def test_set_up_says_in_one_sentence_that_python_is_too_old(tmp_path: Path) -> None:
    ran = set_up(tmp_path, PYTHON="false")

    assert ran.returncode == 1
    assert re.fullmatch(r"Python 3\.11 or newer is needed and false is not; .*\.\n", ran.stderr)


def test_set_up_says_in_one_sentence_that_venv_is_missing(tmp_path: Path) -> None:
    bare = tmp_path / "bare-python"
    bare.write_text('#!/bin/sh\ncase "$2" in *ensurepip*) exit 1;; esac\n', encoding="utf-8")
    bare.chmod(0o755)

    ran = set_up(tmp_path, PYTHON=str(bare))

    assert ran.returncode == 1
    assert re.fullmatch(
        r".* cannot make virtual environments; .*apt-get install python3-venv.*\n", ran.stderr
    )


def test_set_up_installs_what_the_doctor_looks_for() -> None:
    listed = set(
        re.findall(
            r'^  "[^:]+:([^:]+):', (ROOT / "scripts" / "setup").read_text(encoding="utf-8"), re.MULTILINE
        )
    )

    assert {program.package for program in PROGRAMS} <= listed


def set_up(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """`scripts/setup` in a checkout of its own."""
    (folder / "scripts").mkdir()
    for path in ("scripts/setup", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / path, folder / path)
    return subprocess.run(
        [folder / "scripts" / "setup"],
        env=os.environ | {"ERRAND_SETUP_SYSTEM": "0"} | environment,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
