"""What is recorded of the files of tasks: one row for each time that some of them were changed.

Rows are only added, so that two who change different files of a task at once need not know of each other.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from errand.domain import tree
from errand.domain.ids import TaskId
from errand.domain.task import Job
from errand.domain.tree import Changes, Tree
from errand.store.database import Database
from errand.store.tables import task, workspace_change


class WorkspaceRecord:
    """Lives as long as the process; used by any number of threads at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, task_id: TaskId) -> Tree:
        """As it is now."""
        found = (
            select(workspace_change.c.changes)
            .where(workspace_change.c.task == task_id)
            .order_by(workspace_change.c.version)
        )
        with self._database.at_once() as tx:
            rows = tx.execute(found).scalars().all()
        files: Tree = {}
        for each in rows:
            files = tree.changed(files, tree.read(each))
        return files

    def ended(self, tasks: Collection[TaskId], before: datetime) -> list[TaskId]:
        """Those of them that had ended by then."""
        if not tasks:
            return []
        found = select(task.c.id).where(task.c.id.in_(tasks), task.c.ended < before)
        with self._database.at_once() as tx:
            return [TaskId(each) for each in tx.execute(found).scalars()]


def insert_changes(connection: Connection, job: Job, changes: Changes, now: datetime) -> None:
    """In a transaction that has locked the task: the number of a version follows from the last one's."""
    if not changes:
        return
    of_task = workspace_change.c.task == job.address.task
    last = select(func.coalesce(func.max(workspace_change.c.version), 0)).where(of_task)
    row = {
        "task": job.address.task,
        "version": connection.execute(last).scalar_one() + 1,
        "subtask": job.address.key,
        "attempt": job.attempt,
        "changes": tree.written(changes),
        "time": now,
    }
    connection.execute(insert(workspace_change), row)
