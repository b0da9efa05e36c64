"""`result.check`: reads a report as someone else would, and believes none of it.

Quotations are looked up in the documents, figures in the claims, claims in the facts, and formulas are
computed again. It shares with whoever wrote the report nothing but the Markdown.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from pydantic import BaseModel

from errand.capabilities.documents.model import Document, DocumentRef
from errand.capabilities.filings.model import FactSet, FactsRef
from errand.capabilities.reports.check_figures import (
    claim_faults,
    figure_faults,
    figures_shown,
    quoted_figure_faults,
    said,
    without,
)
from errand.capabilities.reports.markdown import (
    Block,
    Blocks,
    Heading,
    List,
    Paragraph,
    Table,
    inline_runs,
    plain,
)
from errand.capabilities.reports.model import Claim, Claims, ClaimsRef, ReportRef, Verdict
from errand.capabilities.reports.reading import folded, quotations
from errand.capabilities.sources import Source
from errand.capability import Context, Field, capability

REQUEST = "the request"
"""The document name of a passage that the person's own request holds."""
_LEAST_WORDS = 6
_PLACEHOLDER = re.compile(
    r"\b(?:lorem ipsum|TODO|TBD|FIXME|XXX)\b|\{\{|\}\}|<[a-z_]+>|\[(?:insert|your|placeholder)[^\]]*\]"
)
_EMPTY_VALUE = re.compile(
    r"^(?:None|nan|NaN|null)$|(?:[$€£:=]|\b(?:of|to|from|at|is|was|by))\s?(?:None|nan|NaN|null|undefined)\b"
)
_MOST_FAULTS = 50


class CheckInput(BaseModel):
    report: ReportRef = Field(description="The report to check.")
    claims: ClaimsRef | None = Field(default=None, description="What it says and on what that rests.")
    documents: list[DocumentRef] = Field(default=[], description="The documents that it quotes.")
    facts: FactsRef | None = Field(default=None, description="The reported figures that it rests on.")
    must_contain: list[str] = Field(
        default=[], description="Headings that it must have, with something below."
    )
    request: str = Field(default="", description="The request, when the report repeats it.")


@capability("result.check")
def check(given: CheckInput, context: Context) -> Verdict:
    """Check and verify a finished report: quotations word for word, figures against their sources, sections.

    Says every fault that it finds, each in a sentence.
    """
    return verdict_of(
        context.load(given.report).decode("utf-8", "replace"),
        context.load_model(given.claims, Claims).claims if given.claims else (),
        [context.load_model(each, Document) for each in given.documents],
        facts=context.load_model(given.facts, FactSet) if given.facts else None,
        must_contain=given.must_contain,
        request=given.request,
    )


def verdict_of(
    markdown: str,
    claims: Sequence[Claim],
    documents: Sequence[Document],
    *,
    facts: FactSet | None = None,
    must_contain: Sequence[str] = (),
    request: str = "",
    passed_over: Collection[int] = (),
) -> Verdict:
    """`passed_over`: marks whose sources are known to be wrong; figures beside them are not looked at."""
    from errand.capabilities.reports.parsing import parse

    blocks = parse(markdown)
    library = _Library(documents, request)
    quoted = [quote for run in inline_runs(blocks) for quote in quotations(plain(run), _LEAST_WORDS)]
    passages = [claim for claim in claims if claim.value is None]
    verbatim = _longest_first(
        [*(claim.shown for claim in passages if library.holds(claim)), *filter(library.contains, quoted)]
    )
    shown = [each for each in figures_shown(blocks, verbatim) if not each.marks.intersection(passed_over)]
    faults = [
        *_section_faults(blocks, must_contain),
        *_placeholder_faults(blocks, verbatim),
        *_quotation_faults(quoted, library),
        *_passage_faults(passages, library),
        *_figure_passage_faults(claims, library),
        *figure_faults(shown, claims),
        *claim_faults(claims, facts),
        *quoted_figure_faults(claims),
    ]
    checked = (
        f"{len(must_contain)} sections", f"{len(quoted)} quotations", f"{len(shown)} figures",
        f"{len(claims)} claims" + ("" if facts else ", without the reported facts"),
    )  # fmt: skip
    return Verdict(passed=not faults, faults=_bounded(list(dict.fromkeys(faults))), checked=checked)


def missing_sections(markdown: str, wanted: Sequence[str]) -> tuple[str, ...]:
    """A sentence for each heading that is not there, or has nothing below it."""
    from errand.capabilities.reports.parsing import parse

    return tuple(_section_faults(parse(markdown), wanted))


