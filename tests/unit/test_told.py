"""What a child hears of its worker while it has a job, and after."""

from multiprocessing import Pipe

from errand.child import Told


def test_a_job_hears_that_it_is_lost() -> None:
    worker, child = Pipe()
    told = Told(child)
    assert not told.is_set()
    worker.send(None)
    assert told.is_set()
    assert not child.poll()


def test_who_asks_after_a_jobs_end_does_not_take_the_next_job() -> None:
    worker, child = Pipe()
    told = Told(child)
    told.over()
    worker.send("the next job")
    assert not told.is_set()
    assert child.recv() == "the next job"
