"""Facts from an XBRL instance document, the XML beside a filing. Source: XBRL 2.1."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from lxml.etree import _Element

from errand.capabilities.filings.amounts import is_plausible
from errand.capabilities.filings.model import Fact
from errand.capabilities.filings.reported import Reported
from errand.capabilities.filings.xbrl import (
    DEI_TEXTS,
    XbrlContext,
    fill_cover,
    parse_xml,
    read_contexts,
    read_units,
)  # fmt: skip
from errand.capabilities.sources import Source

_XBRLI = "http://www.xbrl.org/2003/instance"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_LONGEST_NUMBER = 60


def is_instance(content: bytes) -> bool:
    head = content[:20_000]
    return b"http://www.xbrl.org/2003/instance" in head and (b"<xbrl" in head or b":xbrl" in head)


def read_instance(content: bytes, name: str, sha256: str) -> Reported:
    """Raises InputRefused when the file can not be parsed at all."""
    root = parse_xml(content, name)
    contexts = read_contexts(root.iter(f"{{{_XBRLI}}}context"))
    units = read_units(root.iter(f"{{{_XBRLI}}}unit"))
    reported = Reported(name, sha256, "XBRL instance")
    cover: dict[str, str] = {}
    for element, context in _items(root, contexts):
        namespace, _, local_name = str(element.tag)[1:].rpartition("}")
        text = (element.text or "").strip()
        if local_name in DEI_TEXTS and text and not context.dimensions:
            cover.setdefault(local_name, text)
        if local_name == "DocumentFiscalYearFocus" or element.get("unitRef"):
            concept = f"{element.prefix or namespace.rstrip('/').rpartition('/')[2]}:{local_name}"
            fact = _fact(element, concept, context, units)
            if fact is not None:
                reported.facts.append(_at(fact, name, sha256, element))
    fill_cover(reported, cover, contexts.values())
    return reported


def _items(root: _Element, contexts: dict[str, XbrlContext]) -> Iterator[tuple[_Element, XbrlContext]]:
    """Facts stand directly under the root; tuples, which filings to the SEC may not hold, are passed over."""
    for element in root.iterchildren():
        context = contexts.get(element.get("contextRef", ""))
        if context is not None and element.get(_NIL) != "true":
            yield element, context


def _fact(element: _Element, concept: str, context: XbrlContext, units: dict[str, str]) -> Fact | None:
    text = (element.text or "").strip()
    if not text or len(text) > _LONGEST_NUMBER:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    if not is_plausible(value):
        return None
    decimals = element.get("decimals") or ""
    return Fact(
        concept=concept,
        value=Decimal(f"{value:f}"),
        unit=units.get(element.get("unitRef", ""), "pure"),
        start=context.start,
        end=context.end,
        dimensions=context.dimensions,
        decimals=int(decimals) if decimals.lstrip("+-").isdigit() else None,
        source=Source(document="", sha256="", where="XBRL instance", fact=concept),
    )


def _at(fact: Fact, name: str, sha256: str, element: _Element) -> Fact:
    ids = ", ".join(filter(None, (element.get("contextRef"), element.get("id"))))
    source = Source(document=name, sha256=sha256, where="XBRL instance", fact=f"{fact.concept} ({ids})")
    return fact.model_copy(update={"source": source})
