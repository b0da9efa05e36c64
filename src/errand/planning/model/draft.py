"""What the model hands in: a plan, one question, or a revision of a plan. The descriptions are read by it."""

import json
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field, JsonValue, WithJsonSchema

from errand.domain.ids import SubtaskKey
from errand.domain.plan import Plan, Reference, Step
from errand.planning.state import TaskState


def _read(given: object) -> object:
    """Some models write the object as a text that holds it."""
    if isinstance(given, str):
        try:
            return json.loads(given)
        except ValueError:
            return given
    return given


Inputs = Annotated[
    dict[str, JsonValue],
    BeforeValidator(_read),
    WithJsonSchema({"type": "object", "additionalProperties": True}),
]
"""Any JSON object. The schema says no more, since not every provider and grammar takes a recursive one."""


class DraftStep(BaseModel):
    """One step."""

    key: str = Field(description="Short name of the step, used in references: `read-contract`.")
    capability: str = Field(description="Exact name from the list of capabilities.")
    title: str = Field(description="What it does here, for the person who watches; a few words.")
    inputs: Inputs = Field(
        description="JSON object: input name to a constant, a reference, or a list of them."
    )
    after: tuple[str, ...] = Field(
        default=(), description="Keys of steps that must end first although no output of theirs is used."
    )
    optional: bool = Field(default=False, description="True: the result is still of use without it.")
    because: str = Field(default="", description="The words of the request that it answers.")

    def step(self, score: float) -> Step:
        return Step(
            key=SubtaskKey(self.key),
            capability=self.capability,
            title=self.title,
            inputs=dict(self.inputs),
            after=tuple(map(SubtaskKey, self.after)),
            optional=self.optional,
            score=score,
            because=self.because,
        )


class DraftQuestion(BaseModel):
    """A question to the person."""

    text: str = Field(description="One question, in the language of the request.")
    choices: tuple[str, ...] = Field(default=(), description="Possible answers, when there are only a few.")


class _Draft(BaseModel):
    steps: tuple[DraftStep, ...] = Field(default=(), description="The steps, in any order.")
    result: str = Field(
        default="", description="Reference to the finished result, an output of a step: `write.report`."
    )
    check: str = Field(default="", description="Key of the step that checks the result.")
    not_covered: tuple[str, ...] = Field(
        default=(), description="Parts of the request that nothing here can do, in its own words."
    )
    remarks: tuple[str, ...] = Field(
        default=(), description="What the person should know: what you assumed, what is unsure."
    )

    def reference(self) -> Reference | None:
        """Raises ValueError when `result` is not of the form step.field."""
        return Reference.parse(self.result.strip()) if self.result.strip() else None

    def keyed_check(self) -> SubtaskKey | None:
        return SubtaskKey(self.check.strip()) if self.check.strip() else None


class PlanDraft(_Draft):
    """Hand in the plan; or, when the request can not be planned without it, one question and no steps."""

    question: DraftQuestion | None = Field(
        default=None, description="The one question, when no plan is possible without its answer."
    )
    playbook: str = Field(
        default="",
        description="Name of the playbook to take: its steps are part of the plan without being repeated.",
    )
    sure: float = Field(
        default=1.0, ge=0.0, le=1.0, description="How sure you are that this is what is asked for, 0 to 1."
    )

    def plan(self, taken: Plan | None, made_by: str) -> Plan:
        """`taken`: the playbook's plan; a step of the same key stands in the place of its one.

        Raises ValueError when `result` is not of the form step.field.
        """
        own = {SubtaskKey(step.key): step.step(self.sure) for step in self.steps}
        known = taken.steps if taken else ()
        theirs = {step.key for step in known}
        steps = tuple(own.get(step.key, step) for step in known) + tuple(
            step.step(self.sure) for step in self.steps if step.key not in theirs
        )
        return Plan(
            steps=steps,
            result=self.reference() or (taken.result if taken else None),
            check=self.keyed_check() or (taken.check if taken else None),
            made_by=f"{taken.made_by} and {made_by}"
            if taken and own
            else taken.made_by
            if taken
            else made_by,
        )


class RevisionDraft(_Draft):
    """Hand in what replaces the part of the plan that has not been done."""

    drop: tuple[str, ...] = Field(
        default=(), description="Keys of steps that have not begun and are not wanted any more."
    )
    supersedes: tuple[str, ...] = Field(
        default=(),
        description="Keys of steps that did not succeed and whose work is done in another way, or is not "
        "needed. Left out: all that did not succeed.",
    )

    def plan(self, state: TaskState, made_by: str) -> Plan:
        """What it does not say of result and check stays as it is.

        Raises ValueError when `result` is not of the form step.field.
        """
        before = Reference.parse(state.result) if state.result else None
        return Plan(
            steps=tuple(step.step(1.0) for step in self.steps),
            result=self.reference() or before,
            check=self.keyed_check() or (SubtaskKey(state.check) if state.check else None),
            made_by=made_by,
            drop=tuple(map(SubtaskKey, self.drop)),
            supersedes=tuple(map(SubtaskKey, self.supersedes)),
        )
