"""A process to be killed: works on a folder until its task has ended. `python -m tests.e2e.victim FOLDER`.

The first start submits the task; every later one finds it and goes on.
"""

import random
import sys
import time
from pathlib import Path

from errand.capability import ArtifactRef, Context, capability
from errand.domain.plan import Plan, Reference
from errand.store import reading
from tests.installation import Number, Numbers, TestInstallation, step

WIDTH, DEPTH = 8, 5


@capability("test.work")
def work(given: Numbers, context: Context) -> Number:
    """Add one to a sum, slowly, and keep a file of it."""
    time.sleep(random.uniform(0, 0.04))
    total = sum(given.values) + 1
    context.save_model(ArtifactRef, f"{context.subtask}.json", Number(value=total))
    context.progress(f"added up to {total}")
    time.sleep(random.uniform(0, 0.04))
    return Number(value=total)


def lattice() -> Plan:
    """Layers of steps, each resting on two of the layer above; a last one adds up the last layer."""
    steps = []
    for layer in range(DEPTH):
        for n in range(WIDTH):
            above = [f"s{layer - 1}-{n}", f"s{layer - 1}-{(n + 1) % WIDTH}"] if layer else []
            values = [{"$from": f"{key}.value"} for key in above]
            steps.append(step(f"s{layer}-{n}", "test.work", values=values))
    last = [{"$from": f"s{DEPTH - 1}-{n}.value"} for n in range(WIDTH)]
    steps.append(step("end", "test.work", values=last))
    return Plan(tuple(steps), result=Reference.parse("end.value"))


def expected() -> int:
    value = 1
    for _ in range(DEPTH - 1):
        value = 2 * value + 1
    return WIDTH * value + 1


def main(folder: Path) -> None:
    installation = TestInstallation(folder, lattice(), more=[work], most_lost=1000)  # type: ignore[list-item]  # as Catalogue
    with installation.database.read() as tx:
        known = reading.task_views(tx, status=None, limit=1)
    task = known[0].id if known else installation.submit()
    installation.registry.presume_lost()
    installation.engine.let_leases_end()
    print("working", flush=True)  # noqa: T201  # the test waits for it
    with installation.working():
        installation.until(task, lambda view: view.status.ended)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
