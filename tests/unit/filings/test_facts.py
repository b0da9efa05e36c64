from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from errand.capabilities.filings.companyfacts import read_companyfacts
from errand.capabilities.filings.facts import FactsInput, FactsOutput, facts
from errand.capabilities.filings.financial_report import read_financial_report
from errand.capabilities.filings.instance import read_instance
from errand.capabilities.filings.model import FactSet
from errand.capabilities.financials.statements import build_statements
from errand.domain.errors import InputRefused
from errand.testing import FolderContext
from tests.unit.filings.xbrl_pages import (
    BALANCE_SHEET,
    COVER_SHEET,
    INCOME_SHEET,
    companyfacts,
    inline,
    tagged,
    workbook,
    year,
)

INSTANCE = b"""<?xml version="1.0"?>
<xbrl xmlns="http://www.xbrl.org/2003/instance" xmlns:us-gaap="http://fasb.org/us-gaap/2023"
 xmlns:dei="http://xbrl.sec.gov/dei/2023" xmlns:iso4217="http://www.xbrl.org/2003/iso4217">
<context id="y"><entity><identifier scheme="http://www.sec.gov/CIK">0000424242</identifier></entity>
<period><startDate>2023-01-01</startDate><endDate>2023-12-31</endDate></period></context>
<unit id="usd"><measure>iso4217:USD</measure></unit>
<dei:EntityRegistrantName contextRef="y">Anvil Works</dei:EntityRegistrantName>
<dei:DocumentType contextRef="y">10-K</dei:DocumentType>
<dei:DocumentFiscalYearFocus contextRef="y">2023</dei:DocumentFiscalYearFocus>
<us-gaap:Revenues contextRef="y" unitRef="usd" decimals="-3" id="f1">900000</us-gaap:Revenues>
<us-gaap:NetIncomeLoss contextRef="y" unitRef="usd" decimals="INF">-1.5E4</us-gaap:NetIncomeLoss>
<us-gaap:Note contextRef="y">Long text</us-gaap:Note>
</xbrl>"""


def gather(folder: Path, **files: bytes) -> tuple[FactsOutput, FactSet]:
    """Underscores in a file's name stand for its point."""
    context = FolderContext(folder)
    attached = []
    for name, content in files.items():
        path = folder / name.replace("_", ".")
        path.write_bytes(content)
        attached.append(context.attach(path))
    output = facts.run(FactsInput(files=attached), context)
    return output, context.load_model(output.facts, FactSet)


def revenues(found: FactSet) -> dict[date, Decimal]:
    """The first value of each period is the one that counts."""
    return {fact.end: fact.value for fact in reversed(found.facts) if fact.concept == "us-gaap:Revenues"}


def test_an_instance_gives_its_facts_with_contexts_and_ids() -> None:
    found = read_instance(INSTANCE, "anvil.xml", "0" * 64)

    assert [(f.concept, f.value, f.decimals) for f in found.facts[1:]] == [
        ("us-gaap:Revenues", Decimal(900_000), -3),
        ("us-gaap:NetIncomeLoss", Decimal(-15_000), None),
    ]
    assert found.facts[1].source.fact == "us-gaap:Revenues (y, f1)"
    assert (found.company, found.cik, found.form, found.period_end) == (
        "Anvil Works", "0000424242", "10-K", date(2023, 12, 31),
    )  # fmt: skip


def test_of_companyfacts_the_value_filed_last_comes_first_and_what_it_replaced_stays_behind() -> None:
    content = companyfacts({"Revenues": [year(900, filed="2025-02-01"), year(890, filed="2026-02-01")]})

    found = read_companyfacts(content, "facts.json", "0" * 64)

    assert [f.value for f in found.facts if f.concept == "us-gaap:Revenues"] == [890, 900]
    assert found.period_end == date(2024, 12, 31)


def test_companyfacts_are_exact_and_concepts_of_no_use_are_left_out_with_a_word() -> None:
    content = companyfacts(
        {"EarningsPerShareDiluted": [year(0.1)], "Revenues": [year(5)], "PaperClips": [year(3)]}
    )

    found = read_companyfacts(content, "facts.json", "0" * 64)

    assert {str(f.value) for f in found.facts if f.concept != "dei:DocumentFiscalYearFocus"} == {"0.1", "5"}
    assert "1 concepts" in found.remarks[0]


def test_a_fiscal_year_is_named_by_the_filing_that_first_told_of_it() -> None:
    span = {"start": "2023-02-01", "end": "2024-01-31", "val": 7, "form": "10-K", "fp": "FY"}
    first = {**span, "accn": "a", "filed": "2024-03-01", "fy": 2023}
    again = {**span, "accn": "b", "filed": "2025-03-01", "fy": 2024}
    content = companyfacts({"Revenues": [first, again]})

    found = read_companyfacts(content, "facts.json", "0" * 64)

    assert found.facts[-1].value == 2023


