"""Planning within a task without a model: playbooks and rules, and a person where these are not sure."""

from collections.abc import Mapping
from dataclasses import replace

from errand.capability import CapabilityDescription, Context
from errand.domain.errors import NothingFits
from errand.domain.plan import Proposal
from errand.domain.question import Question, QuestionKind, bound
from errand.domain.request import Request
from errand.planning.planner import Planner
from errand.planning.state import TaskState

YES, NO = "yes", "no"
_MOST_STEPS = 20


class PlainPlanner:
    """Keeps `TaskPlanner`. May be shared between threads when its planner may."""

    def __init__(self, planner: Planner) -> None:
        self._planner = planner

    def plan(
        self,
        request: Request,
        catalogue: Mapping[str, CapabilityDescription],
        context: Context,
        state: TaskState | None,
        why: str,
    ) -> Proposal:
        if state is not None:
            raise NothingFits(
                f"Only a language model plans a task anew ({why}): set ERRAND_MODEL, or do what is missing "
                "and retry."
            )
        proposal = self._planner.propose(request, catalogue)
        return proposal if proposal.sure else confirmed(proposal, context)


def confirmed(proposal: Proposal, context: Context) -> Proposal:
    """The same, when a person wants it. Raises AnswerNeeded, and NothingFits when they do not. An attempt
    that comes to another plan asks again: the answer was to the plan that was shown."""
    plan = proposal.plan
    name = bound("plan", plan.steps, plan.result, plan.check, proposal.not_covered)
    asked = Question(name, question(proposal), QuestionKind.CHOICE, (YES, NO))
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
            *((f"Expected: {proposal.estimate.in_words()}",) if proposal.estimate else ()),
            "Shall I do this?",
        )
    )
