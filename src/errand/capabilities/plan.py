"""Planning is a subtask like any other: it scales, retries, asks and is tested by the same mechanism."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from pydantic import BaseModel, Field

from errand.capability import Capability, CapabilityDescription, Context, capability
from errand.domain.artifact import Artifact
from errand.domain.errors import PlanRefused
from errand.domain.ids import SubtaskKey
from errand.domain.plan import Plan
from errand.domain.request import Request
from errand.domain.task import PLAN
from errand.planning.checking import check_plan
from errand.planning.planned import Planned
from errand.planning.planner import TaskPlanner
from errand.planning.state import TaskState


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
    state: TaskState | None = Field(
        default=None, description="The task as it stands, when the rest of it is to be planned anew."
    )
    why: str = Field(default="", description="What called for planning it anew.")


Descriptions = Callable[[], Mapping[str, CapabilityDescription]]


def plan_capability(planner: TaskPlanner, live: Descriptions) -> Capability[PlanInput, Planned]:
    """`live` tells what can be planned with at the moment; `plan` itself is never part of a plan."""

    @capability(PLAN)
    def plan(given: PlanInput, context: Context) -> Planned:
        """Break a request into subtasks that the available capabilities can carry out."""
        catalogue = {name: each for name, each in live().items() if name != PLAN}
        request = given.request.as_request()
        proposal = planner.plan(request, catalogue, context, given.state, given.why)
        if given.state is not None:
            revised = _superseding(proposal.plan, given.state)
            if faults := check_plan(revised, catalogue, request, given.state):
                raise PlanRefused(faults)
            proposal = replace(proposal, plan=revised)
        return Planned.of(proposal)

    return plan


def _superseding(plan: Plan, state: TaskState) -> Plan:
    """A revision that does not say what it makes up for makes up for all that it saw fall short; optional
    steps are left out, since the plan counted on doing without them."""
    if plan.supersedes:
        return plan
    fell_short = (SubtaskKey(each.key) for each in state.steps if each.fell_short and not each.optional)
    return replace(plan, supersedes=tuple(fell_short))
