"""A subtask that takes its workers down is told from one whose workers are killed by somebody."""

from datetime import timedelta

from errand.domain.ids import SubtaskAddress, TaskId, WorkerId
from errand.domain.task import Fault, SubtaskStatus, SubtaskView
from errand.domain.worker import WorkerState, WorkerView
from tests.installation import TestInstallation, address, step
from tests.integration.conftest import Make

LEASE = timedelta(seconds=30)


def installed(make: Make) -> tuple[TestInstallation, TaskId]:
    """With a task that has not begun."""
    installation = make(step("one", "test.give"), lease=LEASE)
    return installation, installation.submit()


def worker(installation: TestInstallation, name: str) -> WorkerId:
    """One that was just heard of."""
    now, known = installation.clock(), WorkerId(name)
    view = WorkerView(
        known, "host", 1, "1", "", offers={}, slots=1, state=WorkerState.BUSY, doing=(), load=0.0,
        failure="", failed_at=None, started=now, heartbeat=now,
    )  # fmt: skip
    installation.registry.register(view)
    return known


def dies(installation: TestInstallation, name: str, *running: SubtaskAddress) -> None:
    """A new worker that dies while it runs these: it is not heard of any more, and its leases end."""
    known = worker(installation, name)
    claimed = [installation.engine.claim(each, known) for each in running]
    assert None not in claimed
    after(installation, LEASE + timedelta(seconds=1))


def after(installation: TestInstallation, by: timedelta) -> None:
    installation.clock.ahead += by
    installation.registry.presume_lost(LEASE)
    installation.engine.rescue()


def plan_of(installation: TestInstallation, task: TaskId) -> SubtaskView:
    return installation.subtask(task, "plan")


def test_a_subtask_that_takes_three_workers_down_is_a_dead_letter_that_names_them(make: Make) -> None:
    installation, task = installed(make)

    for name in ("anna", "ben", "carl"):
        dies(installation, name, address(task, "plan"))

    found = plan_of(installation, task)
    assert (found.status, found.fault) == (SubtaskStatus.DEAD, Fault.LOST)
    assert found.error == (
        "Its worker died 3 times in a row (anna, ben, carl): it may be the cause, and is not tried again."
    )


def test_workers_that_die_beside_it_at_the_same_time_speak_for_a_subtask(make: Make) -> None:
    installation, task = installed(make)

    for name in ("anna", "ben", "carl", "dora"):
        worker(installation, f"beside {name}")
        dies(installation, name, address(task, "plan"))

    found = plan_of(installation, task)
    assert (found.status, found.fault) == (SubtaskStatus.READY, Fault.SWEPT)
    assert found.error.startswith("The worker that ran it (dora) disappeared as others did at that time")
    assert installation.event_types(task, "plan").count("subtask.rescued") == 4


def test_jobs_that_others_lost_at_the_same_time_speak_for_a_subtask(make: Make) -> None:
    installation, task = installed(make)
    another = installation.submit()

    for number in range(4):
        installation.engine.claim(address(another, "plan"), worker(installation, f"beside {number}"))
        installation.clock.ahead += LEASE / 2
        installation.engine.claim(address(task, "plan"), worker(installation, f"its {number}"))
        installation.clock.ahead += LEASE
        installation.engine.rescue()
        installation.clock.ahead += LEASE
        installation.engine.rescue()

    states = {each.state for each in installation.registry.workers()}
    assert states == {WorkerState.BUSY}  # nobody has said yet that they are lost
    assert plan_of(installation, task).fault is Fault.SWEPT


def test_a_worker_that_died_long_before_says_nothing_for_a_subtask(make: Make) -> None:
    installation, task = installed(make)

    for name in ("anna", "ben", "carl"):
        dies(installation, f"before {name}")
        after(installation, timedelta(minutes=2))
        dies(installation, name, address(task, "plan"))

    assert plan_of(installation, task).status is SubtaskStatus.DEAD


def test_workers_that_it_took_down_itself_say_nothing_for_a_subtask(make: Make) -> None:
    installation, task = installed(make)

    dies(installation, "anna", address(task, "plan"))
    assert plan_of(installation, task).fault is Fault.LOST
    dies(installation, "ben", address(task, "plan"))

    assert plan_of(installation, task).fault is Fault.LOST


def test_attempts_swept_away_do_not_count_and_do_not_begin_the_row_anew(make: Make) -> None:
    installation, task = installed(make)

    dies(installation, "anna", address(task, "plan"))
    dies(installation, "ben", address(task, "plan"))
    worker(installation, "beside")
    dies(installation, "carl", address(task, "plan"))
    assert plan_of(installation, task).status is SubtaskStatus.READY
    after(installation, timedelta(minutes=5))
    dies(installation, "dora", address(task, "plan"))

    found = plan_of(installation, task)
    assert (found.status, found.fault) == (SubtaskStatus.DEAD, Fault.LOST)
    assert "3 times in a row (anna, ben, dora)" in found.error


def test_a_subtask_that_is_swept_away_for_ever_ends(make: Make) -> None:
    installation, task = installed(make)

    for number in range(20):
        worker(installation, f"beside {number}")
        dies(installation, f"its {number}", address(task, "plan"))

    assert plan_of(installation, task).status is SubtaskStatus.DEAD
