"""Word documents (ECMA-376 part 1, WordprocessingML), body in order: headings, lists, tables, notes.

Read from the XML itself: python-docx passes over content controls and text boxes, in which templates keep
much of what they say.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from errand.capabilities.documents.archive import opened, read_part
from errand.capabilities.documents.blocks import BlockWriter, fold
from errand.capabilities.documents.formats import Format
from errand.capabilities.documents.model import BlockKind, Document, Emphasis
from errand.domain.errors import InputRefused

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_GONE = frozenset({f"{_W}del", f"{_W}moveFrom", _FALLBACK})
"""Deleted text, and the copy of a drawing for older programs."""

_HEADING = re.compile(r"^heading\s*([1-9])$", re.IGNORECASE)
_OFF = frozenset({"0", "false", "off", "none"})


@dataclass(frozen=True)
class Style:
    name: str = ""
    level: int | None = None
    bold: bool = False
    italic: bool = False
    listed: bool = False


@dataclass(frozen=True)
class _Parts:
    body: bytes
    styles: bytes | None
    notes: tuple[bytes, ...]
    properties: bytes | None


def read_docx(content: bytes, name: str) -> Document:
    """Raises InputRefused when it is damaged, protected or far too large."""
    with opened(content, name) as archive:
        parts = _parts(archive, name)
    writer = BlockWriter()
    styles = _styles(_parse(parts.styles, name)) if parts.styles else {}
    body = _parse(parts.body, name).find(f"{_W}body")
    if body is not None:
        _write_all(body, styles, writer)
    for notes in parts.notes:
        _write_all(_parse(notes, name), styles, writer)
    if not len(writer):
        writer.remark("It holds no text.")
    properties = _parse(parts.properties, name) if parts.properties else None
    title = (properties.findtext(f".//{_TITLE}") if properties is not None else None) or ""
    return writer.document(content, name, Format.DOCX, title=title)


def _parts(archive: zipfile.ZipFile, name: str) -> _Parts:
    names = archive.namelist()
    body = next((each for each in ("word/document.xml", "word/document2.xml") if each in names), None)
    if body is None:
        raise InputRefused(f"{name} holds no Word document where one belongs: save it again as DOCX.")

    def optional(part: str) -> bytes | None:
        return read_part(archive, part, name) if part in names else None

    notes = (optional("word/footnotes.xml"), optional("word/endnotes.xml"))
    return _Parts(
        read_part(archive, body, name),
        optional("word/styles.xml"),
        tuple(each for each in notes if each),
        optional("docProps/core.xml"),
    )


def _parse(content: bytes, name: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        return etree.fromstring(content.replace(_STRICT, _W[1:-1].encode()), parser)
    except etree.XMLSyntaxError as error:
        raise InputRefused(
            f"{name} is damaged or incomplete: get it again and attach the new copy."
        ) from error


def _write_all(parent: etree._Element, styles: dict[str, Style], writer: BlockWriter) -> None:
    for element in _walk(parent):
        if writer.full:
            return
        if element.tag == f"{_W}tbl":
            writer.table(_rows(element))
        else:
            _write_paragraph(element, styles, writer)


def _walk(parent: etree._Element) -> Iterator[etree._Element]:
    """Paragraphs and outermost tables in order, through content controls, insertions and text boxes."""
    left = list(reversed(parent))
    while left:
        element = left.pop()
        if element.tag in _GONE:
            continue
        if element.tag in (f"{_W}p", f"{_W}tbl"):
            yield element
            if element.tag == f"{_W}p":
                left.extend(reversed(_boxes(element)))
        else:
            left.extend(reversed(element))


def _boxes(paragraph: etree._Element) -> list[etree._Element]:
    """The text boxes that hang on a paragraph, without those within them: their own paragraphs lead there."""
    found = []
    left = list(reversed(paragraph))
    while left:
        element = left.pop()
        if element.tag == f"{_W}txbxContent":
            found.append(element)
        elif element.tag not in _GONE:
            left.extend(reversed(element))
    return found


def _rows(table: etree._Element) -> Iterator[list[str]]:
    """Cells that span columns are followed by empty ones, so that columns stay in line."""
    for row in table.iterchildren(f"{_W}tr", f"{_W}sdt"):
        cells: list[str] = []
        for cell in row.iter(f"{_W}tc"):
            if next(cell.iterancestors(f"{_W}tbl")) is not table:
                continue
            cells.append(" ".join(filter(None, (fold(_text(p)) for p in cell.iter(f"{_W}p")))))
            span = cell.find(f"{_W}tcPr/{_W}gridSpan")
            cells.extend([""] * (_number(span, 1) - 1))
        yield cells


def _write_paragraph(paragraph: etree._Element, styles: dict[str, Style], writer: BlockWriter) -> None:
    style = styles.get(_value(paragraph.find(f"{_W}pPr/{_W}pStyle")), Style())
    runs = [(text, *_emphasis(run, style)) for run in _runs(paragraph) if (text := _run_text(run))]
    level = _level(paragraph, style)
    emphasis = _of_all(runs)
    text = "".join(text for text, _, _ in runs)
    if level is not None and len(text) < 1_000:
        writer.add(BlockKind.HEADING, text, level=level, emphasis=emphasis)
        return
    listed = style.listed or paragraph.find(f"{_W}pPr/{_W}numPr") is not None
    quoted = style.name.lower() in {"quote", "intense quote"}
    kind = BlockKind.ITEM if listed else BlockKind.QUOTE if quoted else BlockKind.PARAGRAPH
    writer.add(kind, text, emphasis=emphasis, lead=None if emphasis else _lead(runs))


def _runs(paragraph: etree._Element) -> Iterator[etree._Element]:
    """Of the paragraph itself, not of the text boxes that hang on it."""
    left = list(reversed(paragraph))
    while left:
        element = left.pop()
        if element.tag == f"{_W}r":
            yield element
        elif element.tag not in _GONE:
            left.extend(reversed(element))


def _text(paragraph: etree._Element) -> str:
    return "".join(map(_run_text, _runs(paragraph)))


def _run_text(run: etree._Element) -> str:
    pieces = []
    for child in run:
        if child.tag == f"{_W}t":
            pieces.append(child.text or "")
        elif child.tag in (f"{_W}tab", f"{_W}br", f"{_W}cr"):
            pieces.append(" ")
        elif child.tag == f"{_W}noBreakHyphen":
            pieces.append("-")
    return "".join(pieces)


def _level(paragraph: etree._Element, style: Style) -> int | None:
    outline = paragraph.find(f"{_W}pPr/{_W}outlineLvl")
    if outline is not None and 0 <= _number(outline, 9) < 9:
        return _number(outline, 9) + 1
    return style.level


def _emphasis(run: etree._Element, style: Style) -> tuple[bool, bool]:
    properties = run.find(f"{_W}rPr")
    return _is_on(properties, "b", default=style.bold), _is_on(properties, "i", default=style.italic)


def _is_on(properties: etree._Element | None, mark: str, *, default: bool) -> bool:
    found = properties.find(f"{_W}{mark}") if properties is not None else None
    return default if found is None else _value(found) not in _OFF


def _of_all(runs: list[tuple[str, bool, bool]]) -> Emphasis | None:
    bold = all(bold for text, bold, _ in runs if text.strip())
    italic = all(italic for text, _, italic in runs if text.strip())
    if bold and italic:
        return Emphasis.BOLD_ITALIC
    return Emphasis.BOLD if bold else Emphasis.ITALIC if italic else None


def _lead(runs: list[tuple[str, bool, bool]]) -> str | None:
    words = ""
    for text, bold, italic in runs:
        if text.strip() and not (bold or italic):
            break
        words += text
    return fold(words) or None


def _styles(root: etree._Element) -> dict[str, Style]:
    """By id. A style takes from the one it is based on what it does not say itself."""
    elements = {_attribute(each, "styleId"): each for each in root.iter(f"{_W}style")}
    return {key: _style(each, elements, depth=0) for key, each in elements.items()}


def _style(element: etree._Element, elements: dict[str, etree._Element], *, depth: int) -> Style:
    based = elements.get(_value(element.find(f"{_W}basedOn")))
    parent = _style(based, elements, depth=depth + 1) if based is not None and depth < 10 else Style()
    name = _value(element.find(f"{_W}name"))
    run = element.find(f"{_W}rPr")
    numbered = element.find(f"{_W}pPr/{_W}numPr") is not None or name.lower().startswith("list ")
    return Style(
        name=name,
        level=_style_level(element, name) or parent.level,
        bold=_is_on(run, "b", default=parent.bold),
        italic=_is_on(run, "i", default=parent.italic),
        listed=numbered or parent.listed,
    )


def _style_level(element: etree._Element, name: str) -> int | None:
    if heading := _HEADING.match(name):
        return int(heading[1])
    if name.lower() == "title":
        return 1
    outline = element.find(f"{_W}pPr/{_W}outlineLvl")
    level = _number(outline, 9)
    return level + 1 if 0 <= level < 9 else None


def _value(element: etree._Element | None) -> str:
    return _attribute(element, "val") if element is not None else ""


def _attribute(element: etree._Element, name: str) -> str:
    return str(element.get(f"{_W}{name}") or "")


def _number(element: etree._Element | None, default: int) -> int:
    value = _value(element)
    return min(int(value), 1_000) if value.isascii() and value.isdigit() else default
