"""A filing is recognised by its cover and taken apart by the headings of its items."""

from datetime import date
from pathlib import Path

import pytest

from errand.capabilities.documents.html import read_html
from errand.capabilities.documents.model import DocumentRef
from errand.capabilities.filings.model import FilingSections
from errand.capabilities.filings.sections import SectionsInput, sections, take_apart
from errand.testing import FolderContext
from tests.unit.filings.filing_pages import (
    BOLD,
    BUSINESS,
    HEADINGS,
    contents_lines,
    contents_table,
    cover,
    risks,
    taken_apart,
    ten_k,
)  # fmt: skip

RISKS = risks(BOLD, "<p><b><i>{h}</i></b></p><p>{b}</p>")


def items(html: str) -> list[str]:
    return [section.item for section in taken_apart(html)[0].sections]


@pytest.mark.parametrize("contents", ["", contents_table(), contents_lines()])
def test_items_are_found_and_the_table_of_contents_is_not(contents: str) -> None:
    taken, document = taken_apart(ten_k(RISKS, contents=contents))

    assert [section.item for section in taken.sections] == ["1", "1A", "1B", "2", "7", "8"]
    first = taken.sections[0]
    assert document.text[first.start : first.end].startswith("Item 1. Business\nWe make pumps")


def test_the_cover_tells_form_company_and_period() -> None:
    taken, _ = taken_apart(ten_k(RISKS))

    assert (taken.form, taken.company, taken.period_end) == (
        "10-K",
        "Aqualine Pumps, Inc.",
        date(2024, 3, 31),
    )


@pytest.mark.parametrize(
    "form", ["FORM 10-K/A", "Form 10-K (Amendment No. 1)", "FORM 10–K/A (Amendment No. 2)"]
)
def test_an_amended_form_is_told_as_such(form: str) -> None:
    assert taken_apart(ten_k(RISKS, form=form))[0].form == "10-K/A"


@pytest.mark.parametrize(
    ("words", "end"),
    [
        ("fiscal year ended December 31, 2023", date(2023, 12, 31)),
        ("fiscal year ended: 31 December 2023", date(2023, 12, 31)),
        ("year ended Sept. 28, 2024", date(2024, 9, 28)),
        ("quarterly period ended June 30, 2024", date(2024, 6, 30)),
        ("fiscal year ended 2023-06-30", date(2023, 6, 30)),
        ("fiscal year ended February 31, 2023", None),
    ],
)
def test_the_end_of_the_period_is_read_in_the_ways_it_is_written(words: str, end: date | None) -> None:
    document = read_html(f"<p>Form 10-K</p><p>For the {words}</p>".encode(), "x.htm")

    assert take_apart([document]).period_end == end


@pytest.mark.parametrize(
    "heading",
    [
        "<p><b>ITEM 1A.</b></p><p><b>RISK FACTORS</b></p>",
        "<table><tr><td><b>Item 1A.</b></td><td><b>Risk Factors</b></td></tr></table>",
        "<p>Item&nbsp;1A&#8212;Risk Factors</p>",
        "<p><b>Part I, Item 1A. Risk Factors</b></p>",
        "<p><b>RISK FACTORS</b></p>",
        "<h2>Item 1A: Risk factors</h2>",
    ],
)
def test_the_heading_of_risk_factors_is_found_however_it_is_written(heading: str) -> None:
    taken, _ = taken_apart(ten_k(RISKS).replace("<p><b>Item 1A. Risk Factors</b></p>", heading))

    assert [factor.heading for factor in taken.risk_factors] == HEADINGS


def test_combined_items_are_found_under_each_of_their_numbers() -> None:
    html = ten_k(RISKS).replace("Item 1. Business", "Items 1 and 2. Business and Properties")

    assert items(html)[:3] == ["1", "2", "1A"]


def test_headings_repeated_on_later_pages_do_not_cut_a_section() -> None:
    again = "<p><b>Item 1A. Risk Factors (continued)</b></p><p><b>Risks Related to Regulation"
    taken, _ = taken_apart(ten_k(RISKS.replace("<p><b>Risks Related to Regulation", again)))

    assert [factor.heading for factor in taken.risk_factors] == HEADINGS


def test_items_out_of_order_keep_their_own_text() -> None:
    html = f"{cover()}" + "".join(
        f"<p><b>Item {number}</b></p>{BUSINESS}"
        for number in ("7. Management’s Discussion", "1. Business", "3. Legal Proceedings")
    )  # fmt: skip

    assert items(html) == ["7", "1", "3"]


