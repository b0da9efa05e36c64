"""Planning is a subtask like any other: it scales, retries, asks and is tested by the same mechanism."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from pydantic import BaseModel, Field

from errand.capability import Capability, CapabilityDescription, Context, capability
from errand.domain.artifact import Artifact
from errand.domain.errors import NothingFits
from errand.domain.plan import Proposal
from errand.domain.question import Question, QuestionKind
from errand.domain.request import Request
from errand.domain.task import PLAN
from errand.planning.planned import Planned
from errand.planning.planner import Planner

YES, NO = "yes", "no"


class AttachmentGiven(BaseModel):
    name: str = Field(description="File name.")
    media_type: str = Field(description="Media type, found from the content.")
    size: int = Field(description="Bytes.")
    sha256: str = Field(description="Hash of the content.")


class RequestGiven(BaseModel):
    text: str = Field(description="What the person asked for.")
    attachments: tuple[AttachmentGiven, ...] = Field(default=(), description="What they attached.")

    def as_request(self) -> Request:
        files = tuple(
            Artifact(a.name, a.media_type, a.size, a.sha256, {"attached": True}) for a in self.attachments
        )
        return Request(self.text, files)


class PlanInput(BaseModel):
    request: RequestGiven = Field(description="The request to plan.")


Descriptions = Callable[[], Mapping[str, CapabilityDescription]]


def plan_capability(planner: Planner, live: Descriptions) -> Capability[PlanInput, Planned]:
    """`live` tells what can be planned with at the moment; `plan` itself is never part of a plan."""

    @capability(PLAN)
    def plan(given: PlanInput, context: Context) -> Planned:
        """Break a request into subtasks that the available capabilities can carry out."""
        catalogue = {name: each for name, each in live().items() if name != PLAN}
        proposal = planner.propose(given.request.as_request(), catalogue)
        if not proposal.sure:
            proposal = _confirmed(proposal, context)
        return Planned.of(proposal)

    return plan


def _confirmed(proposal: Proposal, context: Context) -> Proposal:
    asked = Question(name="plan", text=question(proposal), kind=QuestionKind.CHOICE, choices=(YES, NO))
    if context.ask(asked).strip().lower() not in (YES, "y"):
        raise NothingFits("The plan was declined: say in other words what is to be done.")
    return replace(proposal, remarks=(*proposal.remarks, "The plan was confirmed by a person."))


def question(proposal: Proposal) -> str:
    """What would be done step by step, what would not, and what is unsure."""
    titles = list(dict.fromkeys(step.title or step.capability for step in proposal.plan.steps))
    steps = [f"  {n}. {title}" for n, title in enumerate(titles[:_MOST_STEPS], start=1)]
    if len(titles) > _MOST_STEPS:
        steps.append(f"  … and {len(titles) - _MOST_STEPS} more")
    unsure = proposal.remarks or ("It may not be what the request asks for.",)
    return "\n".join(
        (
            "I am not sure that I understand the request. This is what I would do:",
            *steps,
            *(f"Unsure: {remark}" for remark in unsure),
            *(f"Not done: {part}" for part in proposal.not_covered),
            "Shall I do this?",
        )
    )


_MOST_STEPS = 20
