"""`report.compose`: a report out of summaries, for requests that no playbook knows how to answer better."""

from collections.abc import Iterator
from pathlib import PurePath

from pydantic import BaseModel

from errand.capabilities.cited.tracing import value_of
from errand.capabilities.documents.model import Document, DocumentRef
from errand.capabilities.filings.model import FilingSections, SectionsRef
from errand.capabilities.financials.model import Figure
from errand.capabilities.reports.check import REQUEST
from errand.capabilities.reports.compose_filing import filing_lines, ranked_lines
from errand.capabilities.reports.ledger import Ledger
from errand.capabilities.reports.markdown import escape
from errand.capabilities.reports.model import ChartRef, ClaimsRef, ReportRef
from errand.capabilities.reports.pictures import load_image
from errand.capabilities.reports.reading import amounts
from errand.capabilities.sources import Source
from errand.capabilities.text.model import RankedRisks, RisksRef, Summary, SummaryRef
from errand.capability import Context, Field, capability
from errand.domain.errors import InputRefused

_MOST_KEYWORDS = 12
_LONGEST_TITLE = 120


class ComposeInput(BaseModel):
    title: str = Field(default="", description="Title of the report.")
    request: str = Field(default="", description="What was asked for.")
    summaries: list[SummaryRef] = Field(default=[], description="Summaries of the documents, in order.")
    documents: list[DocumentRef] = Field(default=[], description="The documents that it rests on.")
    charts: list[ChartRef] = Field(default=[], description="Charts to show.")
    sections: list[SectionsRef] = Field(
        default=[], description="Filings taken apart: their items and risk factors are listed."
    )
    risks: list[RisksRef] = Field(default=[], description="Ranked risks, the weightiest with quotations.")


class Composed(BaseModel):
    report: ReportRef = Field(description="The report as Markdown.")
    claims: ClaimsRef = Field(description="Every quotation in it with where it stands.")


@capability("report.compose")
def compose(given: ComposeInput, context: Context) -> Composed:
    """Compose one report from summaries, passages, risks and charts: put findings together into a write-up.

    Every sentence that it takes from a document is a quotation with its place.
    """
    findings = (given.summaries, given.documents, given.charts, given.sections, given.risks)
    if not any(findings):
        raise InputRefused("There is nothing to put into a report: give summaries, documents or charts.")
    ledger = Ledger()
    text = "\n".join(_report(given, ledger, context)) + "\n"
    return Composed(
        report=context.save(ReportRef, "report.md", text.encode(), "text/markdown"),
        claims=context.save_model(ClaimsRef, "report-claims.json", ledger.claims()),
    )


def _report(given: ComposeInput, ledger: Ledger, context: Context) -> Iterator[str]:
    title = " ".join((given.title or given.request or "Report").split())
    yield f"# {escape(title if len(title) <= _LONGEST_TITLE else f'{title[:_LONGEST_TITLE].rstrip()}…')}"
    yield ""
    documents = [context.load_model(each, Document) for each in given.documents]
    for each in given.summaries:
        yield from _summary(context.load_model(each, Summary), ledger)
    for ranked in given.risks:
        yield from ranked_lines(context.load_model(ranked, RankedRisks), ledger)
    for filing in given.sections:
        yield from filing_lines(context.load_model(filing, FilingSections), ledger)
    if not (given.summaries or given.risks or given.sections or given.charts):
        yield "No summary was made; the documents are listed below."
        yield ""
    for chart in given.charts:
        alt = load_image(chart, context).alt or PurePath(chart.name).stem.replace("-", " ")
        yield f"![{escape(alt)}]({chart.name})"
        yield ""
    yield from _foundations(given, documents, ledger)
    if lines := list(ledger.source_lines()):
        yield "## Sources"
        yield ""
        yield from lines


def _summary(summary: Summary, ledger: Ledger) -> Iterator[str]:
    name = summary.quotations[0].source.document if summary.quotations else summary.title
    yield f"## {escape(name)}"
    yield ""
    if not summary.quotations:
        yield "No sentence of this document was found that fits."
        yield ""
    for remark in summary.remarks:
        yield f"*{escape(remark)}*"
        yield ""
    yield from _prose(summary, name, ledger) if summary.prose else _quotations(summary, name, ledger)
    yield ""
    if summary.keywords:
        yield f"*Keywords:* {escape(', '.join(summary.keywords[:_MOST_KEYWORDS]))}"
        yield ""


def _quotations(summary: Summary, name: str, ledger: Ledger) -> Iterator[str]:
    for number, quotation in enumerate(summary.quotations, start=1):
        subject = f"{name}, quotation {number}"
        yield f"- {ledger.quote(quotation.text, quotation.source, subject)} {ledger.mark(subject)}"


def _prose(summary: Summary, name: str, ledger: Ledger) -> Iterator[str]:
    """A model's sentences, each with the marks of its quotations; those stand below, word for word."""
    for sentence in summary.prose:
        subjects = [f"{name}, quotation {number + 1}" for number in sentence.rests_on]
        sources = [summary.quotations[number].source for number in sentence.rests_on]
        for subject, source in zip(subjects, sources, strict=True):
            ledger.passage(source.quote or "", source, subject)
            for figure, shown in _figures(sentence.text, source):
                ledger.figure(figure, subject, as_shown=shown)
        yield f"- {escape(sentence.text)} {''.join(map(ledger.mark, subjects))}"
    yield ""
    yield "It rests on these passages:"
    yield ""
    yield from _quotations(summary, name, ledger)


def _figures(text: str, source: Source) -> Iterator[tuple[Figure, str]]:
    """The figures of a sentence that stand in the passage it rests on."""
    known = list(amounts(source.quote or ""))
    for shown in amounts(text):
        values = (value_of(shown, each) for each in known)
        value = next((each for each in values if each is not None), None)
        if value is not None:
            yield Figure(value=value, unit=shown.unit, period="", sources=(source,)), shown.text


def _foundations(given: ComposeInput, documents: list[Document], ledger: Ledger) -> Iterator[str]:
    yield "## What this rests on"
    yield ""
    if given.request.strip():
        place = Source(document=REQUEST, sha256="", where="as it was asked", quote=given.request)
        yield "The request:"
        yield ""
        yield f"> {ledger.passage(given.request, place, 'The request')}"
        yield ""
    hashes = {name: digest for name, digest in ledger.documents().items() if digest}
    hashes |= {document.name: document.sha256 for document in documents}
    for name, digest in hashes.items():
        yield f"- {escape(name)}, SHA-256 `{digest}`"
    for document in documents:
        for remark in document.remarks:
            yield f"- {escape(document.name)}: {escape(remark)}"
    yield "- The sentences in quotation marks are the documents' own; none was reworded."
    yield ""
