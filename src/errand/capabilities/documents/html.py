"""Reads HTML of every age: web pages, SEC filings with or without inline XBRL, typewritten ones in `<pre>`.

Nothing is fetched, no entity of the document's own is expanded, and the size is bounded.
"""

import codecs
import hashlib
import re
from itertools import accumulate

from lxml import etree
from lxml import html as lxml_html

from errand.capabilities.documents.html_draft import Draft, fold, with_bullets_joined
from errand.capabilities.documents.html_pages import paginate
from errand.capabilities.documents.html_style import Style, class_styles
from errand.capabilities.documents.html_walk import Walker
from errand.capabilities.documents.model import Block, Document
from errand.domain.errors import InputRefused

MOST_BYTES = 64_000_000

_XML_DECLARATION = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.I)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_LATIN = frozenset(("ascii", "us-ascii", "iso-8859-1", "iso8859-1", "latin-1", "latin1"))
"""Read as UTF-8 when they are that, else as Windows-1252, which is what is meant by them on the web."""
_FORMATTING = re.compile(r"</?(?:font|x-\w+|b|i|u|span|small|big|strong|em|tt)\b[^>]{0,500}>", re.I)
_AROUND_PARAGRAPHS = re.compile(r"<(?:b|i|u|em|strong)(?:\s[^>]{0,200})?>\s*<p\b", re.I)
_INLINE = re.compile(r"<(/?)(b|i|u|em|strong)(?=[\s>])", re.I)
_SITE = ("nav", "main", "article", "aside", "header", "footer")
_TEXTUAL = ("p", "li", "td", "h1", "h2", "h3", "div", "span", "a", "pre", "blockquote")
_MAIN_SHARE = 0.3


def read_html(content: bytes, name: str) -> Document:
    """Blocks in reading order, with emphasis, pages and anchors.

    Raises InputRefused when it is too large or holds no HTML at all.
    """
    if len(content) > MOST_BYTES:
        raise InputRefused(
            f"{name} is larger than the {MOST_BYTES // 1_000_000} MB of HTML that is read; attach a part."
        )
    text = decode_html(content)
    root, remarks = _parse(text, name)
    walker = Walker(web=_is_web(root), classes=_classes(root))
    drafts, pages = paginate(walker.walk(_main(root) if walker.web else root))
    drafts = with_bullets_joined(drafts)
    if not drafts:
        remarks.append("It holds no text that a reader would see.")
    return Document(
        name=name,
        media_type="text/html",
        sha256=hashlib.sha256(content).hexdigest(),
        title=_title(root, drafts),
        blocks=_blocks(drafts),
        pages=pages,
        remarks=tuple(remarks),
    )


def decode_html(content: bytes) -> str:
    """Text in the encoding that a byte order mark, the XML declaration or a `meta` element names.

    Source: WHATWG Encoding, where Latin-1 means Windows-1252.
    """
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    head = content[:4096]
    said = _META.search(head) or _XML_DECLARATION.search(head)
    encoding = said[1].decode("ascii").lower() if said else "latin-1"
    if encoding in _LATIN or encoding.startswith("utf-16") or not _is_known(encoding):
        encoding = "utf-8"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return content.decode("cp1252" if encoding == "utf-8" else encoding, errors="replace")


def _is_known(encoding: str) -> bool:
    try:
        return codecs.lookup(encoding)._is_text_encoding  # noqa: SLF001  # the only way to tell `hex` from text
    except LookupError:
        return False


def _parse(text: str, name: str) -> tuple[etree._Element, list[str]]:
    if _AROUND_PARAGRAPHS.search(text):
        # The parser ends such elements where a paragraph begins, unlike browsers; other names it lets be.
        text = _INLINE.sub(r"<\1x-\2", text)
    root, too_deep = _parse_once(text, name)
    if not too_deep:
        return root, []
    root, too_deep = _parse_once(_FORMATTING.sub("", text), name)
    lost = "; the innermost part is missing" if too_deep else ""
    return root, [f"It is nested deeper than HTML is read; it was read without emphasis{lost}."]


def _parse_once(text: str, name: str) -> tuple[etree._Element, bool]:
    """The tree, and whether a part of it was cut off for being nested too deep."""
    parser = lxml_html.HTMLParser(
        encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True, no_network=True
    )
    try:
        root = lxml_html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError as error:
        raise InputRefused(f"{name} is empty or holds no HTML; attach another file.") from error
    return root, any("xcessive depth" in entry.message for entry in parser.error_log)


def _is_web(root: etree._Element) -> bool:
    return next(root.iter(*_SITE), None) is not None


def _main(root: etree._Element) -> etree._Element:
    """The element that holds the article, where the page says so and most of the text is in it."""
    whole = len(_text(root))
    for found in [*root.iter("main"), *root.iter("article")][:20]:
        if len(_text(found)) >= max(_MAIN_SHARE * whole, 200):
            return found
    return root


def _text(element: etree._Element) -> str:
    parts = element.itertext("p", "li", "td", "h1", "h2", "h3", "div", "span", "a", "pre", "blockquote")
    return "".join(str(part) for part in parts)


def _classes(root: etree._Element) -> dict[str, Style]:
    sheets = [element.text or "" for element in root.iter("style")]
    return class_styles("\n".join(sheets)) if sheets else {}


def _title(root: etree._Element, drafts: list[Draft]) -> str:
    """The title that the page gives itself, unless that is only a file name (`abc-20240928`)."""
    found = next(root.iter("title"), None)
    said = fold(found.text_content()) if isinstance(found, lxml_html.HtmlElement) else ""
    if said and (" " in said or said.isalpha()):
        return said
    return next((draft.text for draft in drafts if draft.level == 1), "")


def _blocks(drafts: list[Draft]) -> tuple[Block, ...]:
    starts = accumulate((len(draft.text) + 1 for draft in drafts), initial=0)
    return tuple(
        Block(
            kind=draft.kind, text=draft.text, start=start, level=draft.level, emphasis=draft.emphasis,
            lead=draft.lead, page=draft.page, anchor=draft.anchor, rows=draft.rows,
        )
        for draft, start in zip(drafts, starts, strict=False)
    )  # fmt: skip
