"""The contracts of planners: from a request, and what can be done here, to a plan."""

from collections.abc import Mapping
from typing import Protocol

from errand.capability import CapabilityDescription, Context
from errand.domain.plan import Proposal
from errand.domain.request import Request
from errand.planning.state import TaskState


class Planner(Protocol):
    """Plans from the request alone."""

    def propose(self, request: Request, catalogue: Mapping[str, CapabilityDescription]) -> Proposal:
        """A plan for the request out of the capabilities in `catalogue`, by name.

        The same request against the same catalogue gives the same proposal. Raises NothingFits when no
        combination of them does what was asked, InputRefused when the request lacks something.
        """
        ...


class TaskPlanner(Protocol):
    """Plans as part of a task: it may ask the person, use a model, and plan the rest of a task anew."""

    def plan(
        self,
        request: Request,
        catalogue: Mapping[str, CapabilityDescription],
        context: Context,
        state: TaskState | None,
        why: str,
    ) -> Proposal:
        """With `state`, a later revision of a plan that is being carried out: `why` says in a sentence what
        called for it. Its steps are new ones; they may need any step that stands. It may `drop` steps that
        have not begun. What did not succeed is superseded: what it names, or all of it when it names none.

        Raises as `Planner.propose`, AnswerNeeded, PlanRefused with all faults that could not be mended, and
        what `errand.model.Models.ask` raises.
        """
        ...
