"""Installations on a database of the test's own, closed when it has ended; each test runs on both kinds."""

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from errand.domain.plan import Plan, Step
from errand.store.database import Database
from tests.installation import TestInstallation
from tests.integration.children import OF_CHILDREN, open_jobs
from tests.integration.sites import Open, Site
from tests.servers.services import PostgresServer

Make = Callable[..., TestInstallation]


@pytest.fixture(scope="session")
def tables_made(postgres: PostgresServer) -> str:
    """Url of a database on PostgreSQL with all tables, to be copied and not used."""
    url = postgres.new_database()
    with closing(Database(url)) as database:
        database.migrate()
    return url


@pytest.fixture(scope="session")
def new_url(postgres: PostgresServer, tables_made: str) -> Callable[[], str]:
    """Called, it gives the url of another database on PostgreSQL with all tables and nothing in them."""
    return lambda: postgres.new_database(like=tables_made)


@pytest.fixture
def migrated_url(new_url: Callable[[], str]) -> str:
    return new_url()


@pytest.fixture(params=["sqlite", "postgresql"])
def either_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of a database of either kind; it may lack the tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'errand.db'}"
    return str(request.getfixturevalue("migrated_url"))


@pytest.fixture
def make(tmp_path: Path, either_url: str) -> Iterator[Make]:
    made: list[TestInstallation] = []

    def build(*steps: object, **kept: object) -> TestInstallation:
        plan = kept.pop("plan", None) or Plan(tuple(steps))  # type: ignore[arg-type]  # steps of the test
        made.append(TestInstallation(tmp_path, plan, database_url=either_url, **kept))  # type: ignore[arg-type]  # as the test names them
        return made[-1]

    yield build
    for each in made:
        each.close()


@pytest.fixture
def site(make: Make, tmp_path: Path, either_url: str) -> Iterator[Open]:
    made: list[Site] = []

    def build(*steps: Step, **kept: object) -> Site:
        opened = partial(open_jobs, tmp_path, either_url, Plan(steps))
        made.append(Site(make(*steps, more=OF_CHILDREN), opened, **kept))
        return made[-1]

    yield build
    for each in made:
        each.runners.stop()
