"""Real filings: every risk factor that people found in them, and nothing else."""

import json
import re
from pathlib import Path

import pytest

from errand.capabilities.documents.html import read_html
from errand.capabilities.filings.sections import take_apart

pytestmark = pytest.mark.corpus


def plain(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().lower()


@pytest.mark.parametrize("name", ["aapl", "nflx", "unp"])
def test_the_risk_factors_of_real_filings_are_found(corpus: Path, name: str) -> None:
    tasks = json.loads((corpus / "manifest.json").read_text(encoding="utf-8"))["tasks"]
    task = next(task for task in tasks if task["id"] == f"D-dev-{name}")
    path = next((corpus / "D_financials" / name).glob("*10-k*.html"))
    document = read_html(path.read_bytes(), path.name)
    taken = take_apart([document])

    known = {plain(heading) for heading in task["ground_truth"]["risk_headings"]}
    found = {plain(factor.heading) for factor in taken.risk_factors}
    assert len(known & found) >= 0.95 * len(known)
    assert len(known & found) >= 0.95 * len(found)
    assert taken.period_end is not None
    assert taken.period_end.isoformat() == task["ground_truth"]["current_period_end"]
    assert {"1", "1A", "7", "8", "9A", "15"} <= {section.item for section in taken.sections}
