"""What a text may rest on: documents, figures, findings; shown to a model, and looked up afterwards."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TypeVar

from pydantic import BaseModel, Field

from errand.agents.agent import Section
from errand.capabilities.cited.shelf import Shelf
from errand.capabilities.documents.model import DocumentRef
from errand.capabilities.financials.model import (
    Figure,
    FlagSet,
    FlagsRef,
    RatioSet,
    RatiosRef,
    Statements,
    StatementsRef,
)
from errand.capabilities.reports.figures import exact
from errand.capabilities.text.model import (
    Findings,
    FindingsRef,
    Quotation,
    RankedRisks,
    RisksRef,
    Summary,
    SummaryRef,
)
from errand.capability import ArtifactRef, Context

M = TypeVar("M", bound=BaseModel)

_MOST_FIGURES = 600
_MOST_RISKS = 40
_LONGEST_NOTE = 20_000


class Evidence(BaseModel):
    """What earlier steps made, as inputs of a step that writes."""

    documents: list[DocumentRef] = Field(
        default=[], description="Documents that it may quote: all that the rest was made from."
    )
    summaries: list[SummaryRef] = Field(default=[], description="Summaries, or passages that were found.")
    findings: list[FindingsRef] = Field(default=[], description="What analyses of the documents found.")
    risks: RisksRef | None = Field(default=None, description="A filing's risk factors, ranked.")
    statements: StatementsRef | None = Field(default=None, description="A company's statements.")
    ratios: RatiosRef | None = Field(default=None, description="Ratios computed from the statements.")
    flags: FlagsRef | None = Field(default=None, description="Red flags that follow from the statements.")
    files: list[ArtifactRef] = Field(default=[], description="Data files (CSV, XLSX, …) that may be queried.")
    notes: list[str] = Field(default=[], description="Texts of earlier steps: answers, conclusions, remarks.")


@dataclass(frozen=True)
class Given:
    """A figure that may be cited by its id."""

    id: str
    subject: str
    figure: Figure


@dataclass(frozen=True)
class Gathered:
    """The evidence, loaded."""

    shelf: Shelf
    figures: dict[str, Given] = field(default_factory=dict)
    parts: tuple[Section, ...] = ()
    files: tuple[ArtifactRef, ...] = ()
    """What tools may be given, the documents among them."""

    def sections(self, about: str) -> tuple[Section, ...]:
        """`about` decides which passages of a long document are shown."""
        listed = "\n".join(_figure_lines(self.figures.values()))
        title = "Figures given, each after its id; those with `=` are computed"
        return (*([Section(title, listed)] if listed else []), *self.parts, *self.shelf.sections(about))


def gather(given: Evidence, context: Context, room: int) -> Gathered:
    """`room`: characters of the documents that are shown at once."""
    statements = _load(given.statements, Statements, context)
    ratios = _load(given.ratios, RatioSet, context)
    flags = _load(given.flags, FlagSet, context)
    figures = [*_once((*_of_statements(statements), *_of_ratios(ratios), *_of_flags(flags)))][:_MOST_FIGURES]
    parts = [
        *(_summary(context.load_model(each, Summary)) for each in given.summaries),
        *(_findings(context.load_model(each, Findings)) for each in given.findings),
        *_risks(_load(given.risks, RankedRisks, context)),
        *_flags(flags),
        *_remarks(statements, ratios),
        *(Section(f"Note {n}", text[:_LONGEST_NOTE]) for n, text in enumerate(given.notes, start=1)),
    ]
    named = {f"F{n}": Given(f"F{n}", *each) for n, each in enumerate(figures, start=1)}
    return Gathered(
        Shelf.open(given.documents, context, room), named, tuple(parts), (*given.documents, *given.files)
    )


def _load(ref: ArtifactRef | None, model: type[M], context: Context) -> M | None:
    return context.load_model(ref, model) if ref else None


def _figure_lines(figures: Iterable[Given]) -> Iterator[str]:
    """`Revenue, USD: F1 FY2025 812,344,000 | F2 FY2024 741,906,000`, all that follow one another."""
    for (subject, unit), several in groupby(figures, key=lambda each: (each.subject, each.figure.unit)):
        shown = " | ".join(
            f"{g.id} {g.figure.period} {exact(g.figure.value, '')}{computation(g.figure)}" for g in several
        )
        yield f"{subject}, {unit}: {shown}"


def computation(figure: Figure) -> str:
    """` = 310 + 95, USD millions`; empty for one that was reported."""
    said = (figure.formula or "").partition(" = ")[2]
    return f" = {said}" if said else ""


def _once(figures: Iterable[tuple[str, Figure]]) -> Iterator[tuple[str, Figure]]:
    """A figure that was computed in the same way is given under the first of its names."""
    seen: set[tuple[str, str | None]] = set()
    for subject, figure in figures:
        computed = (figure.period, figure.formula)
        if not figure.formula or computed not in seen:
            yield subject, figure
        seen.add(computed)


def _of_statements(statements: Statements | None) -> Iterator[tuple[str, Figure]]:
    for line in statements.lines if statements else ():
        yield from ((line.label, figure) for figure in line.figures)


def _of_ratios(ratios: RatioSet | None) -> Iterator[tuple[str, Figure]]:
    for ratio in ratios.ratios if ratios else ():
        yield from ((ratio.label, figure) for figure in ratio.figures)


def _of_flags(flags: FlagSet | None) -> Iterator[tuple[str, Figure]]:
    for flag in flags.flags if flags else ():
        yield from ((flag.title, figure) for figure in flag.figures if figure.formula)


def _summary(summary: Summary) -> Section:
    return Section(f"Summary of {summary.title}", "\n".join(_quoted(summary.quotations)))


def _quoted(quotations: Iterable[Quotation]) -> Iterator[str]:
    for each in quotations:
        yield f"- {each.source.document}, {each.source.where}: “{each.text}”"


def _findings(findings: Findings) -> Section:
    lines = []
    for about in dict.fromkeys(each.about for each in findings.findings):
        lines.append(f"{about}:")
        for each in findings.findings:
            if each.about == about:
                lines.append(f"- [{each.weight}] {each.statement}")
                lines += [f"  {line}" for line in _quoted(each.quotations)]
    lines += [f"- Not found: {each}" for each in findings.not_found]
    return Section(f"Findings: {findings.title}", "\n".join(lines))


def _risks(ranked: RankedRisks | None) -> Iterator[Section]:
    if ranked:
        lines = [
            line
            for each in ranked.risks[:_MOST_RISKS]
            for line in (f"- {each.theme}: {each.risk.heading}", *_quoted(each.summary))
        ]
        yield Section(f"Risks of {ranked.document}, the weightiest first", "\n".join(lines))


def _flags(flags: FlagSet | None) -> Iterator[Section]:
    if flags and flags.flags:
        lines = [f"- {each.severity}: {each.title} ({each.explanation})" for each in flags.flags]
        yield Section(f"Red flags of {flags.company}, the gravest first", "\n".join(lines))


def _remarks(*sets: Statements | RatioSet | None) -> Iterator[Section]:
    remarks: Sequence[str] = [remark for each in sets if each for remark in each.remarks]
    if remarks:
        yield Section("Remarks on the figures", "\n".join(f"- {each}" for each in remarks))
