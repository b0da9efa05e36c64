"""The same company in every format of filings: figures agree with what was put in, or are left out."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from errand.capabilities.documents.model import Document
from errand.capabilities.documents.read import parse, read
from errand.capabilities.filings.facts import FactsInput, facts
from errand.capabilities.filings.model import FactSet, FilingSections
from errand.capabilities.filings.sections import SectionsInput, sections
from errand.capabilities.financials.model import Statements
from errand.capabilities.financials.statements import build_statements
from errand.testing import FolderContext
from tests.made import plain, xbrl
from tests.made.filing import Filing
from tests.made.known import NAMES, Known, known
from tests.made.printed import pdf

FORMATS: dict[str, tuple[str, Callable[[Filing], bytes]]] = {
    "spans": ("made.htm", lambda filing: xbrl.inline(filing, "spans")),
    "fonts": ("made.htm", lambda filing: xbrl.inline(filing, "fonts")),
    "bare": ("made.htm", lambda filing: xbrl.inline(filing, "bare")),
    "instance": ("made.xml", xbrl.instance),
    "instance without prefix": ("made.xml", lambda filing: xbrl.instance(filing, prefixed=False)),
    "companyfacts": ("made.json", plain.companyfacts),
    "workbook": ("made.xlsx", plain.workbook),
    "page": ("made.htm", plain.page),
    "page with whole cells": ("made.htm", lambda filing: plain.page(filing, split=False)),
    "text": ("made.txt", plain.text),
}  # fmt: skip
NOT_IN_COMPANYFACTS = {("custom", "companyfacts"): {"revenue"}}
"""A total under a concept of the company's own is in no companyfacts; it is left out, not guessed."""


def statements(name: str, content: bytes, folder: Path) -> Statements:
    context = FolderContext(folder)
    (folder / name).write_bytes(content)
    file = context.attach(folder / name)
    readable = [file] if name.endswith((".htm", ".txt", ".pdf")) else []
    documents = [read.run(read.input_type(file=each), context).document for each in readable]
    found = facts.run(FactsInput(files=[file], documents=documents), context)
    return build_statements(context.load_model(found.facts, FactSet))


def told(made: Statements, company: Known, item: str) -> tuple[Decimal | None, ...]:
    """What is said of an item for the periods that the truth speaks of."""
    line = made.line(item)
    by_end = {p.end: line.at(p.label) for p in made.periods if line}
    figures = [by_end.get(end) for _, end in company.filing.spans[: len(company.truth[item])]]
    return tuple(figure.value if figure else None for figure in figures)


def truth(company: Known, item: str) -> tuple[Decimal | None, ...]:
    return tuple(None if value is None else Decimal(str(value)) for value in company.truth[item])


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("name", NAMES)
def test_figures_are_those_that_were_put_in(name: str, format_: str, tmp_path: Path) -> None:
    company = known(name)
    file, make = FORMATS[format_]
    made = statements(file, make(company.filing), tmp_path)

    left_out = NOT_IN_COMPANYFACTS.get((name, format_), set())
    items = [item for item in company.truth if item not in left_out]
    assert {item: told(made, company, item) for item in items} == {
        item: truth(company, item) for item in items
    }
    assert all(made.line(item) is None for item in left_out)
    assert (made.form, made.currency) == (company.filing.form, company.filing.currency)


@pytest.mark.parametrize("agent", ["spans", "fonts", "bare"])
def test_risk_factors_are_found_whoever_wrote_the_page(agent: str, tmp_path: Path) -> None:
    filing = known("insurer").filing
    (tmp_path / "made.htm").write_bytes(xbrl.inline(filing, agent))
    context = FolderContext(tmp_path)
    document = read.run(read.input_type(file=context.attach(tmp_path / "made.htm")), context).document
    found = sections.run(SectionsInput(documents=[document]), context)
    headings = [risk.heading for risk in context.load_model(found.sections, FilingSections).risk_factors]
    assert headings == [heading for heading, _ in filing.risks]


def test_debt_of_several_kinds_is_summed_up_and_each_is_shown(tmp_path: Path) -> None:
    filing = known("reit").filing
    made = statements("made.htm", xbrl.inline(filing), tmp_path)
    shown = {line.item: line.figures[0].value for line in made.lines if line.item.startswith("debt_")}
    assert shown == {
        "debt_secured": 980_000_000,
        "debt_unsecured": 2_300_000_000,
        "debt_credit_line": 150_000_000,
    }


def test_fees_of_a_bank_do_not_pass_for_its_revenue(tmp_path: Path) -> None:
    filing = known("bank").filing
    made = statements("made.htm", xbrl.inline(filing), tmp_path)
    assert any("a part of the noninterest income" in remark for remark in made.remarks)


def test_a_typewritten_statement_becomes_a_table_with_a_cell_for_each_column() -> None:
    document: Document = parse(plain.text(known("retailer").filing), "made.txt")
    tables = [block.rows for block in document.blocks if block.rows]
    assert tables[0][0] == ("", "FISCAL YEARS ENDED", "", "")
    assert ("Selling, general and administrative expenses", "5,700", "5,690", "5,300") in tables[0]
    assert ("Interest expense, net", "(71)", "(69)", "(70)") in tables[0]


@pytest.mark.parametrize("name", NAMES)
def test_figures_of_a_pdf_stand_in_the_right_years(name: str, tmp_path: Path) -> None:
    company = known(name)
    made = statements("made.pdf", pdf(company.filing, tmp_path), tmp_path)
    assert {item: told(made, company, item) for item in company.truth} == {
        item: truth(company, item) for item in company.truth
    }
