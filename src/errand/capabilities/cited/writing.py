"""How every agent that writes with marks is run: what it hands in is finished and checked, or told back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Generic, TypeVar

from errand.agents.agent import Agent, Material, Section
from errand.agents.runner import Agents
from errand.capabilities.cited.drawn import undrawable
from errand.capabilities.cited.evidence import Gathered
from errand.capabilities.cited.text import Finished, IllustratedText, MarkedText, finish
from errand.capabilities.documents.model import DocumentRef
from errand.capabilities.reports.model import ChartRef, ClaimsRef, ReportRef
from errand.capability import Context, Need
from errand.domain.errors import InputRefused
from errand.model import Models, Role

O = TypeVar("O", bound=MarkedText)  # noqa: E741  # Out would hide what it is bound to

READING = ("document.outline", "document.passages", "text.find")
RECKONING = ("math.solve", "table.describe", "table.query")


@dataclass(frozen=True)
class Work(Generic[O]):
    """One text to be written."""

    agent: Agent[O]
    task: str
    request: str
    """The words of the person who asked, which may be quoted too."""
    gathered: Gathered
    sections: tuple[Section, ...] = ()
    """Besides the evidence."""
    pictures: Callable[[O], Sequence[ChartRef]] = lambda _output: ()
    """What it may show."""
    page: Callable[[O], str] = lambda output: output.markdown
    """What is checked and stored, when it is more than the text that was handed in."""
    more: Callable[[O, Finished], Sequence[str]] = lambda _output, _finished: ()
    """What else is wrong with it."""


@dataclass(frozen=True)
class Done(Generic[O]):
    output: O
    finished: Finished
    documents: list[DocumentRef]
    """All that it may quote, for whoever checks it: what was given, and files made by tools."""


def needs_model(models: Models, role: Role) -> Need:
    return Need(
        "a language model",
        "Set ERRAND_MODEL to a language model (docs/models.md says how).",
        lambda: models.serves(role),
    )


def write(work: Work[O], agents: Agents, context: Context) -> Done[O]:
    """Raises AgentFailed when no text without faults was handed in."""

    def finished(output: O) -> Finished:
        shelf = work.gathered.shelf.joined(output.files, context)
        text = MarkedText(markdown=work.page(output), sources=output.sources)
        names = [each.name for each in work.pictures(output)]
        return finish(text, replace(work.gathered, shelf=shelf), work.request, pictures=names)

    def faults(output: O, _context: Context) -> Sequence[str]:
        try:
            made = finished(output)
        except InputRefused as error:
            return (f"A file to be quoted can not be read: {error}",)
        charts = output.charts if isinstance(output, IllustratedText) else ()
        documents = work.gathered.shelf.joined(output.files, context).documents
        return (*made.faults, *undrawable(charts, made.held, documents, context), *work.more(output, made))

    material = Material(
        work.task, (*work.sections, *work.gathered.sections(work.request or work.task)), work.gathered.files
    )
    output = agents.run(replace(work.agent, accept=faults), material, context)
    joined = work.gathered.shelf.joined(output.files, context)
    new = joined.documents[len(work.gathered.shelf.documents) :]
    given = [each for each in work.gathered.files if isinstance(each, DocumentRef)]
    documents = [*given, *(context.save_model(DocumentRef, f"{d.name}.document.json", d) for d in new)]
    return Done(output, finished(output), documents)


def stored(done: Done[O], name: str, context: Context) -> tuple[ReportRef, ClaimsRef]:
    stem = PurePath(name).stem
    report = context.save(ReportRef, name, done.finished.markdown.encode(), "text/markdown")
    return report, context.save_model(ClaimsRef, f"{stem}-claims.json", done.finished.claims)
