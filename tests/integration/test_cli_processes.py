"""The command line as real processes, several of them on one ERRAND_HOME."""

import json
import os
import pty
import shlex
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.frontends.conftest import errand as errand
from tests.frontends.typing_it import LONG_ENOUGH, ROOT, Typed


@pytest.fixture
def there(tmp_path: Path) -> Path:
    """The file that a step of `wait` waits for."""
    return tmp_path / "there"


@contextmanager
def up(errand: Typed) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`errand up`, once it works, and where its health is."""
    process = errand.start("up")
    try:
        said = next_line(process)
        assert " is up: http://127.0.0.1:" in said
        yield process, said.split()[-1]
    finally:
        process.kill()
        process.communicate()


def status_of(errand: Typed, task: str) -> str:
    return str(errand("show", task, "--json").json()["status"])


def only_task(errand: Typed) -> str:
    return str(errand("tasks", "--json").json()[0]["id"])


def waits(errand: Typed) -> Callable[[], bool]:
    """Whether the newest task's step runs."""

    def look() -> bool:
        tasks = errand("tasks", "--json").json()
        return bool(tasks) and any(
            each["key"] == "one" and each["status"] == "running"
            for each in errand("show", tasks[0]["id"], "--json").json()["plan"]["subtasks"]
        )

    return look


def health(address: str) -> Any:  # noqa: ANN401  # what a test looks into
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310  # loopback
        return json.load(answer)


def test_a_second_process_is_refused_while_the_first_one_works(errand: Typed) -> None:
    with up(errand) as (process, _):
        ran = errand("run", "say hello")

        assert ran.status == 2
        assert f"Another Errand (process {process.pid}) works on" in ran.err
        assert errand("tasks", "--json").json() == []


def test_what_one_process_submits_another_works_off_and_a_third_watches(errand: Typed) -> None:
    with up(errand) as (_, address):
        began = time.monotonic()
        task = errand("submit", "report").out.strip()
        watched = errand("watch", task, "--out", "result")

        assert watched.status == 0
        assert time.monotonic() - began < 10
        assert Path("result/artifacts/report.html").exists()
        told = health(address)
        assert (told["status"], told["tasks"]) == ("ok", {"queued": 0, "running": 0})
        assert told["worker"]["state"] in ("idle", "busy")


def test_a_question_is_answered_from_another_process(errand: Typed) -> None:
    with up(errand):
        task = errand("submit", "ask").out.strip()
        assert errand("watch", task).status == 3
        question = errand("questions", "--json").json()[0]["id"]

        assert errand("answer", question, "blue").err == "Answered.\n"
        assert errand("watch", task).status == 0
        assert errand("show", task, "--json").json()["result"] == "It is blue."


def test_a_task_is_cancelled_while_it_runs(errand: Typed, there: Path) -> None:
    with up(errand):
        task = errand("submit", f"wait {there}").out.strip()
        errand.until(waits(errand))

        assert errand("cancel", task).status == 0
        assert errand("watch", task).status == 1


def test_a_dead_letter_that_is_retried_runs_again(errand: Typed, there: Path) -> None:
    with up(errand):
        task = errand("submit", f"flaky {there}").out.strip()
        assert errand("watch", task).status == 1
        there.touch()

        assert errand("dead-letters", "retry", task, "one").status == 0
        assert errand("watch", task).status == 0


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_finishes_what_runs(errand: Typed, there: Path, sent: int) -> None:
    with up(errand) as (process, _):
        task = errand("submit", f"wait {there}").out.strip()
        errand.until(waits(errand))

        process.send_signal(sent)
        errand.until(lambda: "Stopping" in next_line(process))
        there.touch()

        assert process.wait(LONG_ENOUGH) == 0
        assert status_of(errand, task) == "succeeded"


def test_a_killed_run_is_finished_by_the_next_start(errand: Typed, there: Path) -> None:
    process = errand.start("run", f"wait {there}")
    errand.until(waits(errand))
    process.kill()
    process.communicate()
    task = only_task(errand)
    assert status_of(errand, task) == "running"
    there.touch()

    with up(errand):
        assert errand("watch", task).status == 0
    assert errand("show", task, "--json").json()["plan"]["subtasks"][1]["attempts"] == 2


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_an_interrupted_run_keeps_its_task_and_says_how_to_go_on(
    errand: Typed, there: Path, sent: int
) -> None:
    process = errand.start("run", f"wait {there}")
    errand.until(waits(errand))
    process.send_signal(sent)
    _, told = process.communicate(timeout=LONG_ENOUGH)

    task = only_task(errand)
    assert process.returncode == 130
    assert f"Task {task} is kept: `errand up` works it off, `errand cancel {task}` ends it." in told
    assert status_of(errand, task) == "running"


@pytest.fixture
def terminal() -> tuple[int, int]:
    """Our end of one, and theirs."""
    try:
        return pty.openpty()
    except OSError:
        pytest.skip("needs /dev/pts, which a bare chroot does not have")


def test_a_question_is_asked_where_a_person_sits(errand: Typed, terminal: tuple[int, int]) -> None:
    ours, theirs = terminal
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.frontends.program", "run", "choose", "--out", "result"],
        cwd=errand.folder, env=os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm"},
        stdin=theirs, stderr=theirs, stdout=subprocess.PIPE,
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    while b"2. large" not in shown:
        shown += os.read(ours, 4096)
    os.write(ours, b"huge\n2\n")
    out, _ = process.communicate(timeout=LONG_ENOUGH)
    os.close(ours)

    assert process.returncode == 0
    assert b"It is large." in out


def test_help_is_quick_to_come_and_complete() -> None:
    ran = typed_in_python("-m", "errand", "--help")

    assert (ran.returncode, ran.stderr) == (0, "")
    assert "dead-letters" in ran.stdout


def test_a_defect_is_one_sentence_unless_somebody_looks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = "import sys; from errand.__main__ import main; sys.argv[1:] = ['tasks']; main(lambda: {}['x'])"

    ran = typed_in_python("-c", broken)
    monkeypatch.setenv("ERRAND_LOG_LEVEL", "debug")
    looked_for = typed_in_python("-c", broken)

    assert ran.returncode == looked_for.returncode == 1
    assert ran.stderr.startswith("errand: This is a defect of Errand itself (KeyError: 'x'); run it again")
    assert ran.stderr.count("\n") == 1
    assert "Traceback" in looked_for.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.usefixtures("errand")
def test_output_that_can_not_be_written_is_one_sentence() -> None:
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "errand", "tasks"],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=LONG_ENOUGH,
        )  # fmt: skip

    assert ran.returncode == 1
    assert ran.stderr == (
        "errand: The output can not be written (No space left on device): send it somewhere else.\n"
    )


@pytest.mark.usefixtures("errand")
def test_a_closed_output_is_no_reason_to_fail() -> None:
    closed = f"exec {shlex.quote(sys.executable)} -m errand tasks >&- 2>&-"

    assert subprocess.run(["/bin/sh", "-c", closed], check=False, timeout=LONG_ENOUGH).returncode == 0


def typed_in_python(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, check=False, timeout=LONG_ENOUGH
    )


def next_line(process: subprocess.Popen[str]) -> str:
    if process.stdout is None:
        raise LookupError("its output is not ours to read")
    return process.stdout.readline()
