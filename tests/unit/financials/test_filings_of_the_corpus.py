"""Real filings, against figures that were taken from them independently of this code."""

import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from errand.capabilities.documents import CAPABILITIES as DOCUMENTS
from errand.capabilities.documents.model import Document, DocumentRef
from errand.capabilities.filings.facts import FactsInput, facts
from errand.capabilities.filings.merge import merge
from errand.capabilities.filings.model import FactSet
from errand.capabilities.filings.tables import read_tables
from errand.capabilities.financials.flags import find_flags
from errand.capabilities.financials.model import FlagSet, RatioSet, Statements
from errand.capabilities.financials.ratios import build_ratios
from errand.capabilities.financials.statements import build_statements
from errand.testing import FolderContext
from tests.unit.financials.by_hand import figures_of, values_of

pytestmark = pytest.mark.corpus

FILINGS = ("D-dev-aapl", "D-dev-nflx", "D-dev-unp")
RATIOS = {
    "revenue_growth_pct": "revenue_growth",
    "net_margin_pct": "net_margin",
    "operating_margin_pct": "operating_margin",
    "current_ratio": "current_ratio",
    "liabilities_to_equity": "liabilities_to_equity",
}


@dataclass(frozen=True)
class Analysis:
    facts: FactSet
    statements: Statements
    ratios: RatioSet
    flags: FlagSet
    truth: dict[str, Any]
    """As the manifest has it."""


@pytest.fixture(scope="module")
def analyses(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Analysis]:
    tasks = json.loads((corpus / "manifest.json").read_text())["tasks"]
    wanted = [task for task in tasks if task["id"] in (*FILINGS, "D-dev-snow-facts")]
    return {task["id"]: _analyse(corpus, task, tmp_path_factory.mktemp(task["id"])) for task in wanted}


def _analyse(corpus: Path, task: dict[str, Any], folder: Path) -> Analysis:
    context = FolderContext(folder)
    attached = [context.attach(corpus / file["path"]) for file in task["files"] if file["role"] == "input"]
    found = context.load_model(facts.run(FactsInput(files=attached), context).facts, FactSet)
    made = build_statements(found)
    ratios = build_ratios(made)
    return Analysis(found, made, ratios, find_flags(made, ratios), task["ground_truth"])


@pytest.mark.parametrize("task", FILINGS)
@pytest.mark.parametrize(("age", "year"), [(0, "current"), (1, "prior")])
def test_each_line_is_what_the_filing_reports(
    analyses: dict[str, Analysis], task: str, age: int, year: str
) -> None:
    made, truth = analyses[task].statements, analyses[task].truth[year]
    period = made.periods[age]
    ours = {item: values_of(made, item).get(period.label) for item in truth if item != "long_term_debt"}

    assert str(period.end) == analyses[task].truth[f"{year}_period_end"]
    assert ours == {
        item: Decimal(str(value)).quantize(Decimal("0.01")) for item, value in truth.items() if item in ours
    }


@pytest.mark.parametrize("task", FILINGS)
def test_ratios_agree_to_a_hundredth_of_a_percent(analyses: dict[str, Analysis], task: str) -> None:
    newest = analyses[task].statements.periods[0].label
    truth = analyses[task].truth["ratios"]
    ours = {name: figures_of(analyses[task].ratios, ratio)[newest].value for name, ratio in RATIOS.items()}

    assert {name: float(value) for name, value in ours.items()} == pytest.approx(
        {name: truth[name] for name in RATIOS}, rel=1e-4
    )
    assert values_of(analyses[task].statements, "free_cash_flow")[newest] == Decimal(truth["free_cash_flow"])


def test_debt_is_one_of_the_filings_own_figures(analyses: dict[str, Analysis]) -> None:
    debt = {task: analyses[task].statements.line("long_term_debt") for task in FILINGS}
    total = {task: analyses[task].statements.line("total_debt") for task in FILINGS}

    assert [line.figures[0].value for line in debt.values() if line] == [
        85_750_000_000, 13_798_351_000, 29_767_000_000,
    ]  # fmt: skip
    assert [line.figures[0].value for line in total.values() if line] == [
        106_629_000_000, 15_582_804_000, 31_192_000_000,
    ]  # fmt: skip


def test_every_figure_has_a_source_that_is_among_the_facts(analyses: dict[str, Analysis]) -> None:
    for analysis in analyses.values():
        known = {fact.source for fact in analysis.facts.facts}
        used = {s for line in analysis.statements.lines for figure in line.figures for s in figure.sources}

        assert used <= known


def test_an_older_instance_beside_the_filing_is_history(analyses: dict[str, Analysis]) -> None:
    made = analyses["D-dev-nflx"].statements

    assert [period.label for period in made.periods] == ["FY2024", "FY2023", "FY2022", "FY2021"]
    assert values_of(made, "revenue")["FY2021"] == 29_697_844_000


def test_newer_figures_beside_the_filing_do_not_displace_it(analyses: dict[str, Analysis]) -> None:
    made = analyses["D-dev-aapl"].statements

    assert made.periods[0].label == "FY2024"
    assert sum("newer than aapl-10-k" in remark for remark in made.remarks) == 2


def test_facts_alone_tell_the_whole_series(analyses: dict[str, Analysis]) -> None:
    made, series = analyses["D-dev-snow-facts"].statements, analyses["D-dev-snow-facts"].truth["series"]
    ends = {period.label: str(period.end) for period in made.periods}
    ours = {item: {ends[label]: int(v) for label, v in values_of(made, item).items()} for item in series}

    assert {item: {end: row[end] for end in series[item]} for item, row in ours.items()} == series


def test_losses_that_grow_with_revenue_and_equity_that_melts_are_found(analyses: dict[str, Analysis]) -> None:
    titles = {flag.rule: flag.title for flag in analyses["D-dev-snow-facts"].flags.flags}

    assert {"growing-loss", "recurring-losses", "liabilities-jump", "leverage-rising"} <= titles.keys()
    assert titles["equity-shrinking"] == (
        "Shareholders’ equity fell by 42.09 %, from $5.18 billion to $3.00 billion"
    )


@pytest.mark.parametrize("task", FILINGS)
def test_printed_statements_alone_tell_the_same(
    corpus: Path, analyses: dict[str, Analysis], task: str, tmp_path: Path
) -> None:
    """The same filings as if they held no XBRL."""
    page = analyses[task].facts.facts[0].source.document
    context = FolderContext(tmp_path)
    reader = next(each for each in DOCUMENTS if each.name == "documents.read")
    attached = context.attach(next(corpus.rglob(page)), "text/html")
    read = reader.run(reader.input_type.model_validate({"file": attached.model_dump()}), context)
    document = context.load_model(DocumentRef.model_validate(read.model_dump()["document"]), Document)

    made = build_statements(merge([read_tables(document)]))

    truth = {k: v for k, v in analyses[task].truth["current"].items() if k != "long_term_debt"}
    ours = {item: values_of(made, item)[made.periods[0].label] for item in truth}
    assert ours == {item: Decimal(str(value)).quantize(Decimal("0.01")) for item, value in truth.items()}
