"""A plan: steps, each a capability with inputs, and which outputs of which other steps feed them."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Self

from errand.domain.budget import MICRO
from errand.domain.ids import SubtaskKey
from errand.domain.json import Json, JsonObject

FROM = "$from"
REQUEST = "request"
"""`{"$from": "request.text"}` and `{"$from": "request.attachments"}` reach what the person gave."""
TASK = "task"
"""`{"$from": "task"}` is the state of the whole task, for the subtask that plans it anew."""
LONGEST_KEY = 128
"""Characters of a step's key."""
RESERVED = frozenset({REQUEST, TASK, "plan"})
"""No step may have such a key, nor one that begins with `plan-`: these are no steps of a plan."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A place in another step's output, or in the request: `read`, `read.document`, `request.attachments[0]`.

    In JSON it is `{"$from": "read.document"}`.
    """

    step: SubtaskKey
    path: tuple[str | int, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError when the text is not of the form `step.field[0].field`."""
        head, *rest = text.replace("[", ".[").split(".")
        if not head or any(not part for part in rest):
            raise ValueError(f"{text!r} is not a reference of the form step.field[0]")
        return cls(SubtaskKey(head), tuple(int(p[1:-1]) if p.startswith("[") else p for p in rest))

    def __str__(self) -> str:
        return self.step + "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in self.path)


def is_reserved(key: str) -> bool:
    return key in RESERVED or key.startswith("plan-")


def references(value: Json) -> Iterator[Reference]:
    """Every reference inside an input value, in order."""
    if isinstance(value, dict):
        target = value.get(FROM)
        if len(value) == 1 and isinstance(target, str):
            yield Reference.parse(target)
            return
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


@dataclass(frozen=True, slots=True)
class Step:
    """One node of a plan; it becomes a subtask."""

    key: SubtaskKey
    capability: str
    title: str = ""
    """What it does here, for the person who watches."""
    inputs: JsonObject = field(default_factory=dict)
    after: tuple[SubtaskKey, ...] = ()
    """Steps that must be done first although none of their outputs is used."""
    optional: bool = False
    """When it can not be done, the rest goes on without it and the result says what is missing."""
    score: float = 1.0
    """How sure the planner is that this step is wanted, 0 to 1."""
    because: str = ""
    """The words of the request, or the playbook, that this step answers."""

    def needs(self) -> tuple[SubtaskKey, ...]:
        """The steps whose end it waits for, each once, in order."""
        named = [r.step for r in references(self.inputs) if r.step not in (REQUEST, TASK)]
        return tuple(dict.fromkeys([*named, *self.after]))


@dataclass(frozen=True, slots=True)
class Plan:
    steps: tuple[Step, ...]
    result: Reference | None = None
    """Where the finished result is: an artifact reference or a text. None: the outputs of the last steps."""
    check: SubtaskKey | None = None
    """The step that checks the result; its output holds `passed` and `faults`."""
    made_by: str = ""
    """`playbook financial-analysis`, `rules`, `model openai:gpt-5`."""
    drop: tuple[SubtaskKey, ...] = ()
    """Of a later revision: steps that have not begun and are not wanted any more."""
    supersedes: tuple[SubtaskKey, ...] = ()
    """Of a later revision: steps that did not succeed and whose work it does in another way."""

    def step(self, key: SubtaskKey) -> Step:
        """Raises KeyError when there is no such step."""
        for step in self.steps:
            if step.key == key:
                return step
        raise KeyError(key)

    def shape_faults(self, existing: Collection[str] | None = None) -> tuple[str, ...]:
        """What would keep it from ever ending, whatever its capabilities are; a sentence each.

        `existing`: the keys of the task's subtasks, when the plan is a later revision.
        """
        if not self.steps and existing is None:
            return ("it has no steps",)
        before = existing or ()
        known = Counter(step.key for step in self.steps)
        found = [f"the key {key} is used {n} times" for key, n in known.items() if n > 1]
        found += [f"the key {key[:40]}… is too long" for key in known if len(key) > LONGEST_KEY]
        found += [f"the key {key} is reserved" for key in known if is_reserved(key)]
        found += [f"the key {key} is used by the task already" for key in known if key in before]
        for step in self.steps:
            missing = [need for need in step.needs() if need not in known and need not in before]
            found += [f"step {step.key} needs {need}, which is no step" for need in missing]
        try:
            TopologicalSorter({step.key: step.needs() for step in self.steps}).prepare()
        except CycleError as error:
            found.append(f"steps wait for one another: {', '.join(error.args[1])}")
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What carrying out a plan is expected to take."""

    microdollars: int
    seconds: float
    """On the critical path, with a worker free for every step."""
    outside: tuple[SubtaskKey, ...] = ()
    """Steps that act on the outside."""
    basis: str = ""
    """What the figures rest on, in a sentence."""

    def in_words(self) -> str:
        """`About 2 min and 0.15 USD. Rests on …`; what acts on the outside is named."""
        time = f"{self.seconds:.0f} s" if self.seconds < 120 else f"{self.seconds / 60:.0f} min"
        money = f" and {self.microdollars / MICRO:.2f} USD" if self.microdollars else ""
        acts = f" Acts on the outside: {', '.join(self.outside)}." if self.outside else ""
        return f"About {time}{money}. {self.basis}{acts}"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a planner hands back."""

    plan: Plan
    score: float
    """How sure the planner is of the whole, 0 to 1: that of its weakest step that is not optional."""
    sure: bool
    """False: below the planner's threshold; ask before acting on it."""
    remarks: tuple[str, ...] = ()
    """What the person should know: what was assumed, what is unsure."""
    not_covered: tuple[str, ...] = ()
    """Parts of the request, in its words, that the plan does nothing about: it ends as partial at best."""
    estimate: Estimate | None = None
