"""`errand workers` and the rates of `errand capabilities`: who is alive, and how it fares."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from errand.domain.ids import WorkerId
from errand.domain.worker import Doing, Offer, WorkerState, WorkerView
from errand.store.database import Database
from errand.store.home import Home
from errand.store.registry import WorkerRegistry
from tests.frontends.typing_it import Typed


def ago(**long: float) -> datetime:
    """Counted from when a test asks: the tests before it take their time."""
    return datetime.now(UTC) - timedelta(**long)


def worker(name: str, state: WorkerState, heard: datetime, *doing: Doing, failure: str = "") -> WorkerView:
    return WorkerView(
        id=WorkerId(name), host="barn", process=7, version="1", pool="web", slots=4,
        offers={"web.fetch": Offer("none", 60)}, state=state, doing=doing, load=1.5, failure=failure,
        failed_at=heard if failure else None, started=heard, heartbeat=heard,
    )  # fmt: skip


def known(home: Path, *workers: WorkerView) -> None:
    with closing(Database(Home(home).database_url)) as database:
        database.migrate()
        registry = WorkerRegistry(database, ago)
        for each in workers:
            registry.register(each)


def test_a_person_sees_who_is_alive_what_each_does_since_when_and_what_failed_last(
    errand: Typed, tmp_path: Path
) -> None:
    jobs = [
        Doing("task-a", "first", "web.fetch", ago(minutes=2, seconds=30)),
        Doing("task-b", "second\x1b[2J", "web.search", ago(hours=3)),
    ]
    long_ago = ago(minutes=5)
    known(
        tmp_path / "home",
        worker("busy", WorkerState.BUSY, ago(), *jobs, failure="web.fetch: The page\x1b[2J is gone."),
        worker("gone", WorkerState.LOST, long_ago, *jobs),
        worker("free", WorkerState.IDLE, ago(seconds=1)),
    )
    shown = errand("workers").out
    lines = [line.split() for line in shown.splitlines()]
    assert [words[0] for words in lines] == ["worker", "busy", "web.search", "free", "gone"]
    assert "web.fetch for 2 min 3" in shown
    assert "web.search for 3 h 00 min (task-b second)" in shown
    assert "now: web.fetch: The page is gone." in shown
    assert "nothing, 4 slots" in shown
    assert lines[4][:4] == ["gone", "barn,", "web", "lost"]
    assert shown.count("web.fetch for") == 1
    assert "\x1b" not in shown


def test_of_those_that_work_no_more_the_last_few_are_shown(errand: Typed, tmp_path: Path) -> None:
    gone = [worker(f"w{n}", WorkerState.STOPPED, ago(hours=n)) for n in range(8)]
    known(tmp_path / "home", *gone)
    shown = errand("workers").out.splitlines()
    assert [line.split()[0] for line in shown[1:-1]] == ["w0", "w1", "w2", "w3", "w4"]
    assert shown[-1] == "and 3 workers more that work no more"
    assert len(errand("workers", "--json").json()) == 8


def test_success_and_duration_are_shown_of_each_capability_and_worker(errand: Typed) -> None:
    errand("run", "say hello")
    assert "in the last day 100% of 1 succeeded, half of them within" in errand("capabilities").out
    listed = {each["name"]: each["performance"] for each in errand("capabilities", "--json").json()}
    assert (listed["test.say"]["jobs"], listed["test.say"]["succeeded"]) == (1, 1)
    assert listed["test.off"] is None
    (one,) = errand("workers", "--json").json()
    by_capability = {each["capability"]: each["jobs"] for each in one["performance"]}
    assert (by_capability["test.say"], by_capability["plan"]) == (1, 1)
    assert by_capability[""] == sum(jobs for name, jobs in by_capability.items() if name)
    assert one["offers"]["test.say"] == {"effects": "none", "time_limit_seconds": 600.0}
