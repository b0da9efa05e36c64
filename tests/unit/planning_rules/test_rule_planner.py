import pytest

from errand.capability import CapabilityDescription, Slot
from errand.domain.errors import InputRefused, NothingFits
from errand.domain.plan import Step
from errand.planning.rules import RulePlanner
from tests.unit.planning_rules.shop import SHOP, capability, propose, request


def capabilities(steps: tuple[Step, ...]) -> list[str]:
    return [step.capability for step in steps]


def test_what_makes_a_missing_input_is_put_in() -> None:
    plan = propose("Summarize report.pdf", "report.pdf").plan
    assert capabilities(plan.steps) == ["docs.read", "docs.summarize"]
    assert plan.steps[0].inputs == {"file": {"$from": "request.attachments[0]"}}
    assert plan.steps[1].inputs == {"document": {"$from": "read.document"}}
    assert str(plan.result) == "summarize.summary"


def test_longer_chains_are_put_in_too() -> None:
    plan = propose("Draw a chart", "data.docx").plan
    assert capabilities(plan.steps) == ["docs.read", "table.extract", "table.chart"]


def test_several_attachments_give_a_step_each() -> None:
    plan = propose("Summarize these documents", "a.pdf", "b.pdf").plan
    assert [step.key for step in plan.steps] == ["read", "read-2", "summarize", "summarize-2"]
    assert plan.steps[3].inputs == {"document": {"$from": "read-2.document"}}
    assert plan.result is None


def test_a_list_takes_what_all_attachments_give() -> None:
    plan = propose("Compare the documents", "a.pdf", "b.pdf").plan
    assert plan.steps[-1].inputs == {"documents": [{"$from": "read.document"}, {"$from": "read-2.document"}]}


def test_only_the_attachments_that_are_named_are_used() -> None:
    plan = propose("Summarize b.pdf", "a.pdf", "b.pdf").plan
    assert plan.steps[0].inputs == {"file": {"$from": "request.attachments[1]"}}
    assert len(plan.steps) == 2


def test_literals_fill_plain_inputs() -> None:
    plan = propose("Download the web page https://example.org/a").plan
    assert plan.steps[0].inputs == {"url": "https://example.org/a"}


def test_a_number_before_the_name_of_an_input_is_its_value() -> None:
    plan = propose("Summarize the document in 3 sentences", "a.pdf").plan
    assert plan.steps[-1].inputs["sentences"] == 3


def test_an_address_and_a_quotation_find_their_places() -> None:
    plan = propose("Send an email to bob@example.org with the message 'We are late'").plan
    assert plan.steps[0].inputs == {"recipient": "bob@example.org", "message": "We are late"}


def test_an_optional_input_is_filled_from_a_wanted_step() -> None:
    plan = propose(
        "Draw a chart of the table and then send an email to bob@example.org with the message 'Look'", "a.pdf"
    ).plan
    assert plan.step(plan.steps[-1].key).inputs["chart"] == {"$from": "chart.chart"}


def test_steps_say_which_words_they_answer() -> None:
    plan = propose("Translate the contract and then summarize the document", "a.pdf").plan
    because = {step.capability: step.because for step in plan.steps}
    assert because["docs.translate"] == "Translate the contract"
    assert because["docs.summarize"] == "summarize the document"
    assert because["docs.read"] == "makes the document that docs.translate needs"


def test_without_types_the_order_is_kept() -> None:
    untyped = {
        "play_song": CapabilityDescription("play_song", "Play a song", (Slot("title", "text"),), ()),
        "set_timer": CapabilityDescription("set_timer", "Set a timer", (Slot("time", "text"),), ()),
    }
    plan = RulePlanner().propose(request("Set a timer for 7:30 pm, then play the song 'Help'"), untyped).plan
    assert [(step.capability, step.after) for step in plan.steps] == [
        ("set_timer", ()),
        ("play_song", ("set-timer",)),
    ]


def test_a_part_that_nothing_fits_is_named_and_makes_the_plan_unsure() -> None:
    proposal = propose("Summarize the document and then water the roses", "a.pdf")
    assert not proposal.sure
    assert any("water the roses" in part for part in proposal.not_covered)


def test_below_the_threshold_the_unsure_step_is_named() -> None:
    proposal = RulePlanner(threshold=0.9999).propose(request("Summarize the document", "a.pdf"), SHOP)
    assert not proposal.sure
    assert any("Not sure" in remark and "Summarize" in remark for remark in proposal.remarks)


def test_a_file_that_is_named_but_not_attached_is_asked_for() -> None:
    with pytest.raises(InputRefused, match=r"report\.pdf is named but not attached"):
        propose("Summarize report.pdf")


def test_a_request_that_nothing_fits_is_refused_in_a_sentence() -> None:
    with pytest.raises(NothingFits, match="Nothing here can do “Water the roses”"):
        propose("Water the roses")


@pytest.mark.parametrize("text", ["🙂🙂🙂", "…", "1 2 3", "请总结这份文件", "Обобщи этот документ"])
def test_what_is_not_english_words_is_refused(text: str) -> None:
    with pytest.raises(NothingFits):
        propose(text, "a.pdf")


def test_an_empty_request_is_refused() -> None:
    with pytest.raises(InputRefused, match="empty"):
        propose("  \n ")


def test_the_same_request_gives_the_same_plan() -> None:
    text = "Translate the document, then summarize it and draw a chart of the table"
    assert propose(text, "a.pdf") == propose(text, "a.pdf")


def test_what_changes_things_outside_is_never_put_in() -> None:
    outside = capability("x.y", "Rent a scanner.", "file", "document", SHOP["mail.send"].effects)
    catalogue = {"docs.summarize": SHOP["docs.summarize"], "x.y": outside}
    with pytest.raises(InputRefused):
        RulePlanner().propose(request("Summarize the document", "a.pdf"), catalogue)


def test_a_planner_notices_that_the_catalogue_changed() -> None:
    planner = RulePlanner()
    planner.propose(request("Summarize the document", "a.pdf"), SHOP)
    with pytest.raises(NothingFits):
        planner.propose(request("Summarize the document", "a.pdf"), {"web.fetch": SHOP["web.fetch"]})


COMPOSE = capability("docs.bind", "Bind papers.", "summaries:summary*? tables:table*?", "report")


def test_what_nobody_can_open_is_put_into_a_report() -> None:
    found = RulePlanner().propose(
        request("Summarize these documents", "a.pdf", "b.pdf"), {**SHOP, "docs.bind": COMPOSE}
    )
    assert found.plan.steps[-1].inputs == {
        "summaries": [{"$from": "summarize.summary"}, {"$from": "summarize-2.summary"}]
    }
    assert str(found.plan.result) == "bind.report"


def test_a_chart_is_handed_over_as_it_is() -> None:
    found = RulePlanner().propose(request("Draw a chart", "a.pdf"), {**SHOP, "docs.bind": COMPOSE})
    assert str(found.plan.result) == "chart.chart"


def test_the_result_is_an_end_of_the_plan() -> None:
    scan = capability("paper.scan", "Scan a letter.", "", "file")
    catalogue = {"paper.scan": scan, "docs.read": SHOP["docs.read"], "docs.translate": SHOP["docs.translate"]}
    found = RulePlanner().propose(request("Scan the letter and then translate the document"), catalogue)
    assert [step.key for step in found.plan.steps] == ["scan", "read", "translate"]
    assert str(found.plan.result) == "translate.translation"
