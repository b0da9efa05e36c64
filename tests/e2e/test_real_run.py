"""What others rely on, seen through real processes on the shipped example: exit status, JSON, the folder."""

import os
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.e2e.real import EXAMPLE, TASK, Errand, Ran

RECORD = {"format", "id", "request", "status", "plan", "result", "artifacts", "sources", "events"}
SUBTASK = {"capability", "status", "attempts", "worker", "start", "end", "inputs", "needs"}


@pytest.fixture
def errand(tmp_path: Path) -> Errand:
    return Errand(tmp_path / "here", tmp_path / "home")


def refused(ran: Ran) -> bool:
    """One sentence, on standard error alone."""
    return (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1) and ran.err.startswith("errand: ")


def test_the_example_succeeds_and_its_folder_is_complete(errand: Errand) -> None:
    ran = errand("run", TASK, "--attach", EXAMPLE, "--out", "result", "--json")

    record, result = ran.json(), errand.folder / "result"
    page = (result / "result.md").read_text(encoding="utf-8")
    leads = [unquote(each) for each in re.findall(r"(?<!\\)\]\((?!https?:|#)<?([^)>]+)", page)]
    assert (ran.status, record["status"], record["missing"]) == (0, "succeeded", [])
    assert record.keys() >= RECORD
    assert all(each.keys() >= SUBTASK for each in record["plan"]["subtasks"])
    assert (result / "task.json").read_text(encoding="utf-8") == ran.out
    assert leads
    assert [each for each in leads if not (result / each).is_file()] == []
    assert {path.suffix for path in (result / "artifacts").iterdir()} >= {".md", ".html", ".pdf", ".docx"}


def test_a_run_that_fails_tells_it_in_json_too(errand: Errand) -> None:
    errand.folder.mkdir()
    (errand.folder / "memo.txt").write_text("Nothing was sold, and nobody said what that cost.\n" * 9)

    ran = errand("run", TASK, "--attach", "memo.txt", "--json")

    assert (ran.status, ran.json()["status"], ran.json()["fault"]) == (2, "failed", "input")
    assert "No financial figures were found in memo.txt" in ran.err


def test_a_run_that_is_cut_short_is_partial_in_json_too(errand: Errand) -> None:
    ran = errand("run", TASK, "--attach", EXAMPLE, "--json", "--timeout", "0.2")

    assert (ran.status, ran.json()["status"]) == (4, "partial")
    assert str(ran.json()["missing"][0]).startswith("This task may take 0.2 seconds, which are over")


def test_a_run_that_waits_for_a_person_says_so_in_json_too(
    errand: Errand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ERRAND_PLAN_THRESHOLD", "1")
    ran = errand("run", "Extract the text of the attached page", "--attach", EXAMPLE, "--json")

    assert (ran.status, ran.json()["status"]) == (3, "waiting")
    assert f"errand answer {ran.json()['questions'][0]['id']}" in ran.err


def test_an_error_page_in_place_of_a_filing_is_refused_before_anything_is_stored(errand: Errand) -> None:
    errand("tasks")
    page = errand.folder / "10-K.html"
    page.write_text("<html><title>404 Not Found</title><body><h1>Not Found</h1></body></html>")

    assert refused(errand("run", TASK, "--attach", "10-K.html"))
    assert errand("tasks", "--json").json() == []
    assert errand.stored() == []
    assert not (errand.folder / "errand-out").exists()


def test_an_attachment_beyond_the_limit_is_refused_by_its_size(errand: Errand) -> None:
    errand("tasks")
    with (errand.folder / "large.html").open("wb") as file:
        os.truncate(file.fileno(), 300_000_000)

    ran = errand("run", TASK, "--attach", "large.html")

    assert refused(ran)
    assert "large.html has 300.0 MB, more than the 200.0 MB" in ran.err
    assert errand.stored() == []