class _Library:
    """The documents, ready for looking passages up."""

    def __init__(self, documents: Sequence[Document], request: str) -> None:
        self._texts = {document.name: folded(document.text) for document in documents}
        self._titles = {folded(document.title) for document in documents} | {
            document.name for document in documents
        }
        self._plain = {document.name: document.text for document in documents}
        self._hashes = {document.name: document.sha256 for document in documents}
        self._request = folded(request)

    def contains(self, passage: str) -> bool:
        wanted = folded(passage)
        return any(wanted in text for text in (*self._texts.values(), self._request))

    def holds(self, claim: Claim) -> bool:
        """Whether a verbatim claim stands where it says."""
        source, wanted = claim.sources[0], folded(claim.shown)
        if source.document == REQUEST:
            return not self._request or wanted in self._request
        if source.document not in self._texts:
            return False
        return wanted in self._titles or wanted in self._texts[source.document]

    def quotes(self, source: Source) -> bool:
        """Whether a source's quotation stands in its document; true of a document that is not at hand."""
        text = self._request if source.document == REQUEST else self._texts.get(source.document, "")
        return not text or folded(source.quote or "") in text

    def misplaced(self, claim: Claim) -> str:
        """What is wrong with the place that a verbatim claim names; empty when nothing is."""
        source = claim.sources[0]
        text, known = self._plain.get(source.document), self._hashes.get(source.document)
        if text is None or known is None:
            return ""
        if source.sha256 != known:
            return f"names another version of {source.document} than the one at hand"
        if source.start is None or source.end is None or source.quote is None:
            return ""
        found = folded(text[source.start : source.end])
        return (
            ""
            if found == folded(source.quote)
            else f"does not stand at the place it names in {source.document}"
        )


def _quotation_faults(quoted: Iterable[str], library: _Library) -> Iterator[str]:
    for quote in quoted:
        if not library.contains(quote):
            yield f"The quotation “{_short(quote)}” stands in none of the documents."


def _passage_faults(passages: Iterable[Claim], library: _Library) -> Iterator[str]:
    for claim in passages:
        if not library.holds(claim):
            yield f"The passage “{_short(claim.shown)}” does not stand in {claim.sources[0].document}."
        elif wrong := library.misplaced(claim):
            yield f"The passage “{_short(claim.shown)}” {wrong}."


def _figure_passage_faults(claims: Iterable[Claim], library: _Library) -> Iterator[str]:
    for claim in claims:
        for source in claim.sources if claim.value is not None else ():
            if said(source) and not library.quotes(source):
                yield f"The passage that {claim.shown} is from does not stand in {source.document}."


def _section_faults(blocks: Blocks, wanted: Iterable[str]) -> Iterator[str]:
    every = [(place, block) for place, block in enumerate(blocks) if isinstance(block, Heading)]
    headings = [each for each in every if each[1].level > 1] or every  # a title names sections, and is none
    for name in wanted:
        found = next(
            (h for h in headings if folded(name).casefold() in folded(plain(h[1].content)).casefold()), None
        )
        if found is None:
            yield f"The section {name} is missing."
        elif not _has_content(blocks, *found):
            yield f"The section {name} is empty."


def _has_content(blocks: Blocks, place: int, heading: Heading) -> bool:
    """Something other than headings stands between it and the next heading of its rank."""
    for block in blocks[place + 1 :]:
        if isinstance(block, Heading):
            if block.level <= heading.level:
                return False
        elif _is_filled(block):
            return True
    return False


def _is_filled(block: Block) -> bool:
    if isinstance(block, Table):
        return bool(block.rows)
    if isinstance(block, Paragraph | List):
        return any(plain(run).strip() for run in inline_runs((block,)))
    return True


def _placeholder_faults(blocks: Blocks, verbatim: Sequence[str]) -> Iterator[str]:
    for run in inline_runs(blocks):
        text = without(plain(run), verbatim)
        for found in (_PLACEHOLDER.search(text), _EMPTY_VALUE.search(text)):
            if found:
                yield f"The text {found[0].strip()!r} in “{_short(text)}” is a placeholder, not content."


def _longest_first(passages: Iterable[str]) -> list[str]:
    """As they read on the page: white space folded."""
    return sorted({" ".join(each.split()) for each in passages}, key=len, reverse=True)


def _short(text: str) -> str:
    return text if len(text) <= 90 else f"{text[:87]}…"


def _bounded(faults: list[str]) -> tuple[str, ...]:
    more = len(faults) - _MOST_FAULTS
    return (*faults[:_MOST_FAULTS], f"And {more} more faults of these kinds.") if more > 0 else tuple(faults)
