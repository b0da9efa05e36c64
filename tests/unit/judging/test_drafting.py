"""Drafts: every mark is looked up, every figure traced, and the independent check agrees."""

from pathlib import Path

import pytest

from errand.capabilities.financials.model import Flag, FlagSet, FlagsRef, Severity, StatementsRef
from errand.capabilities.reports.check import CheckInput, check
from errand.capabilities.reports.drafting import DraftOutput, draft_capability
from errand.capabilities.reports.model import Claims, ReportRef
from errand.capability import ArtifactRef
from errand.domain.errors import AgentFailed
from errand.domain.json import JsonObject
from errand.model import Role, Said
from errand.models.scripted import calling
from errand.testing import FolderContext
from tests.unit.judging.desk import Desk, handing_in
from tests.unit.reports.invented_company import make, statements

BRIGHTWATER: JsonObject = {
    "n": 1,
    "document": "offers.md",
    "quote": "Brightwater asks $12,400 for the pump, delivered in six weeks.",
}
STONEFORD: JsonObject = {
    "n": 2,
    "document": "offers.md",
    "quote": "Stoneford asks $14,900 for the pump, delivered in two weeks.",
}
DEARER: JsonObject = {"n": 3, "calculation": "20.16 % = (14,900 - 12,400) / 12,400 × 100", "of": [1, 2]}
TEXT = """# Which pump to buy

Buy from Stoneford if the mill stands still; it is 20.2 % [3] dearer.

| Criterion | Brightwater | Stoneford |
|---|---|---|
| Price [1] [2] | $12,400 | $14,900 |
"""
GOOD: JsonObject = {"markdown": TEXT, "sources": [BRIGHTWATER, STONEFORD, DEARER]}


def draft(markdown: str, *sources: JsonObject) -> JsonObject:
    return {"markdown": markdown, "sources": list(sources)}


def drafted(desk: Desk, **more: object) -> DraftOutput:
    known = draft_capability(desk.agents, desk.models)
    given = {"documents": [desk.document()], "instructions": "Compare the offers and recommend one.", **more}
    return desk.run(known, **given)


def test_a_comparison_passes_the_check_of_somebody_else(tmp_path: Path) -> None:
    desk = Desk(tmp_path, handing_in(GOOD))
    output = drafted(desk)
    verdict = check.run(
        CheckInput(report=output.report, claims=output.claims, documents=[desk.document()]), desk.context
    )

    assert verdict.faults == ()
    assert "3 figures" in verdict.checked


def test_the_sources_are_listed_by_the_program(tmp_path: Path) -> None:
    desk = Desk(tmp_path, handing_in(GOOD))
    report = desk.context.load(drafted(desk).report).decode()
    _, sources = report.split("## Sources")

    assert "- [1] offers.md, Offer of Brightwater: “Brightwater asks $12,400 for the pump" in sources
    assert "- [3] computed: 20.16 % = (14,900 - 12,400) / 12,400 × 100" in sources


WORDED = """# Offers

| Criterion | Brightwater |
|---|---|
| Price | Within the budget: {price} [1] |
"""

WRONG = {
    "a figure that no source holds": (draft("It costs $12,500 [1].", BRIGHTWATER), "$12,500"),
    "a figure without any source": (draft("It costs $99.", BRIGHTWATER), "$99"),
    "a mark that leads to another figure": (
        draft("It costs $14,900 [1], or not [2].", BRIGHTWATER, STONEFORD),
        "its mark leads to another figure",
    ),
    "a calculation that does not come out": (
        draft(
            "20.2 % [3] [1] [2].", BRIGHTWATER, STONEFORD, {**DEARER, "calculation": "30 % = 2,500 / 12,400"}
        ),
        "comes to",
    ),
    "a calculation with a number from nowhere": (
        draft(
            "50.0 % [3] [1].", BRIGHTWATER, {"n": 3, "calculation": "50 % = 6,200 / 12,400 × 100", "of": [1]}
        ),
        "6,200",
    ),
    "a wrong figure among the words of a table": (
        draft(WORDED.format(price="$12,500"), BRIGHTWATER),
        "$12,500",
    ),
    "a wrong figure whose currency is a word": (
        draft("It costs 12,500 dollars, all told [1].", BRIGHTWATER),
        "12,500",
    ),
    "a mark without a source": (draft("So it is [4]."), "there is no source 4"),
    "a source without a mark": (draft("So it is.", BRIGHTWATER), "Source [1] is not used"),
    "a list of sources": (
        draft("So it is [1].\n\n## Sources\n", BRIGHTWATER),
        "Leave out the list of sources",
    ),
    "a quotation that was reworded": (
        draft("So it is [1].", {**BRIGHTWATER, "quote": "Brightwater wants $12,400 for the pump."}),
        "does not stand in offers.md",
    ),
    "a link from nowhere": (draft("See [here](https://evil.example/?q=1)."), "https://evil.example"),
    "a picture from nowhere": (draft("![x](https://evil.example/a.png)"), "no picture"),
    "a placeholder": (draft("Dear [insert name],"), "placeholder"),
    "a document that was not given": (
        draft("So it is [1].", {**BRIGHTWATER, "document": "other.md"}),
        "no document called 'other.md'",
    ),
}


