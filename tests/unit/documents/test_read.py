"""Every format becomes blocks whose offsets hold."""

import datetime
import hashlib
import time
from pathlib import Path

import pytest

from errand.capabilities.documents.model import Block, BlockKind, Document, Emphasis
from errand.capabilities.documents.read import ReadInput, parse, read
from errand.capability import ArtifactRef
from errand.domain.errors import InputRefused
from errand.testing import FolderContext
from tests.unit.documents import made


def kinds(document: Document) -> list[tuple[BlockKind, str]]:
    return [(block.kind, block.text) for block in document.blocks]


def block(document: Document, text: str) -> Block:
    return next(each for each in document.blocks if text in each.text)


def offsets_hold(document: Document) -> bool:
    return all(document.text[each.start : each.end] == each.text for each in document.blocks)


MARKDOWN = """---
layout: page
---
# Pumps

Some *fine* **pumps** for
every mill.

**Note.** Read this first.

- one
- two

> Quoted words.

| a | b |
|---|---|
| 1 |   |

```
code  kept
```
"""


def test_markdown_keeps_its_structure() -> None:
    document = parse(MARKDOWN.encode(), "pumps.md")
    assert kinds(document) == [
        (BlockKind.HEADING, "Pumps"),
        (BlockKind.PARAGRAPH, "Some fine pumps for every mill."),
        (BlockKind.PARAGRAPH, "Note. Read this first."),
        (BlockKind.ITEM, "one"),
        (BlockKind.ITEM, "two"),
        (BlockKind.QUOTE, "Quoted words."),
        (BlockKind.TABLE, "a | b\n1"),
        (BlockKind.CODE, "code  kept"),
    ]
    assert block(document, "Note.").lead == "Note."
    assert block(document, "a | b").rows == (("a", "b"), ("1", ""))
    assert document.title == "Pumps"
    assert offsets_hold(document)


def test_plain_text_has_headings_paragraphs_and_lists() -> None:
    text = (
        "OVERVIEW\n\nThe mill runs on water that comes down from the hills in the spring,\n"
        "and stands still for a part of every summer.\n\n"
        "Next steps\n----------\n- buy a pump\n- dig a well\n\nDone."
    )
    document = parse(text.encode(), "mill.txt")
    assert [kind for kind, _ in kinds(document)] == [
        BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.HEADING, BlockKind.ITEM, BlockKind.ITEM,
        BlockKind.PARAGRAPH,
    ]  # fmt: skip
    assert "spring, and stands" in document.text
    assert offsets_hold(document)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_text_is_read_in_any_common_encoding(encoding: str) -> None:
    said = "Der Müller zahlt 5 € für größere Pumpen – so war es vereinbart."
    assert parse(said.encode(encoding), "a.txt").text == said


def test_a_word_document_is_read_in_body_order() -> None:
    document = parse(made.docx(), "plan.docx")
    assert kinds(document) == [
        (BlockKind.HEADING, "Overview"),
        (BlockKind.PARAGRAPH, "The mill runs on water."),
        (BlockKind.ITEM, "A new pump"),
        (BlockKind.TABLE, "Item | Cost\nPump | 1,200"),
        (BlockKind.PARAGRAPH, "Safety. Nobody works alone."),
        (BlockKind.HEADING, "Budget"),
    ]
    assert block(document, "Budget").level == 2
    assert block(document, "Safety").lead == "Safety."
    assert document.title == "Plan of the mill"
    assert offsets_hold(document)


def test_content_controls_are_read_and_deleted_words_are_not() -> None:
    body = (
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>Kept here.</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        "<w:p><w:del><w:r><w:delText>Gone.</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:rPr><w:b/></w:rPr><w:t>Added.</w:t></w:r></w:ins></w:p>"
    )
    document = parse(made.docx_of(body), "form.docx")
    assert document.text == "Kept here.\nAdded."
    assert document.blocks[1].emphasis is Emphasis.BOLD


def test_text_boxes_are_read_once_however_deep_they_lie() -> None:
    depth = 60
    body = "<w:p><w:r><w:txbxContent>" * depth + "<w:p><w:r><w:t>Deep.</w:t></w:r></w:p>"
    body += "</w:txbxContent></w:r></w:p>" * depth
    assert parse(made.docx_of(body), "boxes.docx").text == "Deep."


