from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from errand.domain.artifact import Artifact
from errand.domain.errors import InputRefused, NothingFits, NotOffered, PlaybookRefused
from errand.domain.plan import Plan
from errand.domain.request import Request
from errand.planning.checking import check_plan
from errand.planning.playbooks import PlaybookPlanner, load_playbooks
from tests.unit.planning.known import KNOWN

BROKEN = """\
name: mine
title: Mine
description: Reads.
kinds:
  readable: [text/plain, .txt]
applies:
  signals:
    - {says: [read], weight: 1}
  matches:
    - {request: Read it, attachments: [a.txt]}
  does_not_match: [Sing]
steps:
  - key: read
    capability: documents.read
    title: Read {each.name}
    each: attachments
    kinds: readable
    inputs:
      file: {$from: each}
  - key: compose
    capability: report.compose
    title: Compose
    inputs:
      title: Notes
      documents: {$from: "read[*].document"}
result: compose.report
"""


def attachment(name: str, media_type: str = "application/octet-stream") -> Artifact:
    return Artifact(name, media_type, 1, "0" * 64, {})


def request(text: str, *names: str) -> Request:
    return Request(text, tuple(attachment(name) for name in names))


@cache
def shipped_planner() -> PlaybookPlanner:
    return PlaybookPlanner(load_playbooks([], KNOWN))


def plan(asked: Request, *, without: Sequence[str] = ()) -> Plan:
    catalogue = {name: each for name, each in KNOWN.items() if name not in without}
    proposal = shipped_planner().propose(asked, catalogue)
    assert proposal.sure
    assert check_plan(proposal.plan, catalogue, asked) == ()
    return proposal.plan


def folder(tmp_path: Path, text: str = BROKEN, name: str = "mine.yaml") -> Path:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def refusal(tmp_path: Path, text: str) -> str:
    with pytest.raises(PlaybookRefused) as refused:
        load_playbooks([folder(tmp_path, text)], KNOWN, shipped=False)
    return str(refused.value)


FINANCIAL = "playbook financial-analysis"
SUMMARY = "playbook summarize-documents"


@pytest.mark.parametrize(
    ("text", "names", "made_by"),
    [
        ("Analyze this company's financials and summarize the key risks", ["a.html", "b.json"], FINANCIAL),
        ("Analyze this company's financials from its XBRL facts", ["companyfacts.json"], FINANCIAL),
        ("How healthy is ACME? look at the 10-K", ["acme.htm"], FINANCIAL),
        ("Review the annual report and list the main risks", ["report.pdf"], FINANCIAL),
        ("Go over this filing: can the company pay its debts?", ["x.xhtml"], FINANCIAL),
        ("Should I worry about this company's balance sheet?", ["facts.json"], FINANCIAL),
        ("Assess the issuer's liquidity and leverage", ["Financial_Report.xlsx"], FINANCIAL),
        ("Summarise the risk factors of the attached 20-F", ["f.html"], FINANCIAL),
        ("Analyze Apple's financials", [], FINANCIAL),
        ("MSFT", [], FINANCIAL),
        ("Summarize this document in three sentences", ["notes.pdf"], SUMMARY),
        ("tl;dr of these files", ["a.md", "b.docx"], SUMMARY),
    ],
)
def test_a_shipped_playbook_applies_to_paraphrases_of_its_task(
    text: str, names: list[str], made_by: str
) -> None:
    assert plan(request(text, *names)).made_by == made_by


@pytest.mark.parametrize(
    "asked",
    [
        request("Do my latest homework assignment"),
        request("Research upcoming bills and prepare comments on the environmental bill", "bill.xml"),
        request("Improve the logging system in my codebase"),
        request("Compare these three insurance policies and recommend the best one", "a.json", "b.json"),
        request("Monitor this website for changes and summarize"),
        request("Translate the annual report into French", "report.html"),
        request(""),
    ],
)
def test_other_tasks_are_left_to_others(asked: Request) -> None:
    with pytest.raises(NothingFits):
        shipped_planner().propose(asked, KNOWN)


def test_each_readable_attachment_is_read_by_a_step_of_its_own() -> None:
    made = plan(request("Analyze the company's financials", "a.htm", "facts.json", "b.pdf"))

    reads = {step.key: step for step in made.steps if step.capability == "documents.read"}
    assert {key: step.inputs["file"] for key, step in reads.items()} == {
        "read-1": {"$from": "request.attachments[0]"},
        "read-2": {"$from": "request.attachments[2]"},
    }
    assert [step.title for step in reads.values()] == ["Read a.htm", "Read b.pdf"]
    assert reads.keys() >= set(made.step(made.steps[2].key).needs())


