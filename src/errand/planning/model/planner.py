"""Planning within a task with a language model; without it where it can not, and the person is told."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from errand.agents.agent import Agent, Bounds, Material, Section
from errand.agents.runner import Agents
from errand.agents.turns import Afresh
from errand.capability import CapabilityDescription, Context
from errand.domain.errors import (
    AgentFailed,
    InputRefused,
    LimitReached,
    ModelDeclined,
    NothingFits,
    NotOffered,
    PlanRefused,
)
from errand.domain.plan import Plan, Proposal
from errand.domain.question import Question, QuestionKind, bound
from errand.domain.request import Request
from errand.model import Role
from errand.planning.estimating import Estimator
from errand.planning.model import describing
from errand.planning.model.accepting import faults_of_model_plan
from errand.planning.model.describing import Describe, nothing_known
from errand.planning.model.draft import DraftQuestion, PlanDraft, RevisionDraft
from errand.planning.model.narrowing import narrowed
from errand.planning.plain import confirmed
from errand.planning.planner import Planner
from errand.planning.rules.planner import THRESHOLD
from errand.planning.state import TaskState

_BOUNDS = Bounds(turns=8, output_tokens=12_000, corrections=2)
PLANNER = Agent("planner", Role.PLAN, PlanDraft, bounds=_BOUNDS)
REPLANNER = Agent("replanner", Role.PLAN, RevisionDraft, bounds=_BOUNDS)

Catalogue = Mapping[str, CapabilityDescription]
ModelFailure = AgentFailed | ModelDeclined | LimitReached


@dataclass(frozen=True)
class ModelPlanner:
    """Keeps `TaskPlanner`. May be shared between threads."""

    agents: Agents
    fallback: Planner
    """Plans without a model; also what the model's failure leaves."""
    playbooks: Planner
    """Proposes the playbook that fits best, which the model may take."""
    estimator: Estimator
    model: str
    """Its name, for whoever asks who made the plan."""
    threshold: float = THRESHOLD
    """Below this the person is asked before anything is done."""
    describe: Describe = nothing_known

    def plan(
        self, request: Request, catalogue: Catalogue, context: Context, state: TaskState | None, why: str
    ) -> Proposal:
        """Raises PlanRefused when no revision that can be carried out was handed in."""
        if state is not None:
            return self.estimator.added(self._revision(request, catalogue, context, state, why), catalogue)
        proposal = self.propose(request, catalogue, context)
        return proposal if proposal.sure else confirmed(proposal, context)

    def propose(self, request: Request, catalogue: Catalogue, context: Context) -> Proposal:
        """A first plan, sure or not. Raises AnswerNeeded when the request is not clear."""
        try:
            _stop_where_it_failed_before(context)
            proposal = self._by_model(request, catalogue, context)
        except (AgentFailed, ModelDeclined, LimitReached) as failure:
            proposal = self._without_model(request, catalogue, failure)
        return self.estimator.added(proposal, catalogue)

    def _by_model(self, request: Request, catalogue: Catalogue, context: Context) -> Proposal:
        planning = _Planning(request, catalogue, self._playbook(request, catalogue), self.model)
        sections = planning.sections(describing.attachments(request.attachments, self.describe, context))
        draft = self._asked(planning, sections, context)
        if draft.question is not None:
            planning = replace(planning, answered=_ask(draft.question, context))
            draft = self._asked(planning, (*sections, *planning.answer()), context)
        if not draft.steps and not draft.playbook:
            parts = "; ".join(draft.not_covered)
            raise NothingFits(f"Nothing that is offered here does what was asked: {parts}.")
        return Proposal(
            planning.plan(draft), draft.sure, draft.sure >= self.threshold, draft.remarks, draft.not_covered
        )

    def _asked(self, planning: "_Planning", sections: tuple[Section, ...], context: Context) -> PlanDraft:
        agent = replace(PLANNER, accept=lambda draft, _context: planning.faults(draft))
        return self.agents.run(agent, Material(planning.request.text, sections), context)

    def _playbook(self, request: Request, catalogue: Catalogue) -> Plan | None:
        """None: none fits, or the one that does lacks something."""
        try:
            return self.playbooks.propose(request, catalogue).plan
        except (InputRefused, NotOffered):
            return None

    def _without_model(self, request: Request, catalogue: Catalogue, failure: ModelFailure) -> Proposal:
        try:
            proposal = self.fallback.propose(request, catalogue)
        except (InputRefused, NotOffered, PlanRefused) as refused:
            if isinstance(failure, AgentFailed) and failure.faults:
                raise PlanRefused(failure.faults) from refused
            raise failure from refused
        return replace(proposal, remarks=(_said_of(failure), *proposal.remarks))

    def _revision(
        self, request: Request, catalogue: Catalogue, context: Context, state: TaskState, why: str
    ) -> Proposal:
        def faults(draft: RevisionDraft, _context: Context) -> tuple[str, ...]:
            try:
                plan = draft.plan(state, "")
            except ValueError as error:
                return (str(error),)
            return faults_of_model_plan(plan, catalogue, request, request.text, state)

        shown = narrowed(request.text, catalogue, keep={step.capability for step in state.steps})
        sections = (
            describing.capabilities(shown),
            describing.attachments(request.attachments, self.describe, context),
            describing.task_state(state),
            describing.why_anew(why),
        )
        material = Material(request.text, sections)
        try:
            draft = self.agents.run(replace(REPLANNER, accept=faults), material, context)
        except AgentFailed as failure:
            if failure.faults:  # it was told them twice: another attempt would only cost as much again
                raise PlanRefused(failure.faults) from failure
            raise
        plan = draft.plan(state, f"model {self.model}")
        return Proposal(plan, 1.0, sure=True, remarks=draft.remarks, not_covered=draft.not_covered)