def quarterly(risk: str, parts: tuple[str, str]) -> str:
    body = [
        parts[0], BOLD.format("Item 1. Financial Statements (Unaudited)"), BUSINESS,
        BOLD.format("Item 2. Management’s Discussion and Analysis"), BUSINESS,
        parts[1], BOLD.format("Item 1. Legal Proceedings"), BUSINESS,
        BOLD.format("Item 1A. Risk Factors"), risk,
        BOLD.format("Item 2. Unregistered Sales of Equity Securities"), BUSINESS,
    ]  # fmt: skip
    return cover("FORM 10-Q", "quarterly period ended June 30, 2024") + "".join(body)


@pytest.mark.parametrize(
    "parts", [("<p><b>PART I</b></p>", "<p><b>PART II — OTHER INFORMATION</b></p>"), ("", "")]
)
def test_items_of_a_quarterly_report_are_told_with_their_part(parts: tuple[str, str]) -> None:
    taken, _ = taken_apart(quarterly(RISKS, parts))

    assert [section.item for section in taken.sections] == ["I.1", "I.2", "II.1", "II.1A", "II.2"]
    assert len(taken.risk_factors) == len(HEADINGS)


@pytest.mark.parametrize(
    "heading", ["D. Risk Factors", "Item 3.D. Risk Factors", "3.D Risk Factors", "Risk Factors"]
)
def test_risk_factors_of_a_foreign_annual_report_are_in_item_3d(heading: str) -> None:
    html = (
        cover("FORM 20-F", "fiscal year ended 31 December 2023")
        + BOLD.format("ITEM 3. KEY INFORMATION")
        + BOLD.format("C. Reasons for the Offer and Use of Proceeds")
        + "<p>Not applicable.</p>"
        + BOLD.format(heading)
        + RISKS
        + BOLD.format("ITEM 4. INFORMATION ON THE COMPANY")
        + BUSINESS
        + BOLD.format("ITEM 5. OPERATING AND FINANCIAL REVIEW AND PROSPECTS")
        + BUSINESS
    )
    taken, _ = taken_apart(html)

    assert {"3", "3.D", "4", "5"} <= {section.item for section in taken.sections}
    assert [factor.heading for factor in taken.risk_factors] == HEADINGS


def test_a_report_with_headings_of_its_own_still_gives_its_risk_factors() -> None:
    html = (
        cover("FORM 20-F", "year ended December 31, 2023")
        + f"<h1>About this report</h1>{BUSINESS}<h2>Risk factors</h2>"
        + risks("<h3>{0}</h3>", "<p><b>{h}</b></p><p>{b}</p>")
        + f"<h2>Corporate governance</h2>{BUSINESS}"
    )
    taken, _ = taken_apart(html)

    assert [factor.heading for factor in taken.risk_factors] == HEADINGS


def run(folder: Path, *pages: str) -> tuple[FilingSections, list[str]]:
    context = FolderContext(folder)
    refs = [
        context.save_model(DocumentRef, f"{number}.json", read_html(page.encode(), f"{number}.htm"))
        for number, page in enumerate(pages)
    ]
    given = sections.run(SectionsInput(documents=refs), context)
    return context.load_model(given.sections, FilingSections), given.remarks


def test_no_documents_give_empty_sections_and_a_remark(tmp_path: Path) -> None:
    taken, remarks = run(tmp_path)

    assert (taken.sections, taken.risk_factors) == ((), ())
    assert remarks == ["No document was given, so there are no sections and no risk factors."]


def test_an_error_page_is_no_filing(tmp_path: Path) -> None:
    taken, remarks = run(
        tmp_path, "<h1>Request Rate Threshold Exceeded</h1><p>See Form 10-K filings later.</p>"
    )

    assert taken.sections == ()
    assert "looks like a 10-K, 10-Q or 20-F" in remarks[0]


def test_of_several_documents_the_filing_is_taken(tmp_path: Path) -> None:
    taken, _ = run(tmp_path, "<p>A letter.</p>", ten_k(RISKS), "<p>A press release about Item 2.</p>")

    assert taken.document == "1.htm"


def test_a_second_filing_is_remarked_on(tmp_path: Path) -> None:
    taken, remarks = run(tmp_path, quarterly(RISKS, ("", "")), ten_k(RISKS))

    assert taken.form == "10-K"
    assert "0.htm looks like a filing too" in remarks[0]
