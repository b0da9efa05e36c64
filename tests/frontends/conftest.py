"""Fixtures for tests of the command line; also used by the integration tests."""

from pathlib import Path

import pytest

from tests.frontends.typing_it import Typed


@pytest.fixture
def errand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Types on a command line whose state and folder are this test's own."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("ERRAND_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ERRAND_HEALTH_PORT", "0")
    return Typed(folder, capsys)
