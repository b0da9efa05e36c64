"""A result passes only when the program and the reviewer both let it pass."""

from pathlib import Path

import pytest

from errand.capabilities.reports.model import Claim, Claims, ClaimsRef, ReportRef, Verdict
from errand.capabilities.reports.reviewing import review_capability
from errand.capabilities.sources import Source
from errand.domain.errors import LimitReached, ModelDeclined
from errand.domain.json import JsonObject
from errand.model import Prompt, Reply, Said
from tests.unit.judging.desk import Desk, handing_in

REQUEST = "Compare the offers and recommend one."
NOTHING: JsonObject = {"faults": []}
OBJECTION: JsonObject = {
    "what": "It recommends neither offer.",
    "where": "recommend one",
    "why": "The person can not decide with it.",
}
FOUND = "It recommends neither offer (recommend one): The person can not decide with it."
CHECKED = Verdict(passed=False, faults=("The figure $99 has no source.",), checked=("1 figures",))


def reviewed(desk: Desk, **more: object) -> Verdict:
    report = desk.context.save(ReportRef, "report.md", b"# Offers\n\nBoth are good.\n", "text/markdown")
    known = review_capability(desk.agents, desk.models)
    return desk.run(known, request=REQUEST, report=report, documents=[desk.document()], **more)


def test_a_result_without_faults_passes(tmp_path: Path) -> None:
    verdict = reviewed(
        Desk(tmp_path, handing_in(NOTHING)), checked=Verdict(passed=True, checked=("1 figures",))
    )

    assert verdict == Verdict(passed=True, checked=("1 figures", "a review by a model"))


def test_what_rests_on_no_document_is_reviewed_without_tools_that_read_documents(tmp_path: Path) -> None:
    desk = Desk(tmp_path, handing_in(NOTHING))
    desk.run(review_capability(desk.agents, desk.models), request=REQUEST, text="Both are good.")

    assert not {each.name for each in desk.models.prompts[0].tools} & {"text_find", "document_passages"}


def test_an_objection_says_what_where_and_why(tmp_path: Path) -> None:
    verdict = reviewed(Desk(tmp_path, handing_in({"faults": [OBJECTION]})))

    assert (verdict.passed, verdict.faults) == (False, (FOUND,))


def test_what_the_program_found_counts_although_the_reviewer_finds_nothing(tmp_path: Path) -> None:
    verdict = reviewed(Desk(tmp_path, handing_in(NOTHING)), checked=CHECKED)

    assert (verdict.passed, verdict.faults) == (False, CHECKED.faults)


def test_faults_of_both_are_listed(tmp_path: Path) -> None:
    verdict = reviewed(Desk(tmp_path, handing_in({"faults": [OBJECTION]})), checked=CHECKED)

    assert verdict.faults == (*CHECKED.faults, FOUND)


def test_the_reviewer_sees_request_result_verdict_and_evidence(tmp_path: Path) -> None:
    desk = Desk(tmp_path, handing_in(NOTHING))
    reviewed(desk, checked=CHECKED)
    said = next(each.text for each in desk.models.prompts[0].messages if isinstance(each, Said))

    assert [each in said for each in (REQUEST, "Both are good.", CHECKED.faults[0], "36 months")] == [
        True
    ] * 4
    assert said.index("<untrusted") < said.index("Both are good.")


def test_the_reviewer_reads_a_quotation_of_the_result_once(tmp_path: Path) -> None:
    desk = Desk(tmp_path, handing_in(NOTHING))
    source = Source(document="offer.md", sha256="", where="line 1")
    claims = Claims(claims=tuple(Claim(shown=s, sources=(source,)) for s in ("Both are good.", "36 weeks")))
    reviewed(desk, claims=desk.context.save_model(ClaimsRef, "claims.json", claims))
    said = next(each.text for each in desk.models.prompts[0].messages if isinstance(each, Said))

    assert (said.count("Both are good."), said.count("36 weeks")) == (1, 1)


RESULT = """# Costs

July cost 4,175.20 [2].

## Sources

- [1] costs.md, table: “July \\| 4045.20 \\| 130.00”
- [2] computed: 4,175.20 = 4,045.20 + 130.00
"""


def test_the_reviewer_reads_once_what_a_figure_of_the_result_was_computed_from(tmp_path: Path) -> None:
    desk = Desk(tmp_path, handing_in(NOTHING))
    source = Source(document="costs.md", sha256="", where="table", quote="July | 4045.20 | 130.00")
    quoted = Claim(shown="July | 4045.20 | 130.00", mark=1, sources=(source,))
    formula = "4,175.20 = 4,045.20 + 130.00"
    computed = Claim(shown="4,175.20", value="4175.20", formula=formula, mark=2, sources=(source,))
    claims = desk.context.save_model(ClaimsRef, "claims.json", Claims(claims=(quoted, computed)))
    desk.run(review_capability(desk.agents, desk.models), request=REQUEST, text=RESULT, claims=claims)
    said = next(each.text for each in desk.models.prompts[0].messages if isinstance(each, Said))

    assert (said.count(formula), said.count("130.00”")) == (1, 1)


def test_the_reviewer_reads_an_exact_value_that_the_result_lists_once(tmp_path: Path) -> None:
    desk = Desk(tmp_path, handing_in(NOTHING))
    source = Source(document="filing.htm", sha256="", where="balance sheet")
    cash = Claim(shown="$4.6 million", value="4600000", unit="USD", mark=1, sources=(source,))
    debt = cash.model_copy(update={"shown": "$9.1 million", "value": "9100000"})
    text = b"Cash of $4.6 million [1].\n\n## Sources\n\n- [1] Cash: 4,600,000 USD (balance sheet)\n"
    report = desk.context.save(ReportRef, "report.md", text, "text/markdown")
    claims = desk.context.save_model(ClaimsRef, "claims.json", Claims(claims=(cash, debt)))
    desk.run(review_capability(desk.agents, desk.models), request=REQUEST, report=report, claims=claims)
    said = next(each.text for each in desk.models.prompts[0].messages if isinstance(each, Said))

    assert (said.count("$4.6 million"), said.count("$9.1 million")) == (1, 1)


def declining(prompt: Prompt) -> Reply:
    del prompt
    raise ModelDeclined("The model refuses to answer this.")


def limited(prompt: Prompt) -> Reply:
    del prompt
    raise LimitReached("The task's limit of 3 calls is reached.")


def test_what_nobody_reviewed_is_not_judged(tmp_path: Path) -> None:
    with pytest.raises(ModelDeclined):
        reviewed(Desk(tmp_path, declining))


def test_what_the_program_found_counts_also_when_nobody_reviewed_it(tmp_path: Path) -> None:
    verdict = reviewed(Desk(tmp_path, declining), checked=CHECKED)

    said = "The result could not be reviewed: The model refuses to answer this."
    assert (verdict.passed, verdict.faults) == (False, (*CHECKED.faults, said))


def test_at_the_limit_it_stops(tmp_path: Path) -> None:
    with pytest.raises(LimitReached):
        reviewed(Desk(tmp_path, limited))
