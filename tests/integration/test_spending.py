"""What is set aside, settled and lost, in the store itself."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from hypothesis import given, settings
from hypothesis import strategies as st

from errand.domain.budget import Amounts, Ceiling, Ceilings, CostsBy, ReservationId, Usage
from errand.domain.errors import Cancelled, LimitReached
from errand.domain.ids import Principal, WorkerId
from errand.domain.request import Limits, Request
from errand.domain.task import PLAN
from errand.store import reserving
from errand.store.database import MIGRATIONS, Database
from errand.store.spending import Payer, Spending
from errand.store.turns import Conversations
from tests.installation import Clock, TestInstallation, address, step

Install = Callable[..., TestInstallation]
ANN, BOB = Payer("plan", principal=Principal("ann")), Payer("plan", principal=Principal("bob"))
ONE = Amounts(microdollars=100, tokens=10, calls=1)


@contextmanager
def spending(folder: Path, **ceilings: Ceiling) -> Iterator[Spending]:
    database = Database(f"sqlite:///{folder / 'errand.db'}")
    database.migrate()
    yield Spending(database, Clock(), Ceilings(**ceilings))
    database.close()


def reserve(to: Spending, payer: Payer, most: Amounts = ONE) -> ReservationId:
    return to.reserve(payer, "model", "work", most, patient=False)


def test_principals_have_limits_of_their_own(tmp_path: Path) -> None:
    with spending(tmp_path, principal=Ceiling(calls=1)) as kept:
        reserve(kept, ANN)
        reserve(kept, BOB)
        with pytest.raises(LimitReached, match=r"ann may make 1 model calls a day: 0 are used, 1 set aside"):
            reserve(kept, ANN)


def test_a_refused_call_sets_nothing_aside_under_any_limit(tmp_path: Path) -> None:
    with spending(tmp_path, day=Ceiling(calls=1)) as kept:
        held = reserve(kept, ANN)
        with pytest.raises(LimitReached):
            reserve(kept, BOB)
        kept.settle(held, Amounts(), Usage())
        reserve(kept, BOB)


def test_more_than_was_set_aside_is_recorded_as_it_is(tmp_path: Path) -> None:
    with spending(tmp_path, day=Ceiling(tokens=50)) as kept:
        kept.settle(reserve(kept, ANN), Amounts(microdollars=900, tokens=45, calls=1), Usage(30, 10, 15))
        with pytest.raises(LimitReached, match="45 are used, and the next call could take 10"):
            reserve(kept, ANN)
        [cost] = kept.costs(CostsBy.MODEL, task=None, days=1)
    assert (cost.used, cost.usage) == (Amounts(900, 45, 1), Usage(30, 10, 15))


def test_what_is_settled_twice_counts_once(tmp_path: Path) -> None:
    with spending(tmp_path) as kept:
        held = reserve(kept, ANN)
        kept.settle(held, ONE, Usage(8, 0, 2))
        kept.settle(held, ONE, Usage(8, 0, 2))
        [cost] = kept.costs(CostsBy.CAPABILITY, task=None, days=None)
    assert (cost.name, cost.used, cost.held) == ("plan", ONE, Amounts())


def test_a_lost_call_whose_answer_comes_after_all_costs_what_it_did_cost(tmp_path: Path) -> None:
    with spending(tmp_path) as kept:
        held = reserve(kept, ANN, Amounts(1_000, 100, 1))
        kept.lose(held)
        [cost] = kept.costs(CostsBy.DAY, task=None, days=None)
        assert cost.lost == cost.used == Amounts(1_000, 100, 1)
        kept.settle(held, ONE, Usage(8, 0, 2))
        [cost] = kept.costs(CostsBy.DAY, task=None, days=None)
        assert (cost.lost, cost.used) == (Amounts(), ONE)


_AMOUNTS = st.builds(Amounts, st.integers(0, 400), st.integers(0, 40), st.integers(0, 1))
_ACTS = st.lists(st.tuples(st.sampled_from("rrrsl"), _AMOUNTS, st.integers(0, 9)), max_size=25)


class Play:
    """Any order of what may happen to calls; a call costs at most what was set aside for it."""

    def __init__(self, kept: Spending) -> None:
        self._kept, self.made = kept, list[tuple[ReservationId, Amounts]]()

    def act(self, what: str, amounts: Amounts, which: int) -> None:
        if what == "r":
            self._reserve(amounts)
        elif self.made:
            held, most = self.made[which % len(self.made)]
            less = Amounts(
                min(most.microdollars, amounts.microdollars),
                min(most.tokens, amounts.tokens),
                min(most.calls, amounts.calls),
            )
            self._kept.lose(held) if what == "l" else self._kept.settle(held, less, Usage())

    def _reserve(self, amounts: Amounts) -> None:
        try:
            self.made.append((reserve(self._kept, ANN, amounts), amounts))
        except LimitReached:
            return

    def weight(self) -> Amounts:
        return sum((c.used + c.held for c in self._kept.costs(CostsBy.DAY, task=None, days=None)), Amounts())


@settings(max_examples=25, deadline=None)
@given(_ACTS)
def test_no_order_of_calls_passes_a_limit(acts: list[tuple[str, Amounts, int]]) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        spending(Path(folder), day=Ceiling(1_000, 100, 5)) as kept,
    ):
        play = Play(kept)
        for act in acts:
            play.act(*act)
            weight = play.weight()
            assert (weight.microdollars <= 1_000, weight.tokens <= 100, weight.calls <= 5) == (True,) * 3


def test_what_a_dead_worker_reserved_counts_in_full_once_its_job_is_taken_back(make: Install) -> None:
    made = make(step("one", "test.give"))
    task = made.engine.submit(Request("anything", limits=Limits(calls=2)))
    job = made.engine.claim(address(task, PLAN), WorkerId("dead"))
    assert job is not None
    reserve(made.spending, Payer(PLAN, job))
    made.clock.ahead += made.engine.lease * 2
    made.engine.rescue()
    [cost] = made.spending.costs(CostsBy.TASK, task=task, days=None)
    assert (cost.lost, cost.held) == (ONE, Amounts())
    with pytest.raises(Cancelled):
        reserve(made.spending, Payer(PLAN, job))


def test_a_retry_forgets_the_conversations_of_what_runs_again(make: Install) -> None:
    made = make(step("one", "test.refuse"))
    task = made.submit()
    kept = Conversations(made.database, made.clock)
    with made.working():
        made.until(task, lambda view: view.status.ended)
    job = made.engine.claim(address(task, "one"), WorkerId("none"))
    assert job is None
    made.engine.retry(task)
    again = made.engine.claim(address(task, "one"), WorkerId("me"))
    assert again is not None
    assert kept.record(again, {"n": 1}, {"type": "subtask.turn", "tokens": 5})
    assert kept.record(again, {"n": 2})
    assert kept.of(again.address) == ({"n": 1}, {"n": 2})
    assert made.event_types(task, "one")[-1] == "subtask.turn"
    made.engine.cancel(task)
    assert not kept.record(again, {"n": 3})
    made.engine.retry(task)
    assert kept.of(again.address) == ()


def test_a_store_of_the_version_before_is_brought_up_to_date(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'errand.db'}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.exec_driver_sql(
            "INSERT INTO task (id, text, attachments, principal, origin, limits, status, created, open, "
            "total, last_event, missing) VALUES ('t', 'old', '[]', 'local', 'cli', "
            "'{\"wall_seconds\": null}', "
            "'succeeded', '2026-01-01 00:00:00.000000', 0, 0, 0, '[]')"
        )
    database.migrate()
    with database.read() as tx:
        kept = tx.exec_driver_sql("SELECT text, revision, replans FROM task").all()
        assert reserving.costs(tx, CostsBy.TASK, task_id=None, since=None) == []
    database.close()
    assert kept == [("old", 1, 0)]