def test_a_media_type_counts_when_the_name_says_nothing() -> None:
    asked = Request("Analyze the company's financials", (attachment("filing", "text/html; charset=utf-8"),))

    assert plan(asked).steps[0].capability == "documents.read"


def test_a_workbook_is_read_too_so_that_its_labels_can_be_checked() -> None:
    made = plan(request("Analyze the company's financials", "Financial_Report.xlsx"))

    assert made.steps[0].capability == "documents.read"


def test_without_a_readable_attachment_there_are_only_facts() -> None:
    made = plan(request("Analyze the company's financials", "companyfacts.json"))

    assert "documents.read" not in {step.capability for step in made.steps}
    assert made.steps[0].inputs == {"documents": []}


def test_a_company_that_is_named_is_fetched_from_edgar_first() -> None:
    made = plan(request("Analyze Netflix's latest 10-Q"))

    assert made.steps[0].capability == "edgar.filing"
    assert made.steps[0].inputs == {"company": "Netflix", "form": "10-Q"}
    assert made.steps[0].title == "Fetch the latest filing of Netflix from EDGAR"
    assert made.steps[1].inputs == {"file": {"$from": "fetch.files[0]"}}
    assert made.steps[3].inputs["files"] == {"$from": "fetch.files"}


def test_an_attachment_is_preferred_to_edgar() -> None:
    made = plan(request("Analyze Netflix's financials", "nflx.html"))

    assert "edgar.filing" not in {step.capability for step in made.steps}


def test_the_form_is_left_out_when_it_is_not_named() -> None:
    assert plan(request("Analyze Netflix's financials")).steps[0].inputs == {"company": "Netflix"}


def test_neither_file_nor_company_is_refused_with_what_to_attach() -> None:
    with pytest.raises(InputRefused, match="attach its annual report") as refused:
        plan(request("Analyze this company's financials and summarize the key risks"))

    assert not isinstance(refused.value, NothingFits)


def test_a_file_that_can_hold_no_figures_is_no_help() -> None:
    with pytest.raises(InputRefused, match="attach its annual report"):
        plan(request("Analyze this company's financials", "photo.png"))


def test_a_company_is_refused_with_the_setting_when_edgar_is_not_set_up() -> None:
    with pytest.raises(InputRefused, match=r"filings of Netflix .* set ERRAND_EDGAR_USER_AGENT"):
        plan(request("Analyze Netflix's financials"), without=["edgar.filing"])


def test_a_missing_capability_is_named() -> None:
    with pytest.raises(NotOffered, match=r"needs risks\.rank"):
        plan(request("Analyze the company's financials", "a.htm"), without=["risks.rank"])


def test_an_optional_step_that_is_not_offered_is_left_out_and_said() -> None:
    catalogue = {name: each for name, each in KNOWN.items() if name != "financials.charts"}
    asked = request("Analyze the company's financials", "a.htm")

    proposal = shipped_planner().propose(asked, catalogue)

    assert check_plan(proposal.plan, catalogue, asked) == ()
    assert proposal.remarks == ("Left out, since it is not offered here: financials.charts",)


def test_what_was_found_in_the_request_reaches_the_steps() -> None:
    made = plan(request("Summarize this in 3 sentences with a focus on water rights", "a.pdf"))

    assert made.steps[1].inputs == {
        "document": {"$from": "read-1.document"},
        "sentences": 3,
        "focus": "water rights",
    }


def test_every_step_says_why_it_is_there() -> None:
    made = plan(request("Analyze the company's financials", "a.htm"))

    assert "‘analyze’, ‘financials’, ‘company’, the attachment a.htm" in made.steps[0].because


def test_a_bare_ticker_is_reason_enough() -> None:
    assert plan(request("MSFT")).steps[0].because.endswith("company ‘MSFT’, nothing but ‘MSFT’")


def test_the_example_in_the_guide_is_a_playbook(tmp_path: Path) -> None:
    guide = (Path(__file__).parents[3] / "docs" / "playbooks.md").read_text(encoding="utf-8")
    example = guide.partition("```yaml\n")[2].partition("```")[0]

    (playbook,) = load_playbooks([folder(tmp_path, example)], KNOWN, shipped=False)

    assert playbook.name == "meeting-notes"


def test_the_same_request_gives_the_same_plan() -> None:
    asked = request("Analyze the company's financials", "a.htm", "b.json")

    assert plan(asked) == plan(asked)


def test_a_playbook_of_ones_own_is_loaded_and_applied(tmp_path: Path) -> None:
    playbooks = load_playbooks([folder(tmp_path)], KNOWN)

    proposal = PlaybookPlanner(playbooks).propose(request("Read", "a.txt", "b.txt"), KNOWN)

    assert proposal.plan.made_by == "playbook mine"
    assert proposal.plan.steps[-1].inputs["documents"] == [
        {"$from": "read-1.document"},
        {"$from": "read-2.document"},
    ]


