"""Whether a plan can be carried out: every fault of it at once, before anything runs.

What fits what: a slot takes its own type word. Besides, `file` takes an artifact of any kind, `text` takes a
date (JSON writes it as text), and `value` takes and fits everything. A list fits a list, one fits one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from errand.capability import CapabilityDescription, Slot
from errand.domain.ids import SubtaskKey
from errand.domain.json import Json
from errand.domain.plan import FROM, LONGEST_KEY, REQUEST, Plan, Reference, Step, is_reserved
from errand.domain.request import Request
from errand.planning.circles import circles
from errand.planning.nearest import Nearest
from errand.planning.standing import Standing
from errand.planning.state import TaskState

SCALARS = frozenset({"text", "number", "flag", "date", "value"})
"""Type words of what is not an artifact or a model."""

_FILE_FIELDS = {"name": "text", "media_type": "text", "size": "number", "sha256": "text"}
_IN_JSON: dict[str, tuple[type, ...]] = {"text": (str,), "date": (str,), "number": (int, float)}


@dataclass(frozen=True)
class Fault:
    """What is wrong, and in which step; None: with the plan as a whole."""

    step: SubtaskKey | None
    says: str

    def __str__(self) -> str:
        return f"Step {self.step}: {self.says}" if self.step else self.says


def check_plan(
    plan: Plan,
    catalogue: Mapping[str, CapabilityDescription],
    request: Request,
    state: TaskState | None = None,
) -> tuple[str, ...]:
    """Every fault, one sentence each; none: the plan can be carried out. Linear in the size of the plan.

    With `state`, the plan is a later revision: its steps may build on those of the task that stand.
    """
    return tuple(str(fault) for fault in faults_of(plan, catalogue, request, state))


def faults_of(
    plan: Plan,
    catalogue: Mapping[str, CapabilityDescription],
    request: Request,
    state: TaskState | None = None,
) -> tuple[Fault, ...]:
    """As `check_plan`, with the step apart from the sentence."""
    if not plan.steps and state is None:
        return (Fault(None, "The plan has no steps"),)
    check = _Check(plan, catalogue, request, Standing.of(plan, state))
    found = [*check.keys(), *(Fault(None, says) for says in check.standing.faults(plan))]
    for step in plan.steps:
        found += check.step(step)
    found += (Fault(circle[0], _in_words(circle)) for circle in circles(check.waits))
    return (*found, *check.ends())


def _in_words(circle: tuple[SubtaskKey, ...]) -> str:
    shown = circle if len(circle) <= 12 else circle[:11]
    links = [f"{one} waits for {other}" for one, other in zip(shown, (*shown[1:], circle[0]), strict=True)]
    if shown is not circle:
        links[-1] = f"… and so on through {len(circle)} steps back to {circle[0]}"
    return "the steps wait for one another in a circle: " + ", ".join(links)


@dataclass(frozen=True)
class _Type:
    """What a reference leads to. `sure` is False where a model's inside is not described."""

    word: str
    many: bool = False
    sure: bool = True


