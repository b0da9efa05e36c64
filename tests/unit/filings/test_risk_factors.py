"""Risk factors are found however a filing sets its headings."""

import pytest

from errand.capabilities.filings.model import FilingSections
from errand.capabilities.filings.sections import take_apart
from tests.unit.filings.filing_pages import (
    BODY,
    BOLD,
    GROUPS,
    HEADINGS,
    MORE,
    plain_document,
    risks,
    taken_apart,
    ten_k,
)  # fmt: skip

BODY_P = "<p>{b}</p>"
SET = {
    "groups in capitals, factors in italics": risks("<b>{C}</b>", "<p><i>{h}</i></p>" + BODY_P),
    "font elements of the nineties": risks(
        "<P><FONT SIZE=2><U>{0}</U></FONT></P>",
        "<P><FONT SIZE=2><B>{h}</B></FONT></P><P><FONT>&nbsp;&nbsp;{b}</FONT></P>",
    ),
    "run-in bold italics": risks(
        "<div style='font-weight:bold;text-align:center'>{0}</div>",
        "<div><span style='font-weight:bold;font-style:italic'>{h}</span> {b}</div>",
    ),
    "run-in italics under underlined groups": risks("<div><u>{0}</u></div>", "<div><i>{h} </i>{b}</div>"),
    "bullets in tables": risks(
        "<table><tr><td><b>{0}</b></td></tr></table>",
        "<table><tr><td>•</td><td><b>{h}</b></td></tr></table>" + BODY_P,
    ),
    "everything in one table": "<table>"
    + risks(
        "<tr><td colspan=2><b>{0}</b></td></tr>",
        "<tr><td></td><td><b><i>{h}</i></b></td></tr><tr><td></td><td>{b}</td></tr>",
        "<tr><td></td><td>{}</td></tr>",
    )
    + "</table>",
    "no emphasis at all": risks("<p>{0}</p>", "<p>{h}</p>" + BODY_P),
    "underlined": risks("<p><b>{0}</b></p>", "<p><u>{h}</u></p>" + BODY_P),
    "groups and factors alike": risks("<p><b>{0}</b></p>", "<p><b>{h}</b></p>" + BODY_P),
    "heading elements": risks("<h3>{0}</h3>", "<h4>{h}</h4>" + BODY_P),
    "groups with an introduction": risks(
        "<p><b>{0}</b></p><p>The risks of this group concern what we do, and they are many.</p>",
        "<p><b>{h}</b></p>" + BODY_P,
    ),
    "a line break under the heading": risks("<p><b>{0}</b></p>", "<p><b>{h}</b><br>{b}</p>"),
    "lists under the headings": risks(
        "<p><b>{0}</b></p>", "<p><b>{h}</b></p><ul><li>one thing that we fear;</li><li>another.</li></ul>"
    ),
}  # fmt: skip


def headings(taken: FilingSections) -> list[str]:
    return [factor.heading for factor in taken.risk_factors]


@pytest.mark.parametrize("risk", SET.values(), ids=SET.keys())
def test_headings_and_groups_are_found_however_they_are_set(risk: str) -> None:
    taken, _ = taken_apart(ten_k(risk))

    assert headings(taken) == HEADINGS
    named = [factor.category.lower() for factor in taken.risk_factors]
    assert named == [name.lower() for name, each in GROUPS.items() for _ in each]


@pytest.mark.parametrize("risk", SET.values(), ids=SET.keys())
def test_headings_and_texts_stand_where_their_sources_say(risk: str) -> None:
    taken, document = taken_apart(ten_k(risk))

    for factor in taken.risk_factors:
        assert document.text[factor.source.start : factor.source.end] == factor.source.quote == factor.heading
        assert document.text[factor.parts[0].start : factor.parts[-1].end] == factor.text
        assert factor.source.where == "Item 1A"


def test_a_factor_holds_its_own_text_and_no_more() -> None:
    taken, _ = taken_apart(ten_k(SET["groups and factors alike"]))

    assert {factor.text for factor in taken.risk_factors} == {f"{BODY}\n{MORE}"}


def test_subheadings_within_a_factor_belong_to_its_text() -> None:
    inner = f"<p><i>Further particulars</i></p><p>{MORE}</p><p><i>Steel could become scarce.</i> {BODY}</p>"
    taken, _ = taken_apart(ten_k(risks(BOLD, "<p><b><i>{h}</i></b></p><p>{b}</p>" + inner)))

    assert headings(taken) == HEADINGS
    assert "Steel could become scarce." in taken.risk_factors[0].text


