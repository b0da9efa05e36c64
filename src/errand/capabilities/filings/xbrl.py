"""What inline XBRL and XBRL instances share: contexts, units, what the cover says. Source: XBRL 2.1,
Dimensions 1.0.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from lxml import etree
from lxml.etree import _Element

from errand.capabilities.filings.model import Fact
from errand.capabilities.filings.reported import ANNUAL_DAYS, MAX_BYTES, Reported, days
from errand.capabilities.filings.transforms import to_date
from errand.domain.errors import InputRefused

DEI_TEXTS = frozenset(
    {
        "EntityRegistrantName", "EntityCentralIndexKey", "DocumentType", "DocumentPeriodEndDate",
        "DocumentFiscalYearFocus", "DocumentFiscalPeriodFocus",
        "NameOfReportingEntityOrOtherMeansOfIdentification",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class XbrlContext:
    end: date
    start: date | None
    dimensions: dict[str, str]
    entity: str
    """The CIK, when the context names one."""


def parse_xml(content: bytes, name: str) -> _Element:
    """Without entities, DTDs or network; forgiving about broken markup. Raises InputRefused when nothing is
    in it.
    """
    if len(content) > MAX_BYTES:
        raise InputRefused(f"{name} is larger than {MAX_BYTES // 10**6} MB; attach the filing itself.")
    parser = etree.XMLParser(
        recover=True,
        huge_tree=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InputRefused(f"{name} can not be read as XML; attach the file as it was published.") from error
    if root is None:
        raise InputRefused(f"{name} can not be read as XML; attach the file as it was published.")
    return root


def local(tag: object) -> str:
    """`context` of `{…}context`, `xbrli:context` (an HTML parser's) and `context`; empty for a comment."""
    return re.split(r"[}:]", tag)[-1].lower() if isinstance(tag, str) else ""


def read_contexts(elements: Iterable[_Element]) -> dict[str, XbrlContext]:
    found = {}
    for element in elements:
        context = _context(element)
        if context is not None and (name := element.get("id")):
            found[name] = context
    return found


def read_units(elements: Iterable[_Element]) -> dict[str, str]:
    """Unit ids to words: `USD`, `shares`, `USD/shares`, `pure`."""
    return {name: _unit(element) for element in elements if (name := element.get("id"))}


def fill_cover(reported: Reported, cover: dict[str, str], contexts: Iterable[XbrlContext]) -> None:
    """Take company, form and period from the dei facts; `cover` maps their local names to texts."""
    reported.company = (
        cover.get("EntityRegistrantName")
        or cover.get("NameOfReportingEntityOrOtherMeansOfIdentification")
        or ""
    )
    reported.form = cover.get("DocumentType", "").upper().replace("FORM ", "")
    entity = next((c.entity for c in contexts if c.entity), "")
    reported.cik = (cover.get("EntityCentralIndexKey") or entity).zfill(10) if cover or entity else ""
    reported.period_end = to_date(cover.get("DocumentPeriodEndDate", "")) or _likely_end(reported.facts)


def _likely_end(facts: Iterable[Fact]) -> date | None:
    """The end of the newest fiscal year that at least a tenth of the most reported one's facts belong to."""
    counts: dict[date, int] = {}
    for fact in facts:
        if fact.start and days(fact.start, fact.end) in ANNUAL_DAYS:
            counts[fact.end] = counts.get(fact.end, 0) + 1
    enough = max(counts.values(), default=0) / 10
    return max((end for end, count in counts.items() if count >= enough), default=None)


def _context(element: _Element) -> XbrlContext | None:
    start = end = None
    entity = ""
    dimensions: dict[str, str] = {}
    for part in element.iter():
        name = local(part.tag)
        text = (part.text or "").strip()
        if name in ("instant", "enddate"):
            end = _day(text, last=True)
        elif name == "startdate":
            start = _day(text, last=False)
        elif name == "identifier" and "cik" in (part.get("scheme") or "").lower():
            entity = text
        elif name in ("explicitmember", "typedmember"):
            value = text or "".join(str(t) for t in part.itertext()).strip()
            dimensions[part.get("dimension") or "?"] = value or "nil"
    return XbrlContext(end, start, dimensions, entity) if end else None


def _day(text: str, *, last: bool) -> date | None:
    """Midnight at the end of a period is the day before (XBRL 2.1, 4.7.2)."""
    found = to_date(text)
    return found - timedelta(days=1) if found and last and "T00:00:00" in text else found


def _unit(element: _Element) -> str:
    above: list[str] = []
    below: list[str] = []
    for part in element.iter():
        if local(part.tag) == "measure":
            parent = part.getparent()
            side = below if parent is not None and local(parent.tag) == "unitdenominator" else above
            side.append((part.text or "").strip().rpartition(":")[2])
    word = "*".join(above) or "pure"
    return f"{word}/{'*'.join(below)}" if below else word
