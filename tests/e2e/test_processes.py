"""Workers, a rescuer and whoever submits as processes of their own, on a real PostgreSQL and Redis."""

import re
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.e2e.distributed import PROGRAM, Distributed, until
from tests.e2e.real import EXAMPLE, LONG_ENOUGH, TASK, Errand
from tests.servers.services import PostgresServer, ProgramMissing, RedisServer


@pytest.fixture
def errand(tmp_path: Path, database_url: str, broker_url: str) -> Distributed:
    return Distributed(tmp_path / "here", database_url, broker_url)


@pytest.fixture
def tiny(tmp_path: Path, database_url: str, broker_url: str) -> Distributed:
    """With the capabilities of tests."""
    return Distributed(tmp_path / "here", database_url, broker_url, PROGRAM)


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """One that a test may break."""
    try:
        server = PostgresServer()
    except ProgramMissing as error:
        missing(str(error))
    with server:
        yield server


def without_chance(text: str) -> str:
    """Without ids and times, which differ from run to run."""
    return re.sub(r"\d+\.\d s\b", "T s", re.sub(r"\b(Task|errand-out/)\s?[a-z0-9]{10}\b", r"\1 ID", text))


def only_task(errand: Distributed) -> str:
    return str(errand("tasks", "--json").json()[0]["id"])


def step_runs(errand: Distributed) -> bool:
    tasks = errand("tasks", "--json").json()
    steps = errand("show", tasks[0]["id"], "--json").json()["plan"]["subtasks"] if tasks else []
    return any(each["key"] == "one" and each["status"] == "running" for each in steps)


def test_several_processes_carry_the_report_through_as_one_does(errand: Distributed, tmp_path: Path) -> None:
    with errand.working(workers=2) as processes:
        ran = errand("run", TASK, "--attach", EXAMPLE)
        shown = errand("show", only_task(errand), "--json").json()
        ended = [each.stop() for each in processes]

    alone = Errand(tmp_path / "alone", tmp_path / "alone home")("run", TASK, "--attach", EXAMPLE)
    workers = {each["id"] for each in errand("workers", "--json").json()}
    assert (ran.status, shown["status"], shown["missing"]) == (0, "succeeded", [])
    assert without_chance(ran.out) == without_chance(alone.out)
    assert len(workers) == 2
    assert {each["worker"] for each in shown["plan"]["subtasks"]} <= workers
    assert ended == [0, 0, 0]
    assert [each.said.splitlines()[-1] for each in processes] == ["Stopped."] * 3


def test_whoever_stops_watching_leaves_the_task_running(tiny: Distributed, tmp_path: Path) -> None:
    there = tmp_path / "there"
    with tiny.working(), tiny.standing("run", f"wait {there}") as run:
        until(lambda: step_runs(tiny))
        status = run.stop(signal.SIGINT)
        task = only_task(tiny)
        there.touch()
        watched = tiny("watch", task)

    assert status == 130
    assert f"`errand watch {task}` shows how, `errand cancel {task}` ends it." in run.said
    assert (watched.status, "succeeded" in watched.out) == (0, True)


def test_a_question_is_answered_by_a_process_of_its_own(tiny: Distributed) -> None:
    with tiny.working():
        asked = tiny("run", "ask", "--json")
        answered = tiny("answer", asked.json()["questions"][0]["id"], "green")
        watched = tiny("watch", asked.json()["id"], "--json", "--out", "result")

    assert (asked.status, answered.status, watched.status) == (3, 0, 0)
    assert watched.json()["result"] == "It is green."


def test_what_a_worker_that_must_stop_can_not_finish_another_does(tiny: Distributed, tmp_path: Path) -> None:
    there, soon = tmp_path / "there", {"ERRAND_DRAIN_SECONDS": "0.2"}
    with tiny.standing("rescuer"), tiny.standing("worker", **soon) as first:
        first.ready()
        with tiny.standing("run", f"wait {there}", "--json") as run:
            until(lambda: step_runs(tiny))
            with tiny.standing("worker") as second:
                second.ready()
                stopped = first.stop()
                there.touch()
                status = run.process.wait(LONG_ENOUGH)

    (step,) = [
        each
        for each in tiny("show", only_task(tiny), "--json").json()["plan"]["subtasks"]
        if each["key"] == "one"
    ]
    assert (stopped, status) == (0, 0)
    assert first.said.splitlines()[-1] == "Stopped."
    assert f" worker {step['worker']} is ready" in second.said


def test_a_worker_waits_for_a_database_that_is_not_there_yet(
    tmp_path: Path, own_postgres: PostgresServer, broker_url: str
) -> None:
    late = Distributed(tmp_path / "here", own_postgres.new_database(), broker_url, PROGRAM)
    own_postgres.kill()
    with late.standing("worker") as worker:
        until(lambda: "Waiting for it" in worker.said)
        own_postgres.restart()
        worker.ready()
        stopped = worker.stop()

    assert stopped == 0
    assert worker.said.count("Waiting for it") == 1
    assert "Traceback" not in worker.said