def test_a_figure_among_the_words_of_a_table_is_traced(tmp_path: Path) -> None:
    desk = Desk(tmp_path, handing_in(draft(WORDED.format(price="12,400 dollars"), BRIGHTWATER)))
    claims = desk.context.load_model(drafted(desk).claims, Claims).claims

    assert [each.shown for each in claims if each.value] == ["12,400 dollars"]


@pytest.mark.parametrize(("wrong", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_a_draft_is_told_back(tmp_path: Path, wrong: JsonObject, said: str) -> None:
    desk = Desk(tmp_path, handing_in(wrong, GOOD))
    drafted(desk)

    assert said in desk.told()


def test_a_draft_that_stays_wrong_is_not_handed_over(tmp_path: Path) -> None:
    with pytest.raises(AgentFailed, match="12,500"):
        drafted(Desk(tmp_path, handing_in(WRONG["a figure that no source holds"][0])))


def test_figures_beside_a_wrong_source_are_not_told_as_faults_of_their_own(tmp_path: Path) -> None:
    wrong = draft(TEXT, {**BRIGHTWATER, "quote": "Brightwater wants $12,400."}, STONEFORD, DEARER)
    desk = Desk(tmp_path, handing_in(wrong, GOOD))
    drafted(desk)

    assert "Brightwater wants" in desk.told()
    assert "The figure" not in desk.told()


def test_a_calculation_may_use_zero_and_numbers_that_its_source_writes_as_words(tmp_path: Path) -> None:
    wait: JsonObject = {"n": 3, "calculation": "6 = (6 + 6 + 0) / 2", "of": [1]}
    desk = Desk(tmp_path, handing_in(draft("It takes 6 [3] weeks on average.", BRIGHTWATER, wait)))

    assert b"computed: 6 =" in desk.context.load(drafted(desk).report)


def test_it_gives_all_documents_that_it_may_quote(tmp_path: Path) -> None:
    desk = Desk(tmp_path, handing_in(GOOD))

    assert drafted(desk).documents == [desk.document()]


def test_a_version_that_was_refused_is_shown_to_be_corrected(tmp_path: Path) -> None:
    desk = Desk(tmp_path, handing_in(GOOD))
    earlier = desk.context.save(ReportRef, "earlier.md", b"# Offers\n\nTake either.\n", "text/markdown")
    drafted(desk, earlier=earlier, notes=["It recommends neither offer."])

    assert first_message(desk).index("Take either.") < first_message(desk).index("recommends neither")


def test_sections_that_are_asked_for_must_be_there(tmp_path: Path) -> None:
    with_section = draft(f"{TEXT}\n\n## Risks\n\nA late delivery.", BRIGHTWATER, STONEFORD, DEARER)
    desk = Desk(tmp_path, handing_in(GOOD, with_section))
    drafted(desk, sections=["Risks"])

    assert "The section Risks is missing" in desk.told()


def test_given_figures_are_cited_by_their_ids_and_hold_against_the_facts(tmp_path: Path) -> None:
    company = make(tmp_path)
    text = "Revenue came to $412.30 million [1], 6.24 % [2] more than the year before."
    growth: JsonObject = {
        "n": 2,
        "calculation": "6.235 % = (412,300,000 - 388,100,000) / 388,100,000 × 100",
        "of": [1, 3],
    }
    sources: list[JsonObject] = [{"n": 1, "figures": ["F1"]}, growth, {"n": 3, "figures": ["F2"]}]
    desk = Desk(tmp_path, handing_in(draft(text, *sources)))
    figures = desk.context.save_model(StatementsRef, "statements.json", statements("USD"))
    output = drafted(desk, documents=[company.document], statements=figures)
    given = CheckInput(
        report=output.report, claims=output.claims, documents=[company.document], facts=company.facts
    )

    assert check.run(given, desk.context).faults == ()
    assert "Net sales, USD: F1 FY2025 412,300,000 | F2 FY2024 388,100,000" in first_message(desk)


def test_a_figure_that_was_computed_twice_is_given_once(tmp_path: Path) -> None:
    desk = Desk(tmp_path, handing_in(GOOD))
    growth = statements("USD").lines[0].figures[0].model_copy(update={"formula": "24.2 = 412.3 - 388.1"})
    named = {"severity": Severity.LOW, "explanation": "Sales grew.", "figures": (growth,)}
    found = [
        Flag(rule="grown", title="Sales grew", **named),
        Flag(rule="more", title="More was sold", **named),
    ]
    flags = FlagSet(company="Fernhill", flags=tuple(found), rules_applied=2)
    drafted(desk, flags=desk.context.save_model(FlagsRef, "flags.json", flags))

    assert first_message(desk).count("= 412.3 - 388.1") == 1


def first_message(desk: Desk) -> str:
    return next(each.text for each in desk.models.prompts[0].messages if isinstance(each, Said))


DRAWING: JsonObject = {
    "title": "Prices",
    "labels": ["Brightwater", "Stoneford"],
    "series": [{"name": "Price", "values": [12400, 14900]}],
}
WITH_CHART: JsonObject = {
    **GOOD,
    "markdown": f"{TEXT}\n![Prices of both pumps](prices.png)\n",
    "charts": ["prices.png"],
}


def test_a_chart_that_its_author_drew_is_shown_and_handed_on(tmp_path: Path) -> None:
    replies = iter([calling(("chart_draw", DRAWING)), calling(("hand_in", WITH_CHART))])
    desk = Desk(tmp_path, lambda _prompt: next(replies))
    output = drafted(desk)

    assert [chart.name for chart in output.charts] == ["prices.png"]
    assert "](prices.png)" in desk.context.load(output.report).decode()


def test_a_chart_of_numbers_that_nothing_holds_is_told_back(tmp_path: Path) -> None:
    series: JsonObject = {"name": "Price", "values": [12400, 19900]}
    drawing: JsonObject = {**DRAWING, "series": [series]}
    replies = iter(
        calling(each)
        for each in [
            ("chart_draw", drawing),
            ("hand_in", WITH_CHART),
            ("hand_in", GOOD),
        ]
    )
    desk = Desk(tmp_path, lambda _prompt: next(replies))
    drafted(desk)

    assert "The chart prices.png shows 19900" in desk.told()
    assert "12400" not in desk.told()


def test_a_picture_that_is_not_there_is_answered_with_those_that_are(tmp_path: Path) -> None:
    nowhere = {**WITH_CHART, "markdown": f"{TEXT}\n![Prices](costs.png)\n"}
    replies = iter(
        calling(each) for each in [("chart_draw", DRAWING), ("hand_in", nowhere), ("hand_in", GOOD)]
    )
    desk = Desk(tmp_path, lambda _prompt: next(replies))
    drafted(desk)

    assert "no picture 'costs.png' to show; there are: prices.png" in desk.told()


def test_the_request_may_be_quoted(tmp_path: Path) -> None:
    asked = "Write a letter. Our budget is $13,000."
    source: JsonObject = {"n": 1, "document": "the request", "quote": "Our budget is $13,000."}
    desk = Desk(tmp_path, handing_in(draft("Our budget of $13,000 [1] is fixed.", source)))
    output = drafted(desk, request=asked)

    assert desk.context.load_model(output.claims, Claims).claims[0].sources[0].document == "the request"


def test_without_a_model_it_is_not_offered(tmp_path: Path) -> None:
    desk = Desk(tmp_path, handing_in(GOOD), roles=frozenset({Role.PLAN}))

    assert draft_capability(desk.agents, desk.models).missing()


def test_a_tampered_draft_does_not_pass_the_check(tmp_path: Path) -> None:
    desk = Desk(tmp_path, handing_in(GOOD))
    output = drafted(desk)
    claims = desk.context.load(output.claims).replace(b'"12400"', b'"12500"').replace(b"$12,400", b"$12,500")
    report = desk.context.load(output.report).replace(b"$12,400", b"$12,500")
    given = CheckInput(
        report=output.report.model_copy(update=reference(desk.context, report)),
        claims=output.claims.model_copy(update=reference(desk.context, claims)),
        documents=[desk.document()],
    )

    assert not check.run(given, desk.context).passed


def reference(context: FolderContext, content: bytes) -> dict[str, object]:
    return {"sha256": context.save(ArtifactRef, "tampered", content, "text/plain").sha256}
