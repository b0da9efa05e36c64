"""`report.draft`: a text written by a model from what earlier steps made, every mark and figure looked up."""

from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import BaseModel, Field

from errand.agents.agent import Agent, Bounds, Section
from errand.agents.runner import Agents
from errand.capabilities.cited.evidence import Evidence, gather
from errand.capabilities.cited.shelf import room_of
from errand.capabilities.cited.text import Finished, IllustratedText
from errand.capabilities.cited.writing import READING, RECKONING, Work, needs_model, stored, write
from errand.capabilities.documents.model import DocumentRef
from errand.capabilities.reports.check import missing_sections
from errand.capabilities.reports.model import ChartRef, ClaimsRef, ReportRef
from errand.capabilities.reports.pictures import load_image
from errand.capability import STEERS, Audience, Capability, Context, capability
from errand.model import Models, Role


class DraftInput(Evidence):
    instructions: Annotated[str, STEERS] = Field(
        min_length=1,
        description="What to write, for whom, how long, with which parts: a report, a comparison with a "
        "recommendation, a letter, comments on a bill, homework answers.",
    )
    request: Annotated[str, STEERS] = Field(
        default="", description="The person's own words, which the text answers."
    )
    style: str = Field(
        default="", description="How it is to sound: `formal letter`, `answer sheet`, `one page for a board`."
    )
    sections: list[str] = Field(default=[], description="Headings that it must have, in this order.")
    charts: list[ChartRef] = Field(default=[], description="Charts that it may show.")
    earlier: ReportRef | None = Field(
        default=None,
        description="Only to correct a version that a check refused: that version. What was wrong with it "
        "goes into `notes`.",
    )


class DraftOutput(BaseModel):
    report: ReportRef = Field(description="The text as Markdown, with its sources below.")
    claims: ClaimsRef = Field(description="On what each mark and figure of it rests.")
    documents: list[DocumentRef] = Field(
        description="All that it may quote: those given, and results of queries."
    )

    charts: list[ChartRef] = Field(
        description="Charts that it may show: those given, and those drawn for it."
    )


class Draft(IllustratedText):
    """The finished text, as it will be handed to the person."""


DRAFTER: Agent[Draft] = Agent(
    name="drafter",
    role=Role.WORK,
    output_type=Draft,
    tools=(*READING, *RECKONING, "chart.draw"),
    bounds=Bounds(turns=24, tool_calls=60, output_tokens=16_000, corrections=5),
)


def draft_capability(agents: Agents, models: Models) -> Capability[DraftInput, DraftOutput]:
    @capability(
        "report.draft",
        needs=[needs_model(models, Role.WORK)],
        time_limit_seconds=3_600.0,
        audience=Audience.MODELS,
    )
    def draft(given: DraftInput, context: Context) -> DraftOutput:
        """Write a finished text from findings, figures and documents: report, comparison with recommendation,
        comments, letter or homework answers. Each statement carries its source, each figure is traced.

        Give it every document that its material was made from. Its `documents` are these and results of
        queries: whoever checks the text needs all of them.
        """
        work = Work(
            DRAFTER,
            given.instructions,
            "\n".join(filter(None, (given.request, given.instructions))),
            gather(given, context, room_of(models, Role.WORK)),
            sections=tuple(_wishes(given, context)),
            pictures=lambda output: (*given.charts, *output.charts),
            more=lambda _output, finished: _missing(finished, given.sections),
        )
        done = write(work, agents, context)
        report, claims = stored(done, "report.md", context)
        return DraftOutput(
            report=report,
            claims=claims,
            documents=done.documents,
            charts=[*given.charts, *done.output.charts],
        )

    return draft


def _wishes(given: DraftInput, context: Context) -> Iterator[Section]:
    if given.request.strip():
        yield Section("The request", given.request, trusted=True)
    if given.style.strip():
        yield Section("Style", given.style, trusted=True)
    if given.sections:
        yield Section(
            "Headings, in this order", "\n".join(f"- {each}" for each in given.sections), trusted=True
        )
    if given.earlier:
        yield Section("The version that was refused", context.load(given.earlier).decode("utf-8", "replace"))
    if given.charts:
        shown = [f"- {chart.name}: {load_image(chart, context).alt or 'a chart'}" for chart in given.charts]
        yield Section("Charts that may be shown", "\n".join(shown))


def _missing(finished: Finished, sections: Sequence[str]) -> Sequence[str]:
    return missing_sections(finished.markdown, sections) if sections else ()
