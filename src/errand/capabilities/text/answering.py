"""`text.answer`: a question answered out of documents, with the passages that the answer rests on."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, Field

from errand.agents.agent import Agent, Bounds
from errand.agents.runner import Agents
from errand.capabilities.cited.evidence import Gathered
from errand.capabilities.cited.shelf import Shelf, room_of
from errand.capabilities.cited.text import Finished, MarkedText
from errand.capabilities.cited.writing import READING, Work, needs_model, stored, write
from errand.capabilities.documents.model import DocumentRef
from errand.capabilities.reports.model import ClaimsRef, ReportRef
from errand.capabilities.text.model import Quotation, Summary, SummaryRef
from errand.capability import STEERS, Audience, Capability, Context, capability
from errand.model import Models, Role

_LONGEST_INLINE = 8_000
_MOST_INLINE = 20


class AnswerInput(BaseModel):
    question: Annotated[str, STEERS] = Field(min_length=1, description="The question, in full.")
    documents: list[DocumentRef] = Field(min_length=1, description="The documents to answer it from.")


class AnswerOutput(BaseModel):
    answered: bool = Field(
        description="False: the documents do not answer it; the answer says what is missing."
    )
    answer: str = Field(description="The answer, with marks for its sources.")
    passages: list[Quotation] = Field(description="The passages that it rests on, verbatim with their place.")
    found: SummaryRef = Field(description="The same passages, as a report takes them.")
    report: ReportRef = Field(description="The answer with its sources, as Markdown.")
    claims: ClaimsRef = Field(description="On what each mark and figure of it rests.")


class Answer(MarkedText):
    """The answer to the question, first and directly; then what a reader needs to trust it."""

    answered: bool = Field(
        description="False when the documents do not answer the question; say then what they do say, and "
        "what is missing."
    )


ANSWERER: Agent[Answer] = Agent(
    name="answerer",
    role=Role.WORK,
    output_type=Answer,
    tools=READING,
    bounds=Bounds(turns=16, tool_calls=30, output_tokens=4_000),
)


def answer_capability(agents: Agents, models: Models) -> Capability[AnswerInput, AnswerOutput]:
    @capability(
        "text.answer",
        needs=[needs_model(models, Role.WORK)],
        time_limit_seconds=1_800.0,
        audience=Audience.MODELS,
    )
    def answer(given: AnswerInput, context: Context) -> AnswerOutput:
        """Answer a question from documents, with the verbatim passages that the answer rests on.

        Says plainly when the documents do not answer it.
        """
        gathered = Gathered(
            Shelf.open(given.documents, context, room_of(models, Role.WORK)), files=tuple(given.documents)
        )
        done = write(
            Work(ANSWERER, given.question, given.question, gathered, more=_unsupported), agents, context
        )
        passages = [
            Quotation(text=claim.shown, source=claim.sources[0])
            for claim in done.finished.claims.claims
            if claim.value is None
        ]
        report, claims = stored(done, "answer.md", context)
        return AnswerOutput(
            answered=done.output.answered,
            answer=done.output.markdown[:_LONGEST_INLINE],
            passages=[p for p in passages[:_MOST_INLINE] if len(p.text) <= 1_500],
            found=context.save_model(
                SummaryRef, "answer.passages.json", Summary(title=given.question, quotations=tuple(passages))
            ),
            report=report,
            claims=claims,
        )

    return answer


def _unsupported(output: Answer, finished: Finished) -> Sequence[str]:
    if output.answered and not finished.claims.claims:
        return ("An answer needs at least one passage of a document that bears it out.",)
    return ()
