"""What a process that carries out jobs for a worker is built from."""

from collections.abc import Iterator
from contextlib import contextmanager

from errand.config import Settings
from errand.container.parts import AbilitiesType, Parts, opened_database, opened_queue, utc_now
from errand.dispatch import Dispatcher
from errand.jobs import Jobs
from errand.observability.logs import configure
from errand.store.home import Home


@contextmanager
def open_child(settings: Settings, abilities: AbilitiesType) -> Iterator[Jobs]:
    """Keeps `errand.child.OpenJobs`. Nothing is sent from here, and nothing settled."""
    configure(settings.log_level, as_json=settings.log_json)
    database = opened_database(settings)
    parts = Parts(settings, utc_now, Home(settings.home), database, abilities)
    try:
        yield parts.jobs(parts.engine(Dispatcher(database, opened_queue(settings), utc_now), most_lost=1))
    finally:
        parts.close()