def test_a_heading_style_is_inherited() -> None:
    styles = (
        '<w:style w:styleId="H"><w:name w:val="heading 2"/></w:style>'
        '<w:style w:styleId="Mine"><w:name w:val="Mine"/><w:basedOn w:val="H"/></w:style>'
        '<w:style w:styleId="Loop"><w:name w:val="Loop"/><w:basedOn w:val="Loop"/></w:style>'
    )
    body = '<w:p><w:pPr><w:pStyle w:val="Mine"/></w:pPr><w:r><w:t>Costs</w:t></w:r></w:p>'
    document = parse(made.docx_of(body, styles), "a.docx")
    assert (document.blocks[0].kind, document.blocks[0].level) == (BlockKind.HEADING, 2)


def test_cells_of_a_workbook_keep_their_places_and_digits() -> None:
    rows: list[list[object]] = [
        [],
        ["", "Revenue", 1234567.891, 0.1],
        [None, "Date", datetime.date(2024, 9, 28), 12.0],
    ]
    document = parse(made.xlsx({"Income": rows, "Empty": []}), "book.xlsx")
    table = block(document, "Revenue")
    assert table.sheet == "Income"
    assert table.rows[1][2] == "1234567.891"
    assert table.rows[2][2:] == ("2024-09-28", "12")
    assert "Empty" not in document.text
    assert offsets_hold(document)


def test_formulas_without_a_stored_result_are_told() -> None:
    document = parse(made.xlsx({"S": [[1, 2, "=A1+B1"]]}), "sums.xlsx")
    assert document.remarks[0].startswith("1 formulas have no stored result")


def test_a_workbook_of_a_million_empty_rows_is_read_quickly() -> None:
    empty = "".join(f'<row r="{n}"/>' for n in range(2, 300_000))
    first, last = (
        '<row r="1"><c r="A1"><v>7</v></c></row>',
        '<row r="1048576"><c r="A1048576"><v>9</v></c></row>',
    )
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f'<dimension ref="A1:XFD1048576"/><sheetData>{first}{empty}{last}</sheetData></worksheet>'
    )
    parts = made.parts_of(made.xlsx({"S": [[1]]})) | {"xl/worksheets/sheet1.xml": sheet.encode()}
    document = parse(made.zipped(parts), "long.xlsx")
    assert block(document, "7").rows == (("7",),)


def test_a_long_sheet_is_cut_with_a_remark() -> None:
    document = parse(made.xlsx({"Long": [[n, "x"] for n in range(21_000)]}), "long.xlsx")
    assert len(document.blocks[1].rows) == 20_000
    assert document.remarks == ("Of sheet Long only the first 20,000 rows were read.",)


@pytest.mark.parametrize("delimiter", [",", ";", "|"])
def test_a_table_of_text_is_cut_at_its_own_delimiter(delimiter: str) -> None:
    text = f'name{delimiter}note\npump{delimiter}"one{delimiter}two"\nwell{delimiter}deep\n'
    document = parse(text.encode(), "table.csv")
    assert document.blocks[0].rows[1] == ("pump", f"one{delimiter}two")


def test_a_quoted_cell_that_never_ends_is_left_out_with_a_remark() -> None:
    document = parse(b'a,b\n1,"' + b"x" * 200_000, "broken.csv")
    assert document.blocks[0].rows == (("a", "b"),)
    assert "does not end" in document.remarks[0]


def test_a_pdf_has_pages_headings_items_and_rows_of_figures() -> None:
    document = parse(made.pdf(), "report.pdf")
    heading = block(document, "Risk factors")
    assert (heading.kind, heading.level, heading.page) == (BlockKind.HEADING, 1, 1)
    assert block(document, "Competition").level == 2
    assert "loss of any one of them could interrupt production" in block(document, "Our business").text
    assert block(document, "Prices may fall").kind is BlockKind.ITEM
    assert block(document, "Net revenue").rows == (
        ("Net revenue", "1,234", "1,100"),
        ("Net income (loss)", "(56)", "78"),
    )
    assert block(document, "Second page").page == 2
    assert document.pages == 4
    assert "Annual Report" not in document.text
    assert offsets_hold(document)


def test_a_pdf_with_an_empty_password_is_read() -> None:
    assert "secret page" in parse(made.encrypted_pdf(""), "open.pdf").text


def test_json_xml_and_source_text_are_kept_as_they_are() -> None:
    assert parse(b'{"a":  1}', "a.json").blocks[0].text == '{"a":  1}'
    assert parse(b"<?xml version='1.0'?>\n<a>  b</a>", "a.xml").blocks[0].kind is BlockKind.CODE
    assert parse(b"def f():\n    return 1\n", "a.py").blocks[0].text == "def f():\n    return 1"