class _Check:
    """One walk over a plan. Not reused."""

    def __init__(
        self,
        plan: Plan,
        catalogue: Mapping[str, CapabilityDescription],
        request: Request,
        standing: Standing,
    ) -> None:
        self.plan, self.catalogue, self.request, self.standing = plan, catalogue, request, standing
        self.steps = {**standing.steps, **{step.key: step for step in reversed(plan.steps)}}
        self.waits: dict[SubtaskKey, list[SubtaskKey]] = {step.key: [] for step in plan.steps}
        self.nearest = Nearest()

    def keys(self) -> Iterator[Fault]:
        counts: dict[SubtaskKey, int] = {}
        for step in self.plan.steps:
            counts[step.key] = counts.get(step.key, 0) + 1
        for key, count in counts.items():
            if count > 1:
                yield Fault(key, f"{count} steps have this key; each step needs its own")
            if not key or len(key) > LONGEST_KEY or set(key) & set(".[]\x00") or is_reserved(key):
                yield Fault(key or SubtaskKey("(no key)"), "this can not be the key of a step")
            elif key in self.standing.known:
                yield Fault(key, "the task has a step with this key already; each step needs its own")

    def step(self, step: Step) -> Iterator[Fault]:
        known = self.catalogue.get(step.capability)
        if known is None:
            hint = self.nearest.hint(step.capability, self.catalogue)
            yield Fault(step.key, f"no capability is called {step.capability}{hint}")
        else:
            yield from self._names(step, known)
        for name, value in step.inputs.items():
            slot = known.input(name) if known else None
            yield from (Fault(step.key, f"input {name} {says}") for says in self._value(step, value, slot))
        for key in step.after:
            if key not in self.steps:
                yield Fault(step.key, f"it comes after {key}, which is {self._no_step(key)}")
            elif key in self.waits:
                self.waits[step.key].append(key)

    def _names(self, step: Step, known: CapabilityDescription) -> Iterator[Fault]:
        names = [slot.name for slot in known.inputs]
        for name in step.inputs:
            if known.input(name) is None:
                hint = self.nearest.hint(name, names)
                yield Fault(step.key, f"{known.name} has no input called {name}{hint}")
        for slot in known.inputs:
            if slot.required and slot.name not in step.inputs:
                yield Fault(step.key, f"{known.name} needs the input {slot.name} ({_wanted(slot)})")

    def ends(self) -> Iterator[Fault]:
        if self.plan.result is not None:
            found = self._resolve(self.plan.result)
            if isinstance(found, str):
                yield Fault(None, f"The result {found}")
            elif found.sure and found.word in SCALARS - {"text", "value"}:
                yield Fault(None, f"The result {self.plan.result} is a {found.word}, not a file or a text")
        if self.plan.check is not None:
            yield from (Fault(None, says) for says in self._check_step(self.plan.check))

    def _check_step(self, key: SubtaskKey) -> Iterator[str]:
        step = self.steps.get(key)
        if step is None:
            yield f"The check is to be step {key}, which is {self._no_step(key)}"
            return
        known = self.catalogue.get(step.capability)
        passed = known.output("passed") if known else None
        if known and (passed is None or passed.type != "flag" or known.output("faults") is None):
            yield f"The check {key} can not be one: {known.name} does not give `passed` and `faults`"

    def _value(self, step: Step, value: Json, slot: Slot | None, *, item: bool = False) -> Iterator[str]:
        """What is wrong with one input, or with one item of a list."""
        if isinstance(value, dict) and FROM in value:
            yield from self._reference(step, value, slot, item=item)
        elif isinstance(value, list):
            if slot and not slot.many and slot.type != "value":
                yield f"takes one {slot.type}, not a list"
            inner = slot if slot and slot.many and not item else None
            for each in value:
                yield from self._value(step, each, inner, item=True)
        elif isinstance(value, dict) and not _file_like(value):
            if slot and slot.type in SCALARS - {"value"}:
                yield f"takes {_wanted(slot)}, not an object"
            for each in value.values():
                yield from self._value(step, each, None)
        elif _file_like(value):
            yield "holds a file written out; a file is reached by a reference and in no other way"
        elif slot is not None:
            yield from _constant(value, slot, item=item)

    def _reference(
        self, step: Step, value: dict[str, Json], slot: Slot | None, *, item: bool
    ) -> Iterator[str]:
        target = value[FROM]
        try:
            reference = Reference.parse(target) if isinstance(target, str) and len(value) == 1 else None
        except ValueError:
            reference = None
        if reference is None:
            yield f"has a reference that can not be read: {target!r} is not of the form step.field[0]"
            return
        found = self._resolve(reference)
        if reference.step in self.waits and reference.step != REQUEST:
            self.waits[step.key].append(reference.step)
        if isinstance(found, str):
            yield found
        elif slot is not None:
            if slot.steers and reference.step != REQUEST:
                yield (
                    f"is followed as it stands, so {reference} can not go there: write it yourself, or refer "
                    "to the request; what steps found goes where notes, findings or documents are taken"
                )
            yield from _misfit(reference, found, slot, item=item)
            yield from self._may_be_missing(step, reference, slot, item=item)

    def _may_be_missing(self, step: Step, reference: Reference, slot: Slot, *, item: bool) -> Iterator[str]:
        source = self.steps.get(reference.step)
        if source and source.optional and not step.optional and slot.required and not item:
            yield f"is needed but comes from {source.key}, which is optional; make {step.key} optional too"

    def _resolve(self, reference: Reference) -> _Type | str:
        """The type at the end of a reference, or what is wrong with it."""
        if reference.step == REQUEST:
            return self._in_request(reference)
        step = self.steps.get(reference.step)
        if step is None:
            if why := self.standing.why_not(reference.step):
                return f"refers to {reference}, but {reference.step} {why}"
            hint = self._step_hint(reference.step)
            return f"refers to {reference}, but there is no step {reference.step}{hint}"
        known = self.catalogue.get(step.capability)
        if known is None or not reference.path:
            return _Type("value", sure=False)
        head, *rest = reference.path
        slot = known.output(head) if isinstance(head, str) else None
        if slot is None:
            hint = self.nearest.hint(str(head), [each.name for each in known.outputs])
            return f"refers to {reference}, but {known.name} does not give {head}{hint}"
        return _follow(reference, _Type(slot.type, slot.many), tuple(rest))

    def _in_request(self, reference: Reference) -> _Type | str:
        head, *rest = reference.path or ("",)
        if head == "text":
            return _follow(reference, _Type("text"), tuple(rest))
        if head != "attachments":
            return f"refers to {reference}, but a request has only text and attachments"
        count = len(self.request.attachments)
        if rest and isinstance(rest[0], int) and not 0 <= rest[0] < count:
            return f"refers to {reference}, but the request has {count or 'no'} attachments (counted from 0)"
        return _follow(reference, _Type("file", many=True), tuple(rest))

    def _no_step(self, key: str) -> str:
        why = self.standing.why_not(key)
        return f"a step that {why}" if why else f"no step{self._step_hint(key)}"

    def _step_hint(self, key: str) -> str:
        return self.nearest.hint(key, self.steps)


