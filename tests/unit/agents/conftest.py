"""Every test begins with no tool called."""

from collections.abc import Callable
from pathlib import Path

import pytest

from errand.model import Prompt, Reply
from tests.unit.agents import desk
from tests.unit.agents.desk import Desk, in_order

Sit = Callable[..., Desk]


@pytest.fixture
def sit(tmp_path: Path) -> Sit:
    """A desk whose model gives these replies in order, or what a function says."""
    desk.calls.clear()

    def at(*replies: Reply, script: Callable[[Prompt], Reply] | None = None, **more: object) -> Desk:
        return Desk(tmp_path, script or in_order(*replies), **more)  # type: ignore[arg-type]  # as the test names them

    return at