SUBMISSION = """<SEC-DOCUMENT>0000000000-25-000001.txt : 20250102
<DOCUMENT>
<TYPE>10-K
<SEQUENCE>1
<FILENAME>{name}
<TEXT>
{text}
</TEXT>
</DOCUMENT>
<DOCUMENT>
<TYPE>EX-21
<TEXT>
Subsidiaries.
</TEXT>
</DOCUMENT>
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("mill.htm", "<XBRL>\n<?xml version='1.0'?><html><body><p>We make pumps.</p></body></html>\n</XBRL>"),
        ("mill.txt", "We make pumps."),
    ],
)
def test_of_a_complete_submission_the_filing_is_read(name: str, text: str) -> None:
    content = SUBMISSION.format(name=name, text=text).encode()
    document = parse(content, "full.txt")
    assert document.text == "We make pumps."
    assert document.remarks == ("It is a submission of 2 documents; the first one, 10-K, was read.",)
    assert document.sha256 == hashlib.sha256(content).hexdigest()


def test_entities_of_xml_are_not_expanded() -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "boom">]><a>&b;</a>'
    assert "&b;" in parse(bomb.encode(), "a.xml").text
    with pytest.raises(InputRefused, match="was not opened"):
        parse(made.zipped({"word/document.xml": bomb}), "a.docx")
    with pytest.raises(InputRefused, match="was not opened"):
        parse(made.zipped({"xl/workbook.xml": bomb}), "a.xlsx")


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "a.txt", "empty"),
        (b" \n\n ", "a.txt", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a.png", "a PNG image"),
        (bytes(range(256)) * 40, "a.bin", "binary format"),
        (made.zipped({"notes.txt": "x"}), "a.zip", "a ZIP archive"),
        (made.zipped({"word/document.xml": "<w:document>"})[:-30], "a.docx", "damaged"),
        (made.zipped({"word/document.xml": "<w:document>"}), "a.docx", "damaged"),
        (made.zipped({"xl/workbook.xml": "<workbook>"}), "a.xlsx", "damaged"),
        (b"%PDF-1.7\ngarbage", "a.pdf", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "a.doc", "before 2007"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "a.docx", "password"),
        (b"{\\rtf1 hello}", "a.rtf", "RTF"),
    ],
)
def test_what_can_not_be_read_is_refused_with_a_sentence(content: bytes, name: str, said: str) -> None:
    with pytest.raises(InputRefused, match=said):
        parse(content, name)


def test_an_encrypted_pdf_is_refused() -> None:
    with pytest.raises(InputRefused, match="is encrypted"):
        parse(made.encrypted_pdf("x7"), "secret.pdf")


def test_a_scan_is_refused_as_a_scan() -> None:
    with pytest.raises(InputRefused, match="no text on its only page; it is probably a scan"):
        parse(made.picture_pdf(), "scan.pdf")


def test_an_archive_that_unpacks_to_too_much_is_refused() -> None:
    with pytest.raises(InputRefused, match="more than is opened"):
        parse(made.zipped({"word/document.xml": b" " * 210_000_000}), "bomb.docx")


@pytest.mark.parametrize("unit", [b"\n", b"ab\n", b"abc def. ", b"x"])
def test_a_very_long_text_is_read_in_bounded_time_with_a_remark(unit: bytes) -> None:
    began = time.perf_counter()
    document = parse(unit * (20_000_000 // len(unit)) + b"the end", "long.txt")
    assert "the rest was left out" in document.remarks[0]
    assert time.perf_counter() - began < 8


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx", "a.pdf"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.99])
def test_a_truncated_file_is_refused_or_read_in_part(name: str, share: float) -> None:
    whole = {"a.docx": made.docx(), "a.xlsx": made.xlsx({"S": [["a", 1]]}), "a.pdf": made.pdf()}[name]
    cut = whole[: int(len(whole) * share)]
    assert made.refused_or_read(cut, name)


def test_reading_stores_the_document_and_says_what_it_is(tmp_path: Path) -> None:
    context = FolderContext(tmp_path)
    file = context.save(ArtifactRef, "report.pdf", made.pdf(), "application/pdf")
    output = read.run(ReadInput(file=file), context)
    document = context.load_model(output.document, Document)
    assert (output.format, output.pages, output.title) == ("pdf", 4, "Risk factors")
    assert output.characters == len(document.text)
    assert document.sha256 == file.sha256