def _follow(reference: Reference, at: _Type, path: tuple[str | int, ...]) -> _Type | str:
    for part in path:
        if not at.sure:
            return at
        if isinstance(part, int) != at.many and at.word != "value":
            what = "is a list" if at.many else "is not a list"
            return f"refers to {reference}, but what stands before {part} {what}"
        if isinstance(part, int):
            at = _Type(at.word)
        elif at.word in SCALARS - {"value"}:
            return f"refers to {reference}, but a {at.word} has no field {part}"
        else:
            inner = _FILE_FIELDS.get(part)
            at = _Type(inner) if inner else _Type("value", sure=False)
    return at


def _misfit(reference: Reference, found: _Type, slot: Slot, *, item: bool) -> Iterator[str]:
    if not found.sure or "value" in (found.word, slot.type):
        return
    many = slot.many and not item
    if not _fits(found.word, slot.type):
        given = f"a list of {found.word}" if found.many else f"a {found.word}"
        yield f"takes {_wanted(slot)}, but {reference} is {given}"
    elif found.many and not many:
        yield f"takes one {slot.type} here, but {reference} is a list of them"
    elif many and not found.many:
        yield f"takes a list of {slot.type}, but {reference} is only one; put it in a list"


def _fits(given: str, wanted: str) -> bool:
    return (
        given == wanted
        or (wanted == "file" and given not in SCALARS)
        or (wanted == "text" and given == "date")
    )


def _constant(value: Json, slot: Slot, *, item: bool) -> Iterator[str]:
    if value is None:
        if slot.required or item:
            yield f"takes {_wanted(slot)}, not nothing"
        return
    if slot.many and not item:
        yield f"takes a list of {slot.type}, not {_short(value)}; put it in a list"
    elif not _constant_fits(value, slot.type):
        yield f"takes {'a ' if item else ''}{slot.type if item else _wanted(slot)}, not {_short(value)}"


def _constant_fits(value: Json, word: str) -> bool:
    if word == "value":
        return True
    if word == "flag" or isinstance(value, bool):
        return word == "flag" and isinstance(value, bool)
    if word == "date":
        return isinstance(value, str) and _is_date(value)
    return isinstance(value, _IN_JSON.get(word, (dict,)))


def _is_date(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _file_like(value: Json) -> bool:
    """Whoever knows a hash only must not reach the file: it may be another task's."""
    return isinstance(value, dict) and _FILE_FIELDS.keys() <= value.keys()


def _short(value: Json) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"


def _wanted(slot: Slot) -> str:
    return f"a list of {slot.type}" if slot.many else f"a {slot.type}"
