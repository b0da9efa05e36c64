"""`text.reason`: a conclusion from given material, its steps shown, its assumptions said."""

from typing import Annotated

from pydantic import BaseModel, Field

from errand.agents.agent import Agent, Bounds
from errand.agents.runner import Agents
from errand.capabilities.cited.evidence import Evidence, gather
from errand.capabilities.cited.shelf import room_of
from errand.capabilities.cited.text import MarkedText
from errand.capabilities.cited.writing import READING, RECKONING, Work, needs_model, stored, write
from errand.capabilities.documents.model import DocumentRef
from errand.capabilities.reports.model import ClaimsRef, ReportRef
from errand.capability import STEERS, Audience, Capability, Context, capability
from errand.model import Models, Role


class ReasonInput(Evidence):
    question: Annotated[str, STEERS] = Field(
        min_length=1, description="What is to be concluded or decided, in full."
    )


class ReasonOutput(BaseModel):
    conclusion: str = Field(description="The conclusion.")
    assumptions: list[str] = Field(description="What was assumed because nothing given says it.")
    would_change: list[str] = Field(description="What, if it were otherwise, would change the conclusion.")
    report: ReportRef = Field(description="Conclusion, steps, assumptions and sources as Markdown.")
    claims: ClaimsRef = Field(description="On what each mark and figure of it rests.")
    documents: list[DocumentRef] = Field(
        description="All that it may quote: those given, and results of queries."
    )


class Reasoning(MarkedText):
    """Steps that lead to a conclusion. `markdown` holds the steps as a numbered list."""

    conclusion: str = Field(
        min_length=1, description="One to four sentences; marks of the same sources go in here too."
    )
    assumptions: list[str] = Field(
        description="Only those on which the conclusion hangs; empty when there are none."
    )
    would_change: list[str] = Field(description="Facts that would turn the conclusion, each in a sentence.")


REASONER: Agent[Reasoning] = Agent(
    name="reasoner",
    role=Role.WORK,
    output_type=Reasoning,
    tools=(*READING, *RECKONING),
    bounds=Bounds(turns=24, tool_calls=60, output_tokens=8_000),
)


def reason_capability(agents: Agents, models: Models) -> Capability[ReasonInput, ReasonOutput]:
    @capability(
        "text.reason",
        needs=[needs_model(models, Role.WORK)],
        time_limit_seconds=3_600.0,
        audience=Audience.MODELS,
    )
    def reason(given: ReasonInput, context: Context) -> ReasonOutput:
        """Reason from given material to a conclusion or decision: steps, assumptions, what would change it.

        Calculates with tools; every figure and passage that it uses is looked up.
        """
        gathered = gather(given, context, room_of(models, Role.WORK))
        work = Work(REASONER, given.question, given.question, gathered, page=_page)
        done = write(work, agents, context)
        report, claims = stored(done, "reasoning.md", context)
        return ReasonOutput(
            conclusion=done.output.conclusion[:8_000],
            assumptions=[each[:500] for each in done.output.assumptions[:20]],
            would_change=[each[:500] for each in done.output.would_change[:20]],
            report=report,
            claims=claims,
            documents=done.documents,
        )

    return reason


def _page(output: Reasoning) -> str:
    parts = ["## Conclusion", output.conclusion, "## Steps", output.markdown]
    if output.assumptions:
        parts += ["## Assumptions", "\n".join(f"- {each}" for each in output.assumptions)]
    if output.would_change:
        parts += ["## What would change it", "\n".join(f"- {each}" for each in output.would_change)]
    return "\n\n".join(parts)