@pytest.mark.parametrize(
    "content", [b'{"entityName": 1, "facts": []}', b'{"entityName": "x", "facts": {"us-gaap": 5}}']
)
def test_a_companyfacts_file_that_is_none_is_refused(content: bytes) -> None:
    with pytest.raises(InputRefused, match="not a companyfacts file"):
        read_companyfacts(content, "facts.json", "0" * 64)


def test_a_damaged_workbook_is_refused_with_what_to_do() -> None:
    content = workbook({"Cover": COVER_SHEET, "INCOME": INCOME_SHEET})

    with pytest.raises(InputRefused, match="damaged or incomplete"):
        read_financial_report(content[: len(content) // 2], "Financial_Report.xlsx", "0" * 64)


def test_a_workbook_gives_scaled_figures_with_their_cells() -> None:
    content = workbook({"Cover": COVER_SHEET, "INCOME": INCOME_SHEET, "BALANCE": BALANCE_SHEET})

    found = read_financial_report(content, "Financial_Report.xlsx", "0" * 64)

    assert found is not None
    newest = {f.concept: f for f in found.facts if f.end == date(2024, 12, 28)}
    assert newest["table:revenue"].value == 1_250_500_000
    assert newest["table:revenue"].source.cell == "INCOME!B4"
    assert newest["table:revenue"].start == date(2023, 12, 31)
    assert newest["table:eps_diluted"].value == Decimal("2.4")
    assert newest["table:shares_diluted"].value == 50_000_000
    assert newest["table:long_term_debt"].value == 500_000_000
    assert newest["table:long_term_debt_current"].value == 20_000_000


def test_another_workbook_holds_no_facts() -> None:
    assert read_financial_report(workbook({"Sheet1": [("Budget", 1)]}), "budget.xlsx", "0" * 64) is None


def test_an_annual_filing_is_what_a_report_is_about_and_companyfacts_add_its_history(tmp_path: Path) -> None:
    history = companyfacts({"Revenues": [year(80, 2023), year(70, 2022), year(999, 2025)]})

    output, found = gather(tmp_path, facts_json=history, anvil_htm=inline(tagged("90")))

    assert revenues(found) == {date(2024, 12, 31): 90, date(2023, 12, 31): 80, date(2022, 12, 31): 70}
    assert found.period_end == date(2024, 12, 31)
    assert any("newer than anvil.htm" in remark for remark in output.remarks)


def test_an_older_instance_adds_years_and_changes_none(tmp_path: Path) -> None:
    _, found = gather(
        tmp_path, old_xml=INSTANCE, anvil_htm=inline(tagged("1,000,000", format="ixt:num-dot-decimal"))
    )

    assert [p.label for p in build_statements(found).periods] == ["FY2024", "FY2023"]
    assert revenues(found) == {date(2024, 12, 31): 1_000_000, date(2023, 12, 31): 900_000}


def test_an_interim_workbook_does_not_displace_the_year(tmp_path: Path) -> None:
    cover = [row if row[0] != "Document Type" else ("Document Type", "10-Q", "") for row in COVER_SHEET]
    cover = [row if "Period End" not in str(row[0]) else (row[0], "Mar. 29, 2025", "") for row in cover]
    quarter = [
        ("STATEMENTS OF OPERATIONS - USD ($)", "3 Months Ended"), (None, "Mar. 29, 2025"),
        ("Net sales", 5), ("Net income", 1),
    ]  # fmt: skip
    interim = workbook({"Cover": cover, "INCOME": quarter})

    output, found = gather(tmp_path, q_xlsx=interim, anvil_htm=inline(tagged("90")))

    assert output.form == "10-K"
    assert {fact.end for fact in found.facts} == {date(2024, 12, 31)}
    assert any("holds a 10-Q up to March 29, 2025" in remark for remark in output.remarks)


def test_a_file_about_another_company_is_passed_over_with_a_word(tmp_path: Path) -> None:
    other = companyfacts({"Revenues": [year(80, 2023)]}, cik=7)

    output, found = gather(tmp_path, other_json=other, anvil_htm=inline(tagged("90")))

    assert revenues(found) == {date(2024, 12, 31): 90}
    assert any("passed over" in remark for remark in output.remarks)


def test_a_file_without_figures_is_passed_over_beside_one_with(tmp_path: Path) -> None:
    output, _ = gather(tmp_path, notes_txt=b"Nothing here", anvil_htm=inline(tagged("90")))

    assert output.remarks[0] == "notes.txt holds no figures in XBRL and was passed over for them."


def test_no_figures_at_all_is_refused_with_what_to_attach(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match=r"No financial figures were found in notes\.txt; attach"):
        gather(tmp_path, notes_txt=b"Nothing here")


def test_currency_is_that_of_most_figures(tmp_path: Path) -> None:
    output, _ = gather(tmp_path, anvil_htm=inline(tagged("90") + tagged("5", "us-gaap:X", unit="shares")))

    assert output.currency == "USD"
