"""Tables and calculations in millions, as reports of companies have them."""

from pathlib import Path

from errand.capabilities.financials.model import StatementsRef
from errand.capabilities.reports.check import CheckInput, check
from errand.capabilities.reports.drafting import draft_capability
from errand.domain.json import Json, JsonObject
from tests.unit.judging.desk import Desk, handing_in
from tests.unit.reports.invented_company import make, statements

REQUEST = "Could it sell for another 40 million dollars in a year?"
TEXT = """# Sales

| USD millions | FY2025 | FY2024 |
|---|---|---|
| Net sales [1] | 412.3 | 388.1 |

| | Before | After |
|---|---|---|
| Sales, $ million | 412.3 [1] | 452.3 [2] |

It asks for $40 million [3] more; twice the sum would be $904.6 million [4].
"""
GIVEN: JsonObject = {"n": 1, "figures": ["F1", "F2"]}
MORE: JsonObject = {"n": 2, "calculation": "$452.3 million = 412.3 + 40", "of": [1, 3]}
ASKED: JsonObject = {"n": 3, "document": "the request", "quote": "another 40 million dollars in a year"}
TWICE: JsonObject = {"n": 4, "calculation": "$904.6 million = 452.3 × 2", "of": [2]}


def faults(folder: Path, text: str, *sources: JsonObject) -> tuple[str, ...]:
    """What `result.check` says of a draft that was accepted at once."""
    return drafted(folder, text, *sources)[0]


def drafted(folder: Path, text: str, *sources: JsonObject) -> tuple[tuple[str, ...], str]:
    """The faults, and the report."""
    company = make(folder)
    marked: list[Json] = list(sources)
    desk = Desk(folder, handing_in({"markdown": text, "sources": marked}))
    figures = desk.context.save_model(StatementsRef, "statements.json", statements("USD"))
    output = desk.run(
        draft_capability(desk.agents, desk.models),
        documents=[company.document],
        statements=figures,
        instructions="Answer.",
        request=REQUEST,
    )
    assert len(desk.models.prompts) == 1
    given = CheckInput(
        report=output.report,
        claims=output.claims,
        documents=[company.document],
        facts=company.facts,
        request=REQUEST,
    )
    return check.run(given, desk.context).faults, desk.context.load(output.report).decode()


def test_tables_and_calculations_may_be_in_millions(tmp_path: Path) -> None:
    assert faults(tmp_path, TEXT, GIVEN, MORE, ASKED, TWICE) == ()


def test_sources_of_figures_are_listed_by_row_with_how_they_were_computed(tmp_path: Path) -> None:
    made = statements("USD")
    free = f"F{sum(len(line.figures) for line in made.lines) - 2}"
    text = "Sales were $412.3 million [1], and free cash flow -$27.9 million [2]."
    report = drafted(tmp_path, text, GIVEN, {"n": 2, "figures": [free]})[1]

    assert "- [1] Net sales: FY2025 412,300,000 USD, FY2024 388,100,000 USD (" in report
    assert "- [2] Free cash flow: FY2025 -27,900,000 USD = 21,000 - 48,900, USD thousands (" in report


def test_a_ratio_may_be_computed_from_computed_millions_of_the_same_sources(tmp_path: Path) -> None:
    text = "It could be $452.3 million [2], 1.1 times [4] as much, with $40 million [3] more than [1]."
    ratio: JsonObject = {"n": 4, "calculation": "1.1 x = 452.3 / 412.3", "of": [1, 2]}

    assert faults(tmp_path, text, GIVEN, MORE, ASKED, ratio) == ()


def test_a_calculation_may_rest_on_one_with_a_higher_number(tmp_path: Path) -> None:
    text = "Twice the sum would be $904.6 million [2], the sum $452.3 million [4], with $40 million [3] more."

    assert faults(tmp_path, text, GIVEN | {"n": 1}, TWICE | {"n": 2, "of": [4]}, ASKED, MORE | {"n": 4}) == ()
