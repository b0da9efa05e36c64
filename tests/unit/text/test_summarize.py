"""Summaries and passages are verbatim and say where they stand."""

from pathlib import Path

import pytest

from errand.capabilities.documents.model import Document, DocumentRef
from errand.capabilities.documents.read import parse
from errand.capabilities.text.find import FindInput, find, passages_of
from errand.capabilities.text.model import Quotation, Summary
from errand.capabilities.text.summarize import SummarizeInput, summarize, summary_of
from errand.testing import FolderContext

TEXT = """# Mill Creek Pumps

## Suppliers

Our pump business depends on a single supplier of steel castings in Ohio. The steel supplier of our pump
business raised its prices twice in 2024. Rising steel prices reduced the margin of the pump
business by four points.

## Legal matters

A lawsuit about a patent on valves may cost us several million dollars, and we can not predict its outcome.

| Pump | Price |
|---|---|
| P-100 | 1,200 |
| P-200 | 2,900 |
"""


@pytest.fixture
def document() -> Document:
    return parse(TEXT.encode(), "pumps.md")


def stands_there(document: Document, quotation: Quotation) -> bool:
    source = quotation.source
    return document.text[source.start : source.end] == source.quote == quotation.text


def test_a_summary_is_verbatim_and_in_the_order_of_the_document(document: Document) -> None:
    summary = summary_of(document, 2)
    starts = [quotation.source.start or 0 for quotation in summary.quotations]
    assert len(starts) == 2
    assert starts == sorted(starts)
    assert all(stands_there(document, quotation) for quotation in summary.quotations)
    assert summary.quotations[0].source.where == "Suppliers"
    assert summary.title == "Mill Creek Pumps"


def test_a_focus_decides_what_the_summary_is_about(document: Document) -> None:
    (only,) = summary_of(document, 1, focus="patent lawsuit").quotations
    assert "patent on valves" in only.text
    assert only.source.where == "Legal matters"


def test_a_document_without_prose_has_an_empty_summary() -> None:
    assert summary_of(parse(b"a,b\n1,2\n", "a.csv"), 5) == Summary(title="a", quotations=())


def test_passages_answer_to_a_query_and_a_table_gives_its_line(document: Document) -> None:
    best = passages_of(document, "P-200", 3)[0]
    assert best.text == "P-200 | 2,900"
    assert stands_there(document, best)


def test_a_query_that_fits_nothing_finds_nothing(document: Document) -> None:
    assert passages_of(document, "zeppelin", 3) == []
    assert passages_of(document, "the of", 3) == []


def test_the_capabilities_work_from_stored_documents(tmp_path: Path, document: Document) -> None:
    context = FolderContext(tmp_path)
    ref = context.save_model(DocumentRef, "pumps.json", document)
    output = summarize.run(SummarizeInput(document=ref, sentences=3), context)
    stored = context.load_model(output.summary, Summary)
    assert [quotation.text for quotation in stored.quotations] == output.sentences
    assert "pump" in output.keywords
    assert find.run(FindInput(document=ref, query="steel"), context).passages


def test_outputs_stay_small_whatever_the_document_holds(tmp_path: Path) -> None:
    context = FolderContext(tmp_path)
    text = "\n\n".join(
        f"Steel {'pumps and valves ' * 70} number {n} are sold in town {n}." for n in range(300)
    )
    ref = context.save_model(DocumentRef, "long.json", parse(text.encode(), "long.txt"))
    found = find.run(FindInput(document=ref, query="steel", limit=50), context)
    summary = summarize.run(SummarizeInput(document=ref, sentences=50), context)
    assert len(found.model_dump_json()) < 65_536
    assert len(summary.model_dump_json()) < 65_536
