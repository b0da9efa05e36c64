"""The statements that hold, free and count what models cost. All run in a transaction of the caller's.

What is held weighs as much as what was used: a call that nobody settles is never forgotten, and it is enough
to find it late. It is then `lost`, and counts in full, since the call may have been made.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from enum import StrEnum
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Row, Table, bindparam, case, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from errand.domain.budget import Amounts, Cost, CostsBy, ReservationId, Scope, Usage
from errand.domain.ids import SubtaskAddress, TaskId
from errand.domain.limiting import Kind, Limit
from errand.domain.task import Job
from errand.store.tables import reservation, spending, task

_INSERT: dict[str, Callable[[Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}
_NOTHING = dict.fromkeys((each.name for each in spending.c if not each.primary_key), 0)

_SUMS = [
    func.sum(reservation.c[name]).label(name)
    for name in ("microdollars", "tokens", "calls", "input_tokens", "cached_tokens", "output_tokens")
] + [
    func.sum(case((reservation.c.state == of, reservation.c[f"held_{kind}"]), else_=0)).label(f"{of}_{kind}")
    for of in ("held", "lost")
    for kind in Kind
]

_CHANGE = (
    update(spending)
    .where(spending.c.scope == bindparam("at_scope"), spending.c.key == bindparam("at_key"))
    .values(
        {name: spending.c[name] + bindparam(f"more_{name}") for k in Kind for name in (k.value, f"held_{k}")}
    )
)

Place = tuple[Scope, str]
"""A row of `spending`."""
Changed = list[tuple[Place, dict[str, int]]]
_ORDER = (Scope.TASK, Scope.PRINCIPAL, Scope.DAY)
Found = Row[tuple[Any, ...]]  # rows of SQLAlchemy are typed by what was selected, here all columns


class State(StrEnum):
    HELD = "held"
    SETTLED = "settled"
    LOST = "lost"


def places(task_id: str | None, principal: str, day: str) -> tuple[Place, ...]:
    """Where a call counts; always in this order, so that two transactions never wait for each other."""
    counted: tuple[Place, ...] = ((Scope.PRINCIPAL, f"{day} {principal}"), (Scope.DAY, day))
    return counted if task_id is None else ((Scope.TASK, task_id), *counted)


def hold(tx: Connection, place: Place, limits: Iterable[Limit], most: Amounts) -> bool:
    """False: a limit would be passed, and nothing is held there."""
    held = {f"held_{kind}": spending.c[f"held_{kind}"] + getattr(most, kind) for kind in Kind}
    more = update(spending).where(*_at(place)).values(held)
    for limit in limits:
        used, under_way = spending.c[limit.kind], spending.c[f"held_{limit.kind}"]
        more = more.where(used + under_way + getattr(most, limit.kind) <= limit.most)
    if tx.execute(more).rowcount == 1:
        return True
    _begin(tx, place)
    return tx.execute(more).rowcount == 1


def balance(tx: Connection, place: Place) -> tuple[Amounts, Amounts]:
    """What was used, and what is held."""
    row = tx.execute(select(spending).where(*_at(place))).one()
    return (
        Amounts(row.microdollars, row.tokens, row.calls),
        Amounts(row.held_microdollars, row.held_tokens, row.held_calls),
    )


def seconds(tx: Connection, place: Place) -> float:
    """How long jobs ran."""
    found = tx.execute(select(spending.c.seconds).where(*_at(place))).scalar_one_or_none()
    return found or 0.0


def add_seconds(tx: Connection, task_id: TaskId, now: datetime, ran: float) -> None:
    principal = tx.execute(select(task.c.principal).where(task.c.id == task_id)).scalar_one()
    for place in places(None, principal, day_of(now)):
        _begin(tx, place)
        tx.execute(update(spending).where(*_at(place)).values(seconds=spending.c.seconds + ran))


def day_of(moment: datetime) -> str:
    """In UTC, as all times are."""
    return moment.date().isoformat()


def close(tx: Connection, made: ReservationId, used: Amounts, usage: Usage) -> None:
    """What the call did cost. One that counts as lost is put right; one that is settled stays as it is."""
    found = select(reservation).where(reservation.c.id == made, reservation.c.state != State.SETTLED)
    rows = tx.execute(found.with_for_update()).all()
    _change(tx, [_close(tx, row, State.SETTLED, used, usage) for row in rows])


def lose(tx: Connection, task_id: TaskId, *, only: SubtaskAddress | None = None, before: int = 0) -> None:
    """The calls of this task that nobody will settle any more; with `only`, those of attempts `before`."""
    mine = select(reservation).where(reservation.c.task == task_id, reservation.c.state == State.HELD)
    if only is not None:
        mine = mine.where(reservation.c.subtask == only.key, reservation.c.attempt < before)
    rows = tx.execute(mine.order_by(reservation.c.id).with_for_update()).all()
    _change(tx, [_close(tx, row, State.LOST, _held(row), Usage()) for row in rows])


def rescued(tx: Connection, job: Job, now: datetime) -> None:
    """Its worker disappeared: nobody settles its calls, and nobody else counts its time."""
    lose(tx, job.address.task, only=job.address, before=job.attempt + 1)
    add_seconds(tx, job.address.task, now, (now - job.started).total_seconds())


def costs(tx: Connection, by: CostsBy, *, task_id: TaskId | None, since: str | None) -> list[Cost]:
    """The dearest first; days in order."""
    named = reservation.c[by]
    found = select(named.label("name"), *_SUMS).group_by(named)
    if task_id is not None:
        found = found.where(reservation.c.task == task_id)
    if since is not None:
        found = found.where(reservation.c.day >= since)
    order = named if by is CostsBy.DAY else func.sum(reservation.c.microdollars).desc()
    return [
        Cost(
            name=row.name or "",
            used=Amounts(row.microdollars, row.tokens, row.calls),
            usage=Usage(row.input_tokens, row.cached_tokens, row.output_tokens),
            held=Amounts(row.held_microdollars, row.held_tokens, row.held_calls),
            lost=Amounts(row.lost_microdollars, row.lost_tokens, row.lost_calls),
        )
        for row in tx.execute(found.order_by(order, named))
    ]


def lose_one(tx: Connection, made: ReservationId) -> None:
    found = select(reservation).where(reservation.c.id == made, reservation.c.state == State.HELD)
    rows = tx.execute(found.with_for_update()).all()
    _change(tx, [_close(tx, row, State.LOST, _held(row), Usage()) for row in rows])


def _close(tx: Connection, row: Found, becomes: State, used: Amounts, usage: Usage) -> Changed:
    """What that changes, and where."""
    tx.execute(
        update(reservation)
        .where(reservation.c.id == row.id)
        .values(
            state=becomes,
            microdollars=used.microdollars,
            tokens=used.tokens,
            calls=used.calls,
            input_tokens=usage.input_tokens,
            cached_tokens=usage.cached_tokens,
            output_tokens=usage.output_tokens,
        )
    )
    freed = _held(row) if row.state == State.HELD else Amounts()
    counted = Amounts(row.microdollars, row.tokens, row.calls)
    change = {f"more_{k}": getattr(used, k) - getattr(counted, k) for k in Kind}
    change |= {f"more_held_{k}": -getattr(freed, k) for k in Kind}
    return [(place, change) for place in places(row.task, row.principal, row.day)]


def _change(tx: Connection, closed: Iterable[Changed]) -> None:
    """All at each place at once, and the places in the order of `places`."""
    sums: dict[Place, Counter[str]] = {}
    for place, change in chain.from_iterable(closed):
        sums.setdefault(place, Counter()).update(change)
    ordered = sorted(sums.items(), key=lambda each: (_ORDER.index(each[0][0]), each[0][1]))
    for (scope, key), change in ordered:
        tx.execute(_CHANGE, {"at_scope": scope, "at_key": key} | change)


def _held(row: Found) -> Amounts:
    return Amounts(row.held_microdollars, row.held_tokens, row.held_calls)


def _begin(tx: Connection, place: Place) -> None:
    """A new row, unless there is one already."""
    scope, key = place
    made = _INSERT[tx.dialect.name](spending).values(scope=scope, key=key, **_NOTHING)
    tx.execute(made.on_conflict_do_nothing())


def _at(place: Place) -> tuple[Any, ...]:
    """`Any`: conditions of SQLAlchemy."""
    return spending.c.scope == place[0], spending.c.key == place[1]


def write(tx: Connection, row: dict[str, object], most: Amounts) -> None:
    """The call itself; `row`: who makes it, with which model."""
    nothing = dict.fromkeys(
        ("microdollars", "tokens", "calls", "input_tokens", "cached_tokens", "output_tokens"), 0
    )
    held = {f"held_{kind}": getattr(most, kind) for kind in Kind}
    tx.execute(insert(reservation), row | nothing | held | {"state": State.HELD})
