"""A company that is only named: its annual report comes from EDGAR, here a server that answers like it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from errand.domain.json import Json
from tests.installation import LONG_ENOUGH
from tests.unit.edgar.served import Answer, Edgar, served, submissions

GIVEN = Path(__file__).parents[2] / "examples" / "financials" / "quillfeather"
REPORT, FACTS = "qfhx-20250630.htm", "companyfacts_CIK0009999123.json"
FILED = ("10-K", "0009999123-25-000017", REPORT, "2025-06-30")
TASK = "Analyze QFHX's financials and summarize the key risks"


@pytest.fixture
def edgar() -> Iterator[Edgar]:
    with served() as edgar:
        listed: Json = {"cik_str": 9999123, "ticker": "QFHX", "title": "QUILLFEATHER HYDRAULICS CORP"}
        edgar.plan_json("/files/company_tickers.json", {"0": listed})
        edgar.plan_json("/submissions/CIK0009999123.json", submissions("Quillfeather", FILED))
        edgar.plan(
            f"/Archives/edgar/data/9999123/000999912325000017/{REPORT}",
            Answer((GIVEN / REPORT).read_bytes()),
        )
        edgar.plan("/api/xbrl/companyfacts/CIK0009999123.json", Answer((GIVEN / FACTS).read_bytes()))
        yield edgar


def run(home: Path, url: str, agent: str) -> "subprocess.CompletedProcess[str]":
    asked = {"ERRAND_EDGAR_URL": url, "ERRAND_EDGAR_DATA_URL": url, "ERRAND_EDGAR_USER_AGENT": agent}
    return subprocess.run(
        [sys.executable, "-m", "errand", "run", TASK, "--out", str(home / "out"), "--json"],
        env={**os.environ, **asked, "ERRAND_HOME": str(home / "home")},
        capture_output=True,
        text=True,
        check=False,
        timeout=LONG_ENOUGH,
    )


def test_a_ticker_is_enough(edgar: Edgar, tmp_path: Path) -> None:
    ran = run(tmp_path, edgar.url, "Errand's tests errand@example.org")

    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["status"] == "succeeded"
    assert "$812.34 million" in (tmp_path / "out" / "result.md").read_text()
    assert {agent for _, agent in edgar.asked} == {"Errand's tests errand@example.org"}


def test_without_saying_who_asks_nothing_is_fetched(edgar: Edgar, tmp_path: Path) -> None:
    ran = run(tmp_path, edgar.url, "")

    assert ran.returncode == 2
    assert "ERRAND_EDGAR_USER_AGENT" in ran.stderr
    assert edgar.asked == []


def test_without_a_network_the_error_says_what_to_do(tmp_path: Path) -> None:
    ran = run(tmp_path, "http://127.0.0.1:9", "Errand's tests errand@example.org")

    assert ran.returncode == 2
    assert "attach the company's filing" in ran.stderr
