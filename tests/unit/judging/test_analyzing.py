"""Findings by criteria, and reasoning with its steps: nothing is said that was not looked up."""

from pathlib import Path

import pytest

from errand.capabilities.reports.check import CheckInput, check
from errand.capabilities.reports.drafting import draft_capability
from errand.capabilities.text.analyzing import AnalyzeOutput, analyze_capability
from errand.capabilities.text.model import Findings, Weight
from errand.capabilities.text.reasoning import reason_capability
from errand.capabilities.work import work_capability
from errand.capability import ArtifactRef
from errand.domain.json import JsonObject
from errand.model import Prompt, Reply, Said, ToolResult
from errand.models.scripted import calling
from tests.unit.judging.desk import Desk, handing_in

PRICE: JsonObject = {
    "about": "price",
    "statement": "Brightwater asks $12,400.",
    "weight": "medium",
    "passages": [{"document": "offers.md", "quote": "Brightwater asks $12,400 for the pump"}],
}
WARRANTY: JsonObject = {
    "about": "warranty",
    "statement": "Stoneford gives 36 months.",
    "weight": "high",
    "passages": [{"document": "offers.md", "quote": "The warranty is 36 months, parts and labour."}],
}
COST: JsonObject = {**PRICE, "about": "cost"}
DEARER: JsonObject = {**PRICE, "statement": "It asks $12,900."}
NOWHERE: JsonObject = {**WARRANTY, "passages": [{"document": "x", "quote": "Yes, 36 months."}]}
COMPLETE: JsonObject = {"findings": [PRICE, WARRANTY], "not_found": ["energy use: offers.md"]}
CRITERIA = ["price", "warranty", "energy use"]


def analyzed(desk: Desk) -> AnalyzeOutput:
    known = analyze_capability(desk.agents, desk.models)
    return desk.run(known, documents=[desk.document()], criteria=CRITERIA)


def test_findings_come_by_weight_with_their_passages(tmp_path: Path) -> None:
    desk = Desk(tmp_path, handing_in(COMPLETE))
    output = analyzed(desk)
    findings = desk.context.load_model(output.findings, Findings).findings

    assert [each.weight for each in findings] == [Weight.HIGH, Weight.MEDIUM]
    assert findings[0].quotations[0].source.where == "Offer of Stoneford"
    assert output.not_found == ["energy use: offers.md"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"findings": [PRICE, WARRANTY]}, "Nothing is said about “energy use”"),
        ({**COMPLETE, "findings": [COST, WARRANTY]}, "'cost' is none of the criteria"),
        (
            {**COMPLETE, "findings": [{**PRICE, "statement": "It asks $12,900."}, WARRANTY]},
            "The number $12,900",
        ),
        ({**COMPLETE, "findings": [PRICE, NOWHERE]}, "no document called 'x'"),
    ],
)
def test_what_is_wrong_with_findings_is_told_back(tmp_path: Path, wrong: JsonObject, said: str) -> None:
    desk = Desk(tmp_path, handing_in(wrong, COMPLETE))
    analyzed(desk)

    assert said in desk.told()


def test_a_draft_is_given_the_findings(tmp_path: Path) -> None:
    findings = analyzed(Desk(tmp_path, handing_in(COMPLETE))).findings
    desk = Desk(tmp_path, handing_in({"markdown": "Nothing to report.", "sources": []}))
    desk.run(draft_capability(desk.agents, desk.models), instructions="Compare.", findings=[findings])
    said = next(each.text for each in desk.models.prompts[0].messages if isinstance(each, Said))

    assert "warranty:\n- [high] Stoneford gives 36 months." in said
    assert "Not found: energy use: offers.md" in said


def test_reasoning_shows_steps_assumptions_and_what_would_change_it(tmp_path: Path) -> None:
    source: JsonObject = {
        "n": 1,
        "document": "offers.md",
        "quote": "Stoneford asks $14,900 for the pump, delivered in two weeks.",
    }
    reasoning: JsonObject = {
        "conclusion": "Stoneford, since only it delivers in time [1].",
        "markdown": "1. It delivers in two weeks for $14,900 [1].",
        "sources": [source],
        "assumptions": ["The mill can not wait."],
        "would_change": ["A stand-in pump."],
    }
    desk = Desk(tmp_path, handing_in(reasoning))
    known = reason_capability(desk.agents, desk.models)
    output = desk.run(known, question="Which offer is better?", documents=[desk.document()])
    page = desk.context.load(output.report).decode()
    given = CheckInput(report=output.report, claims=output.claims, documents=[desk.document()])

    assert check.run(given, desk.context).faults == ()
    assert [line for line in page.split("\n") if line.startswith("## ")] == [
        "## Conclusion", "## Steps", "## Assumptions", "## What would change it", "## Sources",
    ]  # fmt: skip


WRITE: JsonObject = {"path": "prices.csv", "text": "offer,price\nBrightwater,12400\n"}
WORKED: JsonObject = {
    "markdown": "The price is 12,400 [1].",
    "sources": [{"n": 1, "document": "prices.csv", "quote": "Brightwater | 12400"}],
    "files": ["prices.csv"],
    "made": ["prices.csv"],
}


def working(prompt: Prompt) -> Reply:
    steps: list[tuple[str, JsonObject]] = [
        ("files_write", WRITE),
        ("files_keep", {"path": "prices.csv"}),
        ("hand_in", WORKED),
    ]
    return calling(steps[sum(isinstance(each, ToolResult) for each in prompt.messages)])


def test_work_hands_over_files_and_may_quote_them(tmp_path: Path) -> None:
    desk = Desk(tmp_path, working)
    known = work_capability(desk.agents, desk.models)
    output = desk.run(known, instructions="Make a table of the prices.", documents=[desk.document()])
    given = CheckInput(report=output.report, claims=output.claims, documents=output.documents)

    assert [each.name for each in output.files] == ["prices.csv"]
    assert check.run(given, desk.context).faults == ()


def test_work_has_only_the_tools_that_are_named(tmp_path: Path) -> None:
    desk = Desk(tmp_path, handing_in({"markdown": "Done.", "sources": []}))
    given = desk.context.save(ArtifactRef, "a.txt", b"text", "text/plain")
    known = work_capability(desk.agents, desk.models)
    desk.run(known, instructions="Look.", files=[given], tools=["files.read", "text.find"])

    assert {each.name for each in desk.models.prompts[0].tools} >= {"files_read", "text_find"}
    assert "files_write" not in {each.name for each in desk.models.prompts[0].tools}
    assert (desk.context.workspace / "a.txt").read_text() == "text"