def test_a_playbook_of_ones_own_replaces_the_shipped_one_of_its_name(tmp_path: Path) -> None:
    own = folder(tmp_path, BROKEN.replace("name: mine", "name: financial-analysis"))

    playbooks = {each.name: each for each in load_playbooks([own], KNOWN)}

    assert playbooks["financial-analysis"].path == own / "mine.yaml"


def test_two_files_of_one_folder_with_one_name_are_refused(tmp_path: Path) -> None:
    folder(tmp_path, name="another.yaml")

    assert "mine.yaml, line 1: another.yaml in this folder has the name mine" in refusal(tmp_path, BROKEN)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlaybookRefused, match="no such folder"):
        load_playbooks([tmp_path / "nowhere"], KNOWN)


@pytest.mark.parametrize(
    ("was", "becomes", "line", "says"),
    [
        ("title: Mine", "title: [Mine", 3, "not valid YAML"),
        ("name: mine", "name: Mine!", 1, "name: String should match"),
        ("name: mine\n", "", 1, "name: Field required"),
        ("description:", "descriptoin:", 3, "descriptoin: Extra inputs are not permitted"),
        ("title: Mine", "title: Mine\ntitle: Again", 3, "title stands here twice"),
        ("title: Mine", "title: &t Mine", 2, "anchors, aliases and tags"),
        ("title: Mine", "title: !!python/name:os.system Mine", 2, "anchors, aliases and tags"),
        ("weight: 1", "weight: 2", 8, "less than or equal to 1"),
        ("[read], weight: 1", "[read], found: x, weight: 1", 8, "exactly one of says"),
        ("says: [read]", "says: [r*]", 8, "at least three letters stand before a *"),
        ("capability: documents.read", "capability: document.read", 14, "did you mean documents.read?"),
        ("file: {$from: each}", "fiel: {$from: each}", 19, "no input called fiel; did you mean file?"),
        ("file: {$from: each}", "fiel: {$from: each}", 14, "documents.read needs the input file"),
        ("kinds: readable", "kinds: readible", 17, "no readible under `kinds`; did you mean readable?"),
        ("{$from: each}", "{$from: found.thing}", 19, "no thing under `finds`"),
        ("{$from: each}", "{$from: playbook.name}", 19, "there is only playbook.must_contain"),
        ("read[*].document", "reed[*].document", 25, "no step above this one has the key reed"),
        ("read[*].document", "read.document", 25, "read stands for several steps; write read[*].document"),
        ("read[*].document", "read[*].documant", 20, "does not give documant; did you mean document?"),
        ("read[*].document", "read[*].title", 20, "takes a list of document, but"),
        ("    each: attachments\n    kinds: readable\n", "", 17, "`each` is only there in a step that has"),
        ("result: compose.report", "result: compse.report", 26, "no step compse; did you mean compose?"),
        ("result: compose.report", "result: compose..report", 26, "is not a reference of the form"),
        (
            "result: compose.report",
            "result: compose.report\ncheck: read",
            27,
            "read stands for several steps",
        ),
        ("result: compose.report", "result: compose.report\ncheck: compose", 10, "does not give `passed`"),
        ("Read it, a", "Sing it, a", 10, "this does not match: 0.00 is below 0.5"),
        ("[Sing]", "[Sing, Read]", 11, "this matches with 1.00 (‘read’)"),
    ],
)
def test_a_bad_playbook_is_refused_with_file_line_and_reason(
    tmp_path: Path, was: str, becomes: str, line: int, says: str
) -> None:
    said = refusal(tmp_path, BROKEN.replace(was, becomes, 1))

    assert f"{tmp_path / 'mine.yaml'}, line {line}: " in said
    assert says in said


def test_all_faults_of_all_files_are_said_at_once(tmp_path: Path) -> None:
    folder(tmp_path, "- a list", "b.yml")
    folder(tmp_path, "{", "c.yaml")
    wrong = BROKEN.replace("documents.read", "no.such").replace("report.compose", "nor.such")

    said = refusal(tmp_path, wrong).splitlines()

    assert len(said) == 4
    assert "it must be a mapping that begins with `name:`" in said[0]


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes(b"\xff\xfe\x00")

    assert "x.yaml: it is not text in UTF-8" in refusal(tmp_path, BROKEN)


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    assert "larger than 256 KB" in refusal(tmp_path, BROKEN + "#" * 300_000)


def test_a_file_that_is_nested_too_deeply_is_refused(tmp_path: Path) -> None:
    assert "mine.yaml" in refusal(tmp_path, "[" * 50_000)
