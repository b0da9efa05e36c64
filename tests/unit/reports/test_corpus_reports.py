"""Reports on real filings: written from the files, and passing the check."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from errand.capabilities import documents, filings, financials, reports, risks
from errand.capabilities.reports.model import Verdict
from errand.capabilities.reports.reading import amounts
from errand.capability import Catalogue
from errand.testing import FolderContext

CATALOGUE = Catalogue(
    each
    for package in (documents, filings, financials, reports, risks)
    for each in package.CAPABILITIES
)  # fmt: skip
SECTIONS = ["Summary", "Key figures", "Red flags", "Key risks", "What this rests on", "Sources"]


def run(context: FolderContext, name: str, **given: object) -> Any:  # noqa: ANN401  # each has its own output
    known = CATALOGUE.get(name)
    return known.run(known.input_type.model_validate(given), context)


def analysed(context: FolderContext, paths: list[Path]) -> tuple[str, Verdict]:
    """The report's text and what the check says of it."""
    files = [context.attach(path) for path in paths]
    pages = [file for file in files if file.name.endswith(".html")]
    read = [run(context, "documents.read", file=page).document for page in pages]
    sections = run(context, "filing.sections", documents=read).sections
    facts = run(context, "filing.facts", files=files, documents=read).facts
    lines = run(context, "financials.statements", facts=facts).statements
    ratios = run(context, "financials.ratios", statements=lines).ratios
    flags = run(context, "financials.flags", statements=lines, ratios=ratios).flags
    ranked = run(context, "risks.rank", sections=sections, flags=flags).risks
    made = run(
        context,
        "financials.report",
        statements=lines,
        ratios=ratios,
        flags=flags,
        risks=ranked,
        sections=sections,
    )
    verdict = run(
        context, "result.check", report=made.report, claims=made.claims, documents=read, facts=facts,
        must_contain=SECTIONS,
    )  # fmt: skip
    return context.load(made.report).decode(), verdict


def values(text: str) -> set[Decimal]:
    return {amount.value for amount in amounts(text) if amount.unit}


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["aapl/aapl-10-k-2024-11-01.html"], {"391040000000", "383290000000", "2.02", "6.08"}),
        (["nflx/nflx-10-k-2025-01-27.html"], {"39000000000", "33720000000", "15.65", "19.83"}),
        (["unp/unp-10-k-2025-02-07.html"], {"24250000000", "24120000000", "0.543", "11.09"}),
        (["snow/companyfacts_CIK0001640147.json"], {"3630000000", "-1290000000", "29.21", "9030000000"}),
    ],
)
def test_a_real_filing_is_reported_and_passes(
    corpus: Path, tmp_path: Path, files: list[str], expected: set[str]
) -> None:
    text, verdict = analysed(FolderContext(tmp_path), [corpus / "D_financials" / name for name in files])
    assert verdict.faults == ()
    assert {Decimal(each) for each in expected} <= values(text)
    assert len(re.findall(r"^### \d\. ", text, flags=re.M)) in (0, 6)
