"""Installations on a folder of the test's own, closed when it has ended."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from errand.domain.plan import Plan
from tests.installation import TestInstallation

Make = Callable[..., TestInstallation]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: list[TestInstallation] = []

    def build(*steps: object, **kept: object) -> TestInstallation:
        plan = kept.pop("plan", None) or Plan(tuple(steps))  # type: ignore[arg-type]  # steps of the test
        made.append(TestInstallation(tmp_path, plan, **kept))  # type: ignore[arg-type]  # as the test names them
        return made[-1]

    yield build
    for each in made:
        each.close()
