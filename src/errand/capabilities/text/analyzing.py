"""`text.analyze`: what documents say about given criteria, each finding with its passages."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated

from pydantic import BaseModel, Field

from errand.agents.agent import Agent, Bounds, Material
from errand.agents.runner import Agents
from errand.capabilities.cited.shelf import Cited, Shelf, room_of
from errand.capabilities.cited.tracing import untraced
from errand.capabilities.cited.writing import READING, needs_model
from errand.capabilities.documents.model import DocumentRef
from errand.capabilities.text.model import Finding, Findings, FindingsRef, Quotation, Weight
from errand.capability import STEERS, Audience, Capability, Context, capability
from errand.model import Models, Role

_MOST_INLINE = 40


class AnalyzeInput(BaseModel):
    documents: list[DocumentRef] = Field(min_length=1, description="The documents to look at.")
    criteria: Annotated[list[str], STEERS] = Field(
        min_length=1,
        description="What to look at: questions, topics or criteria, each looked at in every document.",
    )
    request: Annotated[str, STEERS] = Field(
        default="", description="What was asked for, so that it is known what matters."
    )


class AnalyzeOutput(BaseModel):
    findings: FindingsRef = Field(description="The findings with their passages, as writing takes them.")
    statements: list[str] = Field(description="What was found, the weightiest first.")
    not_found: list[str] = Field(description="What the documents say nothing about.")


class Noticed(BaseModel):
    about: str = Field(description="The criterion, in the words in which it was given.")
    statement: str = Field(min_length=1, description="What the documents say about it: one or two sentences.")
    weight: Weight = Field(description="How much it matters for what was asked for.")
    passages: list[Cited] = Field(min_length=1, max_length=6, description="What bears the statement out.")


class Analysis(BaseModel):
    """All findings, and what the documents are silent about."""

    findings: list[Noticed] = Field(description="Every criterion has one or more, or stands in `not_found`.")
    not_found: list[str] = Field(
        default=[],
        description="`criterion: document` for each that says nothing about it, after a real search.",
    )


ANALYST: Agent[Analysis] = Agent(
    name="analyst",
    role=Role.WORK,
    output_type=Analysis,
    tools=READING,
    bounds=Bounds(turns=30, tool_calls=80, output_tokens=8_000),
)


def analyze_capability(agents: Agents, models: Models) -> Capability[AnalyzeInput, AnalyzeOutput]:
    @capability(
        "text.analyze",
        needs=[needs_model(models, Role.WORK)],
        time_limit_seconds=3_600.0,
        audience=Audience.MODELS,
    )
    def analyze(given: AnalyzeInput, context: Context) -> AnalyzeOutput:
        """Analyze documents by given criteria: findings with weight and verbatim passages, and gaps.

        Of several documents it looks at each by every criterion, which is what a comparison starts from.
        """
        shelf = Shelf.open(given.documents, context, room_of(models, Role.WORK))
        criteria = "\n".join(f"- {each}" for each in given.criteria)
        asked = f"\n\nIt was asked for: {given.request}" if given.request.strip() else ""
        task = f"Find out what the documents say about each of these:\n{criteria}{asked}"
        material = Material(task, shelf.sections(" ".join(given.criteria)), tuple(given.documents))

        def faults(made: Analysis, _context: Context) -> Sequence[str]:
            return list(_faults(made, given.criteria, shelf))

        made = agents.run(replace(ANALYST, accept=faults), material, context)
        findings = _findings(made, shelf)
        return AnalyzeOutput(
            findings=context.save_model(FindingsRef, "findings.json", findings),
            statements=[each.statement[:700] for each in findings.findings[:_MOST_INLINE]],
            not_found=[each[:300] for each in findings.not_found[:_MOST_INLINE]],
        )

    return analyze


def _faults(made: Analysis, criteria: Sequence[str], shelf: Shelf) -> Iterator[str]:
    for each in made.findings:
        if each.about not in criteria:
            yield f"{each.about!r} is none of the criteria; repeat the criterion as it was given."
        places = [shelf.quotation(cited) for cited in each.passages]
        yield from (place for place in places if isinstance(place, str))
        quoted = [place.text for place in places if isinstance(place, Quotation)]
        for number in untraced(each.statement, quoted):
            yield f"The number {number} in “{each.statement[:120]}” stands in none of its passages."
    for criterion in criteria:
        silent = any(criterion.casefold() in each.casefold() for each in made.not_found)
        if not silent and all(each.about != criterion for each in made.findings):
            yield f"Nothing is said about “{criterion}”: give a finding, or put it into `not_found`."


def _findings(made: Analysis, shelf: Shelf) -> Findings:
    order = list(Weight)
    found = [
        Finding(
            about=each.about,
            statement=each.statement,
            weight=each.weight,
            quotations=tuple(q for c in each.passages if isinstance(q := shelf.quotation(c), Quotation)),
        )
        for each in sorted(made.findings, key=lambda each: order.index(each.weight))
    ]
    title = ", ".join(document.title or document.name for document in shelf.documents)
    return Findings(title=title, findings=tuple(found), not_found=tuple(made.not_found))
