"""The check of results: a good report passes, and each way of tampering with one is found."""

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from errand.capabilities.filings.model import FactSet, FactsRef
from errand.capabilities.reports.check import CheckInput, check
from errand.capabilities.reports.model import Claims, ClaimsRef, ReportRef, Verdict
from tests.unit.reports.invented_company import Made, make

SECTIONS = ["Summary", "Key figures", "Red flags", "Key risks", "Sources"]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return make(tmp_path)


def verdict(made: Made, markdown: str | None = None, **others: object) -> Verdict:
    report = made.report.report
    if markdown is not None:
        report = made.context.save(ReportRef, "report.md", markdown.encode(), "text/markdown")
    given = {
        "claims": made.report.claims,
        "documents": [made.document],
        "facts": made.facts,
        "must_contain": SECTIONS,
    }
    return check.run(CheckInput.model_validate({"report": report, **given, **others}), made.context)


def test_a_true_report_passes(made: Made) -> None:
    assert verdict(made).faults == ()
    assert verdict(made).passed


def test_a_report_from_numbers_alone_passes(tmp_path: Path) -> None:
    bare = make(tmp_path, with_filing=False)
    assert verdict(bare, documents=[]).faults == ()


def test_a_report_in_another_currency_passes(tmp_path: Path) -> None:
    assert verdict(make(tmp_path, currency="CHF")).faults == ()


TAMPERED: dict[str, tuple[Callable[[str], str], str]] = {
    "a figure is changed": (lambda t: t.replace("$412.30 million", "$421.30 million", 1), "$421.30 million"),
    "a figure in a table is changed": (
        lambda t: t.replace("| $240.00 million", "| $140.00 million"),
        "$140.00 million",
    ),
    "two rows change places": (
        lambda t: t.replace("| Total assets | $520", "| Total equity | $520"),
        "beside Total equity",
    ),
    "the mark leads elsewhere": (
        lambda t: re.sub(r"(\$9.12 million) \[\d+\]", r"\1 [1]", t),
        "another figure",
    ),
    "a loss becomes a profit": (
        lambda t: t.replace("net loss of $7.45", "net income of $7.45"),
        "$7.45 million",
    ),
    "a minus is dropped": (lambda t: t.replace("-$7.45 million", "$7.45 million"), "$7.45 million"),
    "a percentage is invented": (
        lambda t: t.replace("## Key risks", "Margins reached 41.3 %.\n\n## Key risks"),
        "41.3 %",
    ),
    "a scale is changed": (lambda t: t.replace("In millions of USD", "In billions of USD"), "has no source"),
    "a quotation is reworded": (
        lambda t: t.replace("ran two of our five mills", "ran three of our five mills"),
        "quotation",
    ),
    "a quotation is invented": (
        lambda t: t.replace(
            "## Sources", "“Everything will be much better next year, we are sure.”\n\n## Sources"
        ),
        "Everything will be much better",
    ),
    "a section is missing": (lambda t: t.replace("## Key risks", "## Other things"), "Key risks is missing"),
    "a section is empty": (
        lambda t: re.sub(r"(## Red flags from the numbers\n).*?(?=## Key risks)", r"\1\n", t, flags=re.S),
        "Red flags is empty",
    ),
    "a placeholder is left": (lambda t: t.replace("## Trends", "## Trends\n\nTODO: write this."), "TODO"),
    "a missing value is shown": (lambda t: t.replace("| 388.10 |", "| nan |"), "nan"),
    "a heading holds a figure": (lambda t: t.replace("## Trends", "## Trends: revenue up 77 %"), "77 %"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_tampered_report_does_not_pass(made: Made, name: str) -> None:
    tamper, told = TAMPERED[name]
    assert tamper(made.markdown) != made.markdown
    found = verdict(made, tamper(made.markdown))
    assert not found.passed
    assert told in "\n".join(found.faults)


def test_all_faults_are_told_at_once(made: Made) -> None:
    text = made.markdown.replace("$412.30 million", "$421.30 million").replace("## Key risks", "## Other")
    assert len(verdict(made, text).faults) >= 2


def test_a_claim_that_differs_from_the_fact_is_found(made: Made) -> None:
    facts = made.context.load_model(made.facts, FactSet)
    first = facts.facts[0].model_copy(update={"value": Decimal(400_000_000)})
    other = made.context.save_model(
        FactsRef, "f.json", facts.model_copy(update={"facts": (first, *facts.facts[1:])})
    )
    assert "not what its source reports" in "\n".join(verdict(made, facts=other).faults)


@pytest.mark.parametrize(
    ("about", "update", "told"),
    [
        ("Free cash flow, FY2025", {"formula": "-27,900 = 21,000 - 49,900, USD thousands"}, "comes to"),
        (
            "Free cash flow, FY2025",
            {"formula": "-27,900 = 31,000 - 58,900, USD thousands"},
            "none of its sources",
        ),
        ("Free cash flow, FY2025", {"formula": "see above"}, "can not be computed"),
        ("Total assets, FY2025", {"value": "620000000"}, "half a percent"),
        ("Total assets, FY2025", {"value": "many"}, "not a number"),
    ],
)
def test_a_tampered_claim_is_found(made: Made, about: str, update: dict[str, str], told: str) -> None:
    claims = made.context.load_model(made.report.claims, Claims).claims
    changed = [claim.model_copy(update=update) if claim.about == about else claim for claim in claims]
    ref = made.context.save_model(ClaimsRef, "c.json", Claims(claims=tuple(changed)))
    assert told in "\n".join(verdict(made, claims=ref).faults)


def test_a_passage_that_stands_elsewhere_than_it_says_is_found(made: Made) -> None:
    claims = made.context.load_model(made.report.claims, Claims).claims
    moved = [
        claim.model_copy(update={"sources": (claim.sources[0].model_copy(update={"start": 3, "end": 40}),)})
        if claim.value is None
        else claim
        for claim in claims
    ]
    ref = made.context.save_model(ClaimsRef, "c.json", Claims(claims=tuple(moved)))
    assert "does not stand at the place" in "\n".join(verdict(made, claims=ref).faults)


def test_without_claims_no_figure_is_believed(made: Made) -> None:
    assert not verdict(made, claims=None).passed
