"""`filing.sections`: finds the filing among the documents and takes it apart."""

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import BaseModel, Field

from errand.capabilities.documents.model import Document, DocumentRef
from errand.capabilities.filings.cover import Cover, read_cover
from errand.capabilities.filings.items import Span, find_items
from errand.capabilities.filings.model import FilingSections, RiskFactor, Section, SectionsRef
from errand.capabilities.filings.risk_factors import find_risk_factors
from errand.capabilities.filings.titled import find_titled
from errand.capability import Context, capability

_OF_RISKS = ("1A", "3.D", "II.1A")
_TAKEN_APART = ("10-K", "10-Q", "20-F")
_SHORT = 1_500
"""A section on risks that is no longer than this says that there is nothing to say, or points elsewhere."""
_LEAST_ITEMS = 3
_UNMARKED = (
    "The headings of the risk factors are not set apart from their text; the first sentences of paragraphs"
    " stand for them."
)


class SectionsInput(BaseModel):
    documents: list[DocumentRef] = Field(
        default_factory=list, description="Documents that were read; one of them should be the filing."
    )


class SectionsOutput(BaseModel):
    sections: SectionsRef = Field(description="The items of the filing and its risk factors.")
    form: str = Field(description="`10-K`, `10-Q`, `20-F`, with `/A` when amended; empty when not known.")
    company: str = Field(description="Name on the cover; empty when not found.")
    period_end: str = Field(description="Last day of the period, `2024-12-31`; empty when not found.")
    items: list[str] = Field(description="The items that were found, in order: `1`, `1A`, `7`.")
    risk_factor_count: int = Field(description="How many risk factors were found.")
    remarks: list[str] = Field(description="What a reader should know: what is missing and why.")


@capability("filing.sections")
def sections(wanted: SectionsInput, context: Context) -> SectionsOutput:
    """Extract and list the risk factors, items and sections of a filing: take apart an annual or quarterly
    report (10-K, 10-Q, 20-F). Gives the headings and text of its risk factors, the form and the company."""
    documents = [context.load_model(ref, Document) for ref in wanted.documents]
    taken = take_apart(documents)
    name = f"{taken.document or 'no filing'} sections.json"
    return SectionsOutput(
        sections=context.save_model(SectionsRef, name.replace("/", "-"), taken),
        form=taken.form,
        company=taken.company,
        period_end=taken.period_end.isoformat() if taken.period_end else "",
        items=list(dict.fromkeys(section.item for section in taken.sections)),
        risk_factor_count=len(taken.risk_factors),
        remarks=list(taken.remarks),
    )


CAPABILITIES = (sections,)


@dataclass(frozen=True)
class _Reading:
    """One document, looked at as if it were a filing."""

    document: Document
    cover: Cover
    spans: tuple[Span, ...]

    @property
    def is_filing(self) -> bool:
        cover = self.cover
        said = bool(cover.form) and (bool(cover.company) or cover.period_end is not None or bool(self.spans))
        return said or len(self.spans) >= _LEAST_ITEMS

    @property
    def weight(self) -> tuple[bool, bool, int]:
        """Annual and quarterly reports before other forms, then the one with most items."""
        return self.is_filing, self.cover.form.removesuffix("/A") in _TAKEN_APART, len(self.spans)


def take_apart(documents: Iterable[Document]) -> FilingSections:
    """The filing among the documents, that with most items of several; empty when there is none."""
    readings = [_read(document) for document in documents]
    best = max(readings, key=lambda reading: reading.weight, default=None)
    if best is None or not best.is_filing:
        return _no_filing(readings)
    remarks = [
        f"{other.document.name} looks like a filing too; only {best.document.name} was taken apart."
        for other in readings
        if other is not best and other.is_filing
    ]
    if not best.spans:
        remarks.append(f"No headings of items were found in {best.document.name}.")
    factors, remark = _risk_factors(best)
    return FilingSections(
        document=best.document.name,
        sha256=best.document.sha256,
        form=best.cover.form,
        company=best.cover.company,
        period_end=best.cover.period_end,
        sections=tuple(_section(span, best.document) for span in best.spans),
        risk_factors=factors,
        remarks=(*remarks, *remark),
    )


def _read(document: Document) -> _Reading:
    cover = read_cover(document.blocks)
    form = cover.form
    spans = find_items(document.blocks, form) if document.blocks else []
    if form or len(spans) >= _LEAST_ITEMS:
        spans = sorted(
            [*spans, *find_titled(document.blocks, form, spans)], key=lambda span: (span.first, -span.last)
        )
    return _Reading(document, cover, tuple(spans))


def _no_filing(readings: list[_Reading]) -> FilingSections:
    names = ", ".join(reading.document.name for reading in readings)
    remark = (
        f"None of the documents looks like a 10-K, 10-Q or 20-F ({names}): no form is named on a cover and no"
        " items were found, so there are no sections and no risk factors."
        if readings
        else "No document was given, so there are no sections and no risk factors."
    )
    first = readings[0].document if len(readings) == 1 else None
    return FilingSections(
        document=first.name if first else "",
        sha256=first.sha256 if first else "",
        form="",
        sections=(),
        risk_factors=(),
        remarks=(remark,),
    )


def _section(span: Span, document: Document) -> Section:
    return Section(
        item=span.key,
        title=span.title,
        first_block=span.first,
        last_block=span.last,
        start=document.blocks[span.first].start,
        end=document.blocks[span.last].end,
    )


def _risk_factors(reading: _Reading) -> tuple[tuple[RiskFactor, ...], tuple[str, ...]]:
    """Those of the section on risks, and what to remark when there are none."""
    document = reading.document
    span = next((span for key in _OF_RISKS for span in reading.spans if span.key == key), None)
    if span is None:
        return (), (f"No section on risk factors was found in {document.name}.",)
    start, end = document.blocks[span.first].start, document.blocks[span.last].end
    factors = find_risk_factors(document, span.first + 1, span.last, f"Item {span.key}")
    if factors:
        return factors, (_UNMARKED,) if all(_is_unmarked(each, document) for each in factors) else ()
    said = document.text[start:end].replace("\n", " ")
    if end - start <= _SHORT:
        return (), (f"{document.name} states no risk factors of its own: “{said[:300]}”",)
    return (), (f"Item {span.key} of {document.name} holds no headings that look like risk factors.",)


def _is_unmarked(factor: RiskFactor, document: Document) -> bool:
    """The heading is the beginning of a paragraph, and nothing but its words says that it is one."""
    block = document.blocks[factor.parts[0].block]
    return factor.parts[0].block == factor.source.block and block.lead is None
