"""The example that comes with Errand: its figures add up, and the playbook carries it through."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from xml.etree import ElementTree as ET

import pytest
from pydantic import BaseModel

from errand.capabilities.filings.model import FactSet, FactsRef, FilingSections, SectionsRef
from errand.capabilities.financials.model import FlagSet, FlagsRef, Statements, StatementsRef
from errand.capability import ArtifactRef
from errand.domain.artifact import Artifact
from errand.domain.json import JsonObject
from errand.domain.request import Request
from errand.domain.resolving import resolve
from errand.planning.playbooks import PlaybookPlanner, load_playbooks
from errand.testing import FolderContext
from tests.unit.planning.known import CATALOGUE, KNOWN

EXAMPLES = Path(__file__).parents[2] / "examples"
GIVEN = EXAMPLES / "financials" / "quillfeather"
REPORT, FACTS = GIVEN / "qfhx-20250630.htm", GIVEN / "companyfacts_CIK0009999123.json"
M = TypeVar("M", bound=BaseModel)
IX = "{http://www.xbrl.org/2013/inlineXBRL}"


@dataclass(frozen=True)
class Done:
    """What became of the task."""

    folder: Path
    outputs: dict[str, JsonObject]

    def stored(self, step: str, name: str, kind: type[ArtifactRef], model: type[M]) -> M:
        return FolderContext(self.folder).load_model(kind.model_validate(self.outputs[step][name]), model)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """The playbook's steps, one after the other, without engine and store."""
    context = FolderContext(tmp_path_factory.mktemp("task"))
    attached = [context.attach(REPORT, "text/html"), context.attach(FACTS, "application/json")]
    request = Request(
        "Analyze this company's financials and summarize the key risks",
        tuple(Artifact(a.name, a.media_type, a.size, a.sha256, {}) for a in attached),
    )
    proposal = PlaybookPlanner(load_playbooks([], KNOWN)).propose(request, KNOWN)
    given: JsonObject = {"text": request.text, "attachments": [a.model_dump() for a in attached]}
    outputs: dict[str, JsonObject] = {}
    for step in proposal.plan.steps:
        known = CATALOGUE.get(step.capability)
        inputs = known.input_type.model_validate(resolve(step.inputs, outputs, given))
        outputs[step.key] = json.loads(known.run(inputs, context).model_dump_json())
    return Done(folder=context.folder, outputs=outputs)


def test_the_committed_files_are_what_their_generator_makes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-B", str(EXAMPLES / "generator" / "make.py"), str(tmp_path)], check=True)

    assert (tmp_path / REPORT.name).read_bytes() == REPORT.read_bytes()
    assert (tmp_path / FACTS.name).read_bytes() == FACTS.read_bytes()


def consolidated(concept: str, context: str) -> Iterator[int]:
    """Every value that the report marks so, in thousands."""
    for fact in ET.parse(REPORT).iter(f"{IX}nonFraction"):  # noqa: S314  # our own file
        if fact.get("name") == f"us-gaap:{concept}" and fact.get("contextRef") == context:
            yield int("".join(fact.itertext()).replace(",", "")) * (-1 if fact.get("sign") else 1)


def marked(concept: str, context: str) -> int:
    values = set(consolidated(concept, context))
    assert len(values) == 1
    return values.pop()


@pytest.mark.parametrize("year", [2024, 2025])
def test_assets_are_liabilities_and_equity(year: int) -> None:
    at = f"i{year}"

    assert marked("Assets", at) == marked("Liabilities", at) + marked("StockholdersEquity", at)
    assert marked("Assets", at) == marked("LiabilitiesAndStockholdersEquity", at)


def test_the_cash_flow_statement_ends_with_the_cash_of_the_balance_sheet() -> None:
    flows = ("Operating", "Investing", "Financing")
    moved = sum(marked(f"NetCashProvidedByUsedIn{each}Activities", "d2025") for each in flows)
    cash = "CashAndCashEquivalentsAtCarryingValue"

    assert marked(cash, "i2025") == marked(cash, "i2024") + moved


@pytest.mark.parametrize("year", [2023, 2024, 2025])
def test_the_income_statement_adds_up(year: int) -> None:
    at = f"d{year}"

    assert marked("GrossProfit", at) == marked("Revenues", at) - marked("CostOfRevenue", at)
    assert marked("OperatingIncomeLoss", at) == marked("GrossProfit", at) - marked("OperatingExpenses", at)


def test_the_playbook_carries_the_example_to_a_report_that_passes_its_check(done: Done) -> None:
    assert done.outputs["check"]["faults"] == []
    assert done.outputs["check"]["passed"] is True
    assert len(done.outputs["write"]["files"]) == 3  # type: ignore[arg-type]  # a list, in JSON


def test_its_report_is_found_to_be_a_10k_with_ten_risk_factors_in_three_groups(done: Done) -> None:
    sections = done.stored("sections", "sections", SectionsRef, FilingSections)

    assert sections.form == "10-K"
    assert {"1", "1A", "7", "8"} <= {section.item for section in sections.sections}
    assert len(sections.risk_factors) == 10
    assert len({risk.category for risk in sections.risk_factors}) == 3


def test_its_facts_are_the_consolidated_ones_in_whole_dollars(done: Done) -> None:
    facts = done.stored("facts", "facts", FactsRef, FactSet)
    statements = done.stored("statements", "statements", StatementsRef, Statements)
    revenue = statements.line("revenue")

    assert facts.company == "Quillfeather Hydraulics Corporation"
    assert revenue is not None
    assert [(figure.period, int(figure.value)) for figure in revenue.figures] == [
        ("FY2025", 812_344_000),
        ("FY2024", 741_906_000),
        ("FY2023", 668_215_000),
        ("FY2022", 612_480_000),
    ]


def test_its_story_raises_red_flags(done: Done) -> None:
    flags = done.stored("flags", "flags", FlagsRef, FlagSet)

    assert len(flags.flags) >= 8
    assert {"high"} <= {flag.severity.value for flag in flags.flags}
