"""Facts from inline XBRL, as filings to the SEC and European annual reports hold them. Source: Inline XBRL
1.1.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from lxml import etree, html
from lxml.etree import _Element

from errand.capabilities.filings.amounts import is_plausible, scaled
from errand.capabilities.filings.model import Fact
from errand.capabilities.filings.reported import Reported
from errand.capabilities.filings.rows import Rows
from errand.capabilities.filings.transforms import to_number
from errand.capabilities.filings.xbrl import (
    DEI_TEXTS,
    XbrlContext,
    fill_cover,
    local,
    parse_xml,
    read_contexts,
    read_units,
)  # fmt: skip
from errand.capabilities.sources import Source
from errand.domain.errors import InputRefused

_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_IX = ("http://www.xbrl.org/2013/inlineXBRL", "http://www.xbrl.org/2008/inlineXBRL")
_XBRLI = "http://www.xbrl.org/2003/instance"
_LONGEST_QUOTE = 60


def is_inline(content: bytes) -> bool:
    return b"inlineXBRL" in content[:20_000] or b"inlineXBRL" in content


def read_inline(content: bytes, name: str, sha256: str) -> Reported:
    """Raises InputRefused when the file can not be parsed at all; a single bad fact is left out and
    remarked.
    """
    page = _Page(_parse(content, name), name, sha256)
    reported = Reported(name, sha256, "inline XBRL")
    for element in page.elements("nonFraction"):
        if (fact := page.fact(element)) is not None:
            reported.facts.append(fact)
    fill_cover(reported, page.cover(), page.contexts.values())
    reported.facts.extend(page.fiscal_year())
    if page.skipped:
        reported.remarks.append(
            f"{name}: {page.skipped} facts were left out, their value or context is not readable."
        )
    return reported


def _parse(content: bytes, name: str) -> _Element:
    """As XML, which inline XBRL is; as HTML when a copy of it has lost its namespaces."""
    root = parse_xml(_document(content), name)
    if next(_iterate(root, "nonFraction"), None) is not None:
        return root
    try:
        return html.document_fromstring(content, parser=html.HTMLParser(huge_tree=True, no_network=True))
    except (etree.ParserError, ValueError) as error:
        raise InputRefused(f"{name} holds no page; attach the file as it was published.") from error


def _document(content: bytes) -> bytes:
    """The page out of a full submission text file, where it stands between SGML tags."""
    if not content.lstrip()[:16].startswith((b"<SEC-", b"<DOCUMENT", b"-----BEGIN")):
        return content
    start = content.find(b"<XBRL>")
    end = content.find(b"</XBRL>", start)
    return content[start + 6 : end].strip() if 0 <= start < end else content


def _iterate(root: _Element, name: str) -> Iterator[_Element]:
    return root.iter(*(f"{{{space}}}{name}" for space in _IX), f"ix:{name.lower()}")


@dataclass
class _Page:
    """One inline document while it is read."""

    root: _Element
    name: str
    sha256: str
    skipped: int = 0

    def __post_init__(self) -> None:
        self.contexts = read_contexts(self.root.iter(f"{{{_XBRLI}}}context", "xbrli:context"))
        self.units = read_units(self.root.iter(f"{{{_XBRLI}}}unit", "xbrli:unit"))
        self._rows = Rows((e, _local_name(e)) for e in self.elements("nonFraction"))

    def elements(self, name: str) -> Iterator[_Element]:
        return _iterate(self.root, name)

    def fact(self, element: _Element) -> Fact | None:
        concept = element.get("name", "")
        reference = _attribute(element, "contextRef")
        context = self.contexts.get(reference)
        if element.get(_NIL) == "true" or element.get("xsi:nil") == "true":
            return None
        value = _value(element)
        if context is None or value is None or not is_plausible(value) or not concept:
            self.skipped += 1
            return None
        row = self._rows.at(element)
        shown = _text(element)
        return Fact(
            concept=concept,
            value=value,
            unit=self.units.get(_attribute(element, "unitRef"), "pure"),
            start=context.start,
            end=context.end,
            dimensions=context.dimensions,
            decimals=_decimals(element.get("decimals")),
            label=row.label,
            statement=row.statement,
            source=Source(
                document=self.name,
                sha256=self.sha256,
                where=row.where,
                quote=shown if 0 < len(shown) <= _LONGEST_QUOTE else None,
                fact=f"{concept} ({', '.join(filter(None, (reference, element.get('id'))))})",
            ),
        )

    def cover(self) -> dict[str, str]:
        """The first text of each dei fact of the whole company; of a co-registrant only when there is no
        other.
        """
        found: dict[str, str] = {}
        of_parts: dict[str, str] = {}
        for element in self.elements("nonNumeric"):
            name = _local_name(element)
            if name in DEI_TEXTS and (text := _text(element)):
                context = self.contexts.get(_attribute(element, "contextRef"))
                (of_parts if context and context.dimensions else found).setdefault(name, text)
        return of_parts | found

    def fiscal_year(self) -> Iterator[Fact]:
        """dei:DocumentFiscalYearFocus as a fact, so that periods can be named as the company names them."""
        for element in self.elements("nonNumeric"):
            context = self.contexts.get(_attribute(element, "contextRef"))
            if _local_name(element) == "DocumentFiscalYearFocus" and context and not context.dimensions:
                yield from _year_fact(self, element, context)
                return


def _year_fact(page: _Page, element: _Element, context: XbrlContext) -> Iterator[Fact]:
    text = _text(element)
    if text.isdigit():
        where = f"dei:DocumentFiscalYearFocus ({element.get('id') or _attribute(element, 'contextRef')})"
        source = Source(document=page.name, sha256=page.sha256, where="cover page", fact=where)
        yield Fact(
            concept="dei:DocumentFiscalYearFocus", value=Decimal(text), unit="pure",
            start=context.start, end=context.end, source=source,
        )  # fmt: skip


def _attribute(element: _Element, name: str) -> str:
    """HTML parsers lower the case of attribute names."""
    return element.get(name) or element.get(name.lower()) or ""


def _local_name(element: _Element) -> str:
    return element.get("name", "").rpartition(":")[2]


def _text(element: _Element) -> str:
    """What is shown, without the parts that ix:exclude takes out, white space folded."""
    parts: list[str] = [element.text or ""]
    for child in element:
        if local(child.tag) != "exclude":
            parts.append(_text(child))
        parts.append(child.tail or "")
    return " ".join("".join(parts).split())


def _value(element: _Element) -> Decimal | None:
    number = to_number(_text(element), element.get("format") or "")
    if number is None:
        return None
    scale = element.get("scale") or "0"
    if scale.lstrip("+-").isdigit() and -30 < int(scale) < 30:
        number = scaled(number, int(scale))
    return -number if element.get("sign") == "-" else number


def _decimals(text: str | None) -> int | None:
    return int(text) if text and text.lstrip("+-").isdigit() else None
