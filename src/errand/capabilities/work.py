"""`agent.work`: what no other capability is made for, carried out by an agent with tools."""

from dataclasses import replace
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, Field

from errand.agents.agent import Agent, Bounds, Section
from errand.agents.runner import Agents
from errand.capabilities.cited.evidence import Evidence, gather
from errand.capabilities.cited.shelf import room_of
from errand.capabilities.cited.text import IllustratedText
from errand.capabilities.cited.writing import Work, needs_model, stored, write
from errand.capabilities.documents.model import DocumentRef
from errand.capabilities.files.taking import TakeInput, take_files
from errand.capabilities.reports.model import ChartRef, ClaimsRef, ReportRef
from errand.capability import STEERS, ArtifactRef, Audience, Capability, Context, Effects, capability
from errand.model import Models, Role

Tool = Literal[
    "documents.read", "document.outline", "document.passages", "text.find", "files.list", "files.read",
    "files.search", "files.write", "files.edit", "files.remove", "files.keep", "files.changes",
    "table.describe", "table.query", "math.solve", "chart.draw",
]  # fmt: skip


class WorkInput(Evidence):
    instructions: Annotated[str, STEERS] = Field(
        min_length=1, description="What to do and what to hand in, so complete that nobody needs to ask."
    )
    request: Annotated[str, STEERS] = Field(default="", description="The person's own words.")
    tools: list[Tool] = Field(default=[], description="The tools it may use; none named: all of them.")


class WorkOutput(BaseModel):
    answer: str = Field(description="What came of it, with marks for its sources.")
    report: ReportRef = Field(description="The same as Markdown with its sources.")
    claims: ClaimsRef = Field(description="On what each mark and figure of it rests.")
    files: list[ArtifactRef] = Field(description="Files that it made.")
    documents: list[DocumentRef] = Field(
        description="All that its sources may quote: those given, and files that it made."
    )
    charts: list[ChartRef] = Field(description="Charts that it drew and shows.")


class Carried(IllustratedText):
    """What came of the instructions."""

    made: list[ArtifactRef] = Field(
        default=[], description="Names of the files to hand over: those that files_keep and other tools gave."
    )


WORKER: Agent[Carried] = Agent(
    name="worker",
    role=Role.WORK,
    output_type=Carried,
    tools=get_args(Tool),
    bounds=Bounds(turns=40, tool_calls=120, tokens=2_000_000, output_tokens=12_000, corrections=4),
)


def work_capability(agents: Agents, models: Models) -> Capability[WorkInput, WorkOutput]:
    @capability(
        "agent.work",
        effects=Effects.WORKSPACE,
        needs=[needs_model(models, Role.WORK)],
        time_limit_seconds=3_600.0,
        audience=Audience.MODELS,
    )
    def work(given: WorkInput, context: Context) -> WorkOutput:
        """Carry out instructions with tools where nothing else fits: read, calculate, query, write files.

        It reaches nothing outside the task: no web, no mail, no programs.
        """
        agent = replace(WORKER, tools=tuple(dict.fromkeys(given.tools))) if given.tools else WORKER
        if given.files and any(tool.startswith("files.") for tool in agent.tools):
            take_files.run(TakeInput(files=given.files), context)
        request = "\n".join(filter(None, (given.request, given.instructions)))
        sections = [Section("The request", given.request, trusted=True)] if given.request.strip() else []
        done = write(
            Work(
                agent,
                given.instructions,
                request,
                gather(given, context, room_of(models, Role.WORK)),
                sections=tuple(sections),
                pictures=lambda output: output.charts,
            ),
            agents,
            context,
        )
        report, claims = stored(done, "work.md", context)
        return WorkOutput(
            answer=done.output.markdown[:16_000],
            report=report,
            claims=claims,
            files=done.output.made,
            documents=done.documents,
            charts=done.output.charts,
        )

    return work
