"""A report as DOCX, with Word's own styles for headings, lists, quotations and tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, assert_never

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Length, Pt, RGBColor
from docx.table import Table as WordTable
from docx.text.paragraph import Paragraph as WordParagraph
from docx.text.run import Run

from errand.capabilities.reports.markdown import (
    Block,
    Blocks,
    Break,
    Code,
    Heading,
    Inlines,
    List,
    Mark,
    Paragraph,
    Picture,
    Quote,
    Rule,
    Span,
    Table,
    plain,
)
from errand.capabilities.reports.pictures import Image

_LINK_COLOUR = RGBColor(0x0B, 0x57, 0xA4)
_TEXT_WIDTH = Cm(16.5)
_NARROWEST, _WIDEST, _MARGINS = 6, 32, 4
"""Characters that a column of a table counts for, and those that its margins take."""
_DEEPEST = 3
"""Word's default template has three levels of list styles."""


def to_docx(blocks: Blocks, title: str, images: Mapping[str, Image], now: datetime) -> bytes:
    document = docx.Document()
    document.core_properties.title = title[:255]
    document.core_properties.author = "Errand"
    document.core_properties.created = document.core_properties.modified = now.replace(tzinfo=None)
    _set_page(document)
    writer = _Writer(document, images)
    for block in blocks:
        writer.block(block)
    content = BytesIO()
    document.save(content)
    return content.getvalue()


def _set_page(document: Document) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.25)
    document.styles["Normal"].font.size = Pt(10.5)


@dataclass
class _Writer:
    document: Document
    images: Mapping[str, Image]
    _bookmarks: int = 0

    def block(self, block: Block, *, style: str | None = None, depth: int = 0) -> None:
        if isinstance(block, Heading):
            self._fill(self.document.add_heading(level=min(block.level, 9)), block.content)
        elif isinstance(block, Paragraph):
            self._fill(self.document.add_paragraph(style=style), block.content)
        elif isinstance(block, Code):
            self._code(block)
        elif isinstance(block, Quote):
            for inner in block.blocks:
                self.block(inner, style="Quote", depth=depth)
        elif isinstance(block, List):
            self._list(block, depth + 1)
        elif isinstance(block, Table):
            self._table(block)
        elif isinstance(block, Rule):
            self.document.add_paragraph("⁂").alignment = WD_ALIGN_PARAGRAPH.CENTER
        else:
            assert_never(block)

    def _code(self, block: Code) -> None:
        run = self.document.add_paragraph().add_run(_legal(block.text))
        run.font.name, run.font.size = "Courier New", Pt(9)

    def _list(self, block: List, depth: int) -> None:
        level = "" if depth == 1 else f" {min(depth, _DEEPEST)}"
        for number, item in enumerate(block.items, start=block.first or 1):
            for place, inner in enumerate(item):
                if place or not isinstance(inner, Paragraph):
                    self.block(inner, style=f"List Continue{level}", depth=depth)
                elif block.sources:
                    self._small(inner.content)
                elif block.first is None:
                    self._fill(self.document.add_paragraph(style=f"List Bullet{level}"), inner.content)
                else:
                    # Written out: Word would go on counting from the list before.
                    paragraph = self.document.add_paragraph(f"{number}.\t", style=f"List Continue{level}")
                    self._fill(paragraph, inner.content)

    def _small(self, content: Inlines) -> None:
        paragraph = self.document.add_paragraph()
        self._fill(paragraph, content)
        paragraph.paragraph_format.space_after = Pt(2)
        for run in paragraph.runs:
            run.font.size = Pt(8)

    def _table(self, block: Table) -> None:
        table = self.document.add_table(rows=0, cols=len(block.header), style="Light List Accent 1")
        table.autofit = False
        _set_off_no_column(table)
        widths = _widths(block)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        for number, cells in enumerate((block.header, *block.rows)):
            row = table.add_row()
            for cell, content, right, width in zip(row.cells, cells, block.numeric, widths, strict=True):
                cell.width = width
                paragraph = cell.paragraphs[0]
                self._fill(paragraph, content)
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if right else WD_ALIGN_PARAGRAPH.LEFT
                for run in paragraph.runs:
                    run.font.size = Pt(9)
            if number == 0:
                row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001  # no other way
        self.document.add_paragraph()

    def _fill(self, paragraph: WordParagraph, content: Inlines) -> None:
        for each in content:
            if isinstance(each, Span):
                self._span(paragraph, each)
            elif isinstance(each, Mark):
                self._mark(paragraph, each)
            elif isinstance(each, Picture):
                self._picture(paragraph, each)
            elif isinstance(each, Break):
                paragraph.add_run().add_break()
            else:
                assert_never(each)

    def _span(self, paragraph: WordParagraph, span: Span) -> None:
        run = paragraph.add_run(_legal(span.text))
        run.bold, run.italic = span.strong or None, span.emphasis or None
        run.font.strike = span.strike or None
        if span.code:
            run.font.name = "Courier New"
        if span.link and not span.link.startswith("#"):
            part = paragraph.part.relate_to(span.link, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
            _wrap_in_link(run, qn("r:id"), part)

    def _mark(self, paragraph: WordParagraph, mark: Mark) -> None:
        run = paragraph.add_run(f"[{mark.number}]")
        if mark.defines:
            run.bold = True
            self._bookmark(run, f"source_{mark.number}")
        else:
            run.font.superscript = True
            _wrap_in_link(run, qn("w:anchor"), f"source_{mark.number}")

    def _bookmark(self, run: Run, name: str) -> None:
        self._bookmarks += 1
        start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
        for each in (start, end):
            each.set(qn("w:id"), str(self._bookmarks))
        start.set(qn("w:name"), name)
        run._r.addprevious(start)  # noqa: SLF001  # python-docx has no bookmarks of its own
        run._r.addnext(end)  # noqa: SLF001

    def _picture(self, paragraph: WordParagraph, picture: Picture) -> None:
        image = self.images.get(picture.name)
        if image is None:
            paragraph.add_run(_legal(picture.alt or picture.name)).italic = True
            return
        shape = paragraph.add_run().add_picture(BytesIO(image.content), width=_TEXT_WIDTH)
        shape._inline.docPr.set("descr", _legal(picture.alt))  # noqa: SLF001  # the only way to an alternative text


def _widths(table: Table) -> list[Length]:
    """The text width, shared out by the longest cell of each column; no column starves another."""
    rows = (table.header, *table.rows)
    longest = [max(len(plain(row[n])) for row in rows) for n in range(len(table.header))]
    shares = [min(max(each, _NARROWEST), _WIDEST) + _MARGINS for each in longest]
    return [Emu(int(_TEXT_WIDTH * each / sum(shares))) for each in shares]


def _set_off_no_column(table: WordTable) -> None:
    """A style sets off the first row alone: labels in bold would need more room than the figures."""
    look = table._tblPr.find(qn("w:tblLook"))  # noqa: SLF001  # python-docx has no call for it
    if look is not None:
        look.set(qn("w:firstColumn"), "0")
        look.set(qn("w:val"), "0420")


def _wrap_in_link(run: Run, attribute: str, target: str) -> None:
    run.font.color.rgb = _LINK_COLOUR
    link: Any = OxmlElement("w:hyperlink")
    link.set(attribute, target)
    element = run._r  # noqa: SLF001  # python-docx reads links but has no call to make one
    element.addprevious(link)
    link.append(element)


def _legal(text: str) -> str:
    """Without the control characters that XML 1.0 forbids."""
    return "".join(each for each in text if each in "\t\n" or (each >= " " and each not in "\ufffe\uffff"))