@pytest.mark.parametrize("factor", ["<p><b>{h}</b></p><p>{b}</p>", "<p><b><i>{h}</i></b></p><p>{b}</p>"])
def test_a_summary_in_bullets_gives_no_factors(factor: str) -> None:
    bullets = "".join(
        f"<p><b>{name}</b></p><ul>" + "".join(f"<li>{each}</li>" for each in group) + "</ul>"
        for name, group in GROUPS.items()
    )
    summary = f"<p><b>Summary of Risk Factors</b></p><p>Our risks include the following:</p>{bullets}"
    taken, _ = taken_apart(ten_k(summary + risks(BOLD, factor)))

    assert headings(taken) == HEADINGS
    assert all(factor.text.startswith(BODY) for factor in taken.risk_factors)


def test_a_heading_broken_by_a_page_is_one_heading() -> None:
    halves = (
        "<p><b>We depend on one supplier of pumps, and</b></p><hr style='page-break-after:always'>"
        f"<p><b>the loss of it could interrupt our deliveries.</b></p><p>{BODY}</p>"
    )
    taken, document = taken_apart(ten_k(halves + SET["groups and factors alike"]))

    first = taken.risk_factors[0]
    assert (
        first.heading
        == "We depend on one supplier of pumps, and the loss of it could interrupt our deliveries."
    )
    assert document.text[first.source.start : first.source.end] == first.source.quote


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ("<p><b>{}</b></p><p>{b}</p>", "{}"),
        ("<p><b>{}</b> — {b}</p>", "{}"),
        ("<p><i>{}.</i> {b}</p>", "{}."),
    ],
)
def test_headings_that_are_only_topics_are_factors_too(form: str, shown: str) -> None:
    topics = ["Competition", "Key Personnel", "Supply of Steel", "Water Law"]
    risk = "<p><b>Risks Related to Us</b></p>" + "".join(form.format(topic, b=BODY) for topic in topics)
    taken, _ = taken_apart(ten_k(risk))

    assert headings(taken) == [shown.format(topic) for topic in topics]


def test_a_group_that_is_set_otherwise_than_the_rest_is_not_lost() -> None:
    first = risks(BOLD, "<p><b><i>{h}</i></b></p><p>{b}</p>").split("<p><b>General Risks")[0]
    last = "<p><b>General Risks</b></p>" + "".join(f"<p><i>{h}</i></p><p>{BODY}</p>" for h in HEADINGS[-2:])
    taken, _ = taken_apart(ten_k(first + last))

    assert headings(taken) == HEADINGS


COVER = [
    "FORM 10-K", "For the fiscal year ended December 31, 2022",
    "Aqualine Pumps, Inc. (Exact name of registrant as specified in its charter)", "TABLE OF CONTENTS",
    "Item 1. Business 4", "Item 1A. Risk Factors 9", "Item 2. Properties 21", "Item 3. Legal Proceedings 22",
    "PART I", "Item 1. Business", MORE * 3, "Item 1A. Risk Factors", "You should consider these.",
]  # fmt: skip
REST = ["Item 2. Properties", "A plant.", "Item 3. Legal Proceedings", "None."]


def test_paragraphs_without_emphasis_and_with_page_numbers_between_still_give_headings() -> None:
    paragraphs = [line for heading in HEADINGS for line in (heading, f"{BODY} {MORE}", "12")]
    taken = take_apart([plain_document([*COVER, *paragraphs, *REST])])

    assert headings(taken) == HEADINGS


def test_short_sentences_inside_a_plain_text_are_not_taken_for_headings() -> None:
    inner = ["We believe that we comply with all laws.", "In addition, our costs could rise.", BODY]
    paragraphs = [line for heading in HEADINGS for line in (heading, BODY, *inner)]
    taken = take_apart([plain_document([*COVER, *paragraphs, *REST])])

    assert headings(taken) == HEADINGS


def test_headings_lost_in_their_paragraphs_are_replaced_by_first_sentences_and_it_is_said() -> None:
    taken = take_apart([plain_document([*COVER, *(f"{heading} {BODY}" for heading in HEADINGS), *REST])])

    assert headings(taken) == HEADINGS
    assert "first sentences" in taken.remarks[0]


def test_a_section_that_only_says_nothing_changed_gives_none_and_quotes_it() -> None:
    taken, _ = taken_apart(ten_k("<p>Not required for smaller reporting companies.</p>"))

    assert taken.risk_factors == ()
    assert "Not required for smaller reporting companies." in taken.remarks[0]
