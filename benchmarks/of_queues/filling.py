"""A store filled with finished tasks: copies of one that was really run, whatever its rows hold."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from errand.domain.ids import TaskId, new_reservation_id, new_task_id
from errand.store.database import Database
from errand.store.reserving import day_of
from errand.store.tables import metadata, reservation, spending, task

BATCH = 500
"""Tasks in one transaction."""
Row = Mapping[str, Any]


def copy(database: Database, original: TaskId, count: int) -> None:
    """Each copy a minute older than the one before: 1,440 a day."""
    with database.read() as tx:
        rows = {table: _of_task(tx, table, original) for table in metadata.sorted_tables}
    for first in range(1, count + 1, BATCH):
        ids = {number: new_task_id() for number in range(first, min(first + BATCH, count + 1))}
        with database.write() as tx:
            for table, originals in rows.items():
                copies = [_copied(row, table, ids[n], timedelta(minutes=n)) for n in ids for row in originals]
                if copies:
                    tx.execute(insert(table), copies)


def _of_task(tx: Connection, table: Table, original: TaskId) -> Sequence[Row]:
    if table is task:
        mine = task.c.id == original
    elif table is spending:
        mine = (spending.c.scope == "task") & (spending.c.key == original)
    elif "task" in table.c:
        mine = table.c.task == original
    else:
        return ()
    return [dict(row) for row in tx.execute(select(table).where(mine)).mappings()]


def _copied(row: Row, table: Table, new: TaskId, older: timedelta) -> Row:
    copied = {name: value - older if isinstance(value, datetime) else value for name, value in row.items()}
    if table is task:
        return copied | {"id": new}
    if table is spending:
        return copied | {"key": new}
    copied["task"] = new
    if table is reservation:
        copied["day"] = day_of(copied["time"])
    return copied | ({"id": new_reservation_id()} if "id" in copied else {})
