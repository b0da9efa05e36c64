"""Logs never stop the work that they tell of."""

import os
import sys

import pytest

from errand.observability.logs import configure, logger


def test_lines_go_to_standard_error_as_it_is_at_the_moment(capsys: pytest.CaptureFixture[str]) -> None:
    configure("warning", as_json=True)
    logger("test").warning("said", what=1)
    logger("test").info("not said")
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert '"event": "said"' in lines[0]


def test_nobody_reading_them_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", buffering=1) as closed:
        monkeypatch.setattr(sys, "stderr", closed)
        configure("warning", as_json=True)
        logger("test").warning("said")
        monkeypatch.undo()
        os.dup2(os.open(os.devnull, os.O_WRONLY), writing)
    monkeypatch.setattr(sys, "stderr", closed)
    logger("test").warning("said to a closed file")