def test_a_database_that_is_restarted_ends_nothing(
    tmp_path: Path, own_postgres: PostgresServer, broker_url: str
) -> None:
    there = tmp_path / "there"
    tiny = Distributed(tmp_path / "here", own_postgres.new_database(), broker_url, PROGRAM)
    with tiny.working() as processes, tiny.standing("run", f"wait {there}") as run:
        until(lambda: step_runs(tiny))
        own_postgres.kill()
        own_postgres.restart()
        there.touch()
        status = run.process.wait(LONG_ENOUGH)
        ended = [each.stop() for each in processes]

    steps = tiny("show", only_task(tiny), "--json").json()["plan"]["subtasks"]
    assert (status, ended) == (0, [0, 0])
    assert {each["attempts"] for each in steps} == {1}
    assert [each.said for each in (*processes, run) if "Traceback" in each.said] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("up",), "`errand worker`, `errand rescuer` and `errand api`"),
        (("worker", "--offer", "moon.*"), "moon.*"),
        (("tasks", "--nonsense"), "nonsense"),
    ],
)
def test_what_can_not_be_is_refused(tiny: Distributed, words: tuple[str, ...], said: str) -> None:
    ran = tiny(*words)

    assert ran.status == 2
    assert said in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("left", ["DATABASE", "BROKER"])
def test_one_address_without_the_other_is_refused(tiny: Distributed, left: str) -> None:
    other = {"DATABASE": "BROKER", "BROKER": "DATABASE"}[left]
    tiny.more[f"ERRAND_{other}_URL"] = ""
    ran = tiny("tasks")

    assert (ran.status, ran.err.count("\n")) == (2, 1)
    assert f"ERRAND_{left}_URL is set and ERRAND_{other}_URL is not" in ran.err


@pytest.mark.parametrize("command", ["worker", "rescuer"])
def test_in_one_process_there_are_no_others(tiny: Distributed, command: str) -> None:
    tiny.more |= {"ERRAND_DATABASE_URL": "", "ERRAND_BROKER_URL": ""}
    ran = tiny(command)

    assert (ran.status, ran.err.count("\n")) == (2, 1)
    assert "set ERRAND_DATABASE_URL and ERRAND_BROKER_URL" in ran.err


def test_a_password_in_an_address_is_never_shown(tiny: Distributed) -> None:
    tiny.database_url = "postgresql+psycopg://errand:hunter2@127.0.0.1:1/errand"
    tiny.broker_url = "redis://:hunter2@127.0.0.1:1/0"
    tiny.more["ERRAND_LOG_LEVEL"] = "debug"
    ran = tiny("tasks")

    assert ran.status == 2
    assert "hunter2" not in ran.err + ran.out


def test_each_process_serves_its_metrics(tiny: Distributed) -> None:
    with tiny.working() as (rescuer, worker):
        tiny("run", "say hello")
        of_worker, of_rescuer = (_read(each.address("metrics at ")) for each in (worker, rescuer))

    assert 'errand_jobs_total{capability="test.say",outcome="succeeded"} 1.0' in of_worker
    assert "errand_slots 2.0" in of_worker
    assert "process_cpu_seconds_total" in of_rescuer
    assert re.search(
        r'^errand_queue_ended_per_second\{capability="test.say"\} 0\.0\d+$', of_rescuer, re.MULTILINE
    )


def test_it_is_said_which_server_does_not_answer(tmp_path: Path, database_url: str) -> None:
    with own_redis() as redis:
        tiny = Distributed(tmp_path / "here", database_url, redis.url, PROGRAM)
        with tiny.standing("api") as api:
            ready = api.ready().address("is ready: ").replace("/api/v1", "/health/ready")
            with_broker = _status(ready), _found(tiny)
            redis.kill()
            without_broker = _status(ready), _found(tiny)

    assert with_broker == (200, {"database": True, "broker": True, "artifacts": True})
    assert without_broker == (503, {"database": True, "broker": False, "artifacts": True})


@contextmanager
def own_redis() -> Iterator[RedisServer]:
    try:
        server = RedisServer()
    except ProgramMissing as error:
        missing(str(error))
    with server:
        yield server


def _found(errand: Distributed) -> dict[str, bool]:
    servers = ("database", "broker", "artifacts")
    return {each["name"]: each["ok"] for each in errand("doctor", "--json").json() if each["name"] in servers}


def _status(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=LONG_ENOUGH) as answer:  # noqa: S310  # our own
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def _read(address: str) -> str:
    with urllib.request.urlopen(address, timeout=LONG_ENOUGH) as answer:  # noqa: S310  # our own
        text: str = answer.read().decode()
        return text