@dataclass(frozen=True)
class _Planning:
    """One request, and what a draft for it is held against."""

    request: Request
    catalogue: Catalogue
    playbook: Plan | None
    model: str
    answered: tuple[str, str] | None = None
    """The question that was asked, and its answer."""

    def sections(self, attachments: Section) -> tuple[Section, ...]:
        keep = {step.capability for step in self.playbook.steps} if self.playbook else set()
        shown = narrowed(self.request.text, self.catalogue, keep)
        known = [describing.playbook(self.playbook, self.playbook_name)] if self.playbook else []
        return (describing.capabilities(shown), *known, attachments)

    def answer(self) -> tuple[Section, ...]:
        """The person's own words, and so a part of the task."""
        if self.answered is None:
            return ()
        question, answer = self.answered
        told = f"You asked: {question}\nThe person answered: {answer}"
        return (Section("The answer to your question", told, trusted=True),)

    @property
    def playbook_name(self) -> str:
        return self.playbook.made_by.removeprefix("playbook ") if self.playbook else ""

    def plan(self, draft: PlanDraft) -> Plan:
        return draft.plan(self.playbook if draft.playbook else None, f"model {self.model}")

    def faults(self, draft: PlanDraft) -> tuple[str, ...]:
        if draft.question is not None:
            return self._faults_of_question(draft)
        if draft.playbook and draft.playbook != self.playbook_name:
            there = f"only {self.playbook_name} is there" if self.playbook else "none fits this request"
            return (f"No playbook {draft.playbook!r} can be taken: {there}",)
        if not draft.steps and not draft.playbook and draft.not_covered:
            return ()
        try:
            plan = self.plan(draft)
        except ValueError as error:
            return (str(error),)
        asked = " ".join((self.request.text, *(self.answered or ())[1:]))
        return faults_of_model_plan(plan, self.catalogue, self.request, asked)

    def _faults_of_question(self, draft: PlanDraft) -> tuple[str, ...]:
        if self.answered is not None:
            return ("You have asked already: plan with what you know, and say in `remarks` what you assume",)
        if draft.steps or draft.playbook:
            return ("Hand in a question or a plan, not both",)
        return ()


def _stop_where_it_failed_before(context: Context) -> None:
    """Raises AgentFailed when an earlier attempt at this subtask had to do without the model: a person may
    have been shown the plan that was made then, and their answer is to that one."""
    for turn in context.turns():
        if turn.get("kind") == _GIVEN_UP:
            raise AgentFailed(str(turn.get("reason")))


_GIVEN_UP = Afresh(reason="").kind


def _ask(asked: DraftQuestion, context: Context) -> tuple[str, str]:
    kind = QuestionKind.CHOICE if asked.choices else QuestionKind.OPEN
    name = bound("clarify", asked.text, asked.choices)
    return asked.text, context.ask(Question(name, asked.text, kind, asked.choices))


def _said_of(failure: ModelFailure) -> str:
    if isinstance(failure, LimitReached):
        return f"This plan was made without the language model: {failure}"
    if isinstance(failure, ModelDeclined):
        return "This plan was made without the language model, which declined to plan this."
    faults = "; ".join(failure.faults) or str(failure).rstrip(".")
    return f"This plan was made without the language model, whose own could not be carried out: {faults}."
