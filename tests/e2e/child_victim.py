"""A worker with children, to be killed: `python -m tests.e2e.child_victim FOLDER CAPABILITY TEXT`.

The first start submits a task with one step, which is given the text; every later one goes on with it.
"""

import sys
from functools import partial
from pathlib import Path

from errand.child import Upbringing
from errand.domain.plan import Plan
from errand.runners import Runners
from errand.store import reading
from tests.installation import TestInstallation, step
from tests.integration.children import OF_CHILDREN, open_jobs


def main(folder: Path, capability: str, text: str) -> None:
    plan = Plan((step("one", capability, text=text),))
    url = f"sqlite:///{folder / 'errand.db'}"
    installation = TestInstallation(folder, plan, more=OF_CHILDREN, database_url=url)
    with installation.database.read() as tx:
        known = reading.task_views(tx, status=None, limit=1)
    task = known[0].id if known else installation.submit()
    installation.registry.presume_lost()
    installation.engine.let_leases_end()
    runners = Runners(installation.jobs(), Upbringing(partial(open_jobs, folder, url, plan)))
    with installation.working(runners):
        installation.until(task, lambda view: view.status.ended)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
