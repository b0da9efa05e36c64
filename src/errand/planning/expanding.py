"""From a playbook and a request to a plan: one step per attachment, references to what became of it.

Beyond what a plan knows (`{$from: step.field}`, `{$from: request.text}`), the inputs of a playbook's step
may hold `{$from: each…}` (the attachment or step at hand), `{$from: "step[*].field"}` (all steps that came
of it, as a list), `{$from: found.NAME}`, `{$from: playbook.must_contain}`, `{$attached: KINDS}` (those
attachments, as a list) and `{$first: […]}` (the first that is there). What is not there is left out.
"""

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from fnmatch import fnmatch
from typing import Final, TypeAlias

from errand.domain.artifact import Artifact
from errand.domain.ids import SubtaskKey
from errand.domain.json import Json, JsonObject
from errand.domain.plan import FROM, REQUEST, Plan, Reference, Step
from errand.domain.request import Request
from errand.planning.files_named import named_attachments
from errand.planning.playbook_file import EACH_ATTACHMENT, Condition, PlaybookFile, StepFile

ATTACHED, FIRST = "$attached", "$first"
EACH, FOUND, PLAYBOOK = "each", "found", "playbook"

_EVERY = re.compile(r"^([a-z][a-z0-9-]*)\[\*\](.*)$")
_NAMED = re.compile(r"\{(each\.name|found\.[a-z][a-z0-9-]*)\}")


class _Absent(Enum):
    ABSENT = auto()


_ABSENT: Final = _Absent.ABSENT
_Value: TypeAlias = "Json | _Absent"


@dataclass(frozen=True)
class Situation:
    """What a playbook is applied to."""

    playbook: PlaybookFile
    request: Request
    found: Mapping[str, Json]

    def attached(self, kinds: str) -> tuple[int, ...]:
        """The places of the attachments of these kinds."""
        wanted = self.playbook.kinds.get(kinds, ())
        files = self.request.attachments
        return tuple(n for n in named_attachments(self.request) if is_of(files[n], wanted))

    def holds(self, condition: Condition) -> bool:
        return (condition.attached is None or bool(self.attached(condition.attached))) and (
            condition.found is None or condition.found in self.found
        )

    def fill(self, text: str, each_name: str = "") -> str:
        """`{found.company}` and `{each.name}` filled in."""
        return _NAMED.sub(
            lambda m: each_name if m[1] == "each.name" else str(self.found.get(m[1].partition(".")[2], "")),
            text,
        )


def is_of(attachment: Artifact, kinds: tuple[str, ...]) -> bool:
    """Whether its media type or the end of its name is among these."""
    name, media_type = attachment.name.casefold(), attachment.media_type.partition(";")[0].strip().casefold()
    return any(
        name.endswith(kind.casefold()) if kind.startswith(".") else fnmatch(media_type, kind.casefold())
        for kind in kinds
    )


def expand(
    situation: Situation, offered: Container[str], *, score: float = 1.0, because: str = ""
) -> tuple[Plan, Mapping[SubtaskKey, int]]:
    """The plan, and from which step of the file (by its index) each of its steps came.

    Optional steps whose capability is not offered are left out.
    """
    made = _Expansion(situation, offered, score, because)
    for index, step in enumerate(situation.playbook.steps):
        made.add(index, step)
    return made.plan(), made.origin


@dataclass(frozen=True)
class _Each:
    """What a step that stands for several has at hand."""

    at: Reference
    name: str


class _Expansion:
    def __init__(self, situation: Situation, offered: Container[str], score: float, because: str) -> None:
        self.situation, self.offered = situation, offered
        self.score, self.because = score, because
        self.came_of: dict[str, list[tuple[SubtaskKey, str]]] = {}
        """The key in the file to the keys in the plan, each with the name of what it is about."""
        self.steps: list[Step] = []
        self.origin: dict[SubtaskKey, int] = {}

    def add(self, index: int, step: StepFile) -> None:
        about = self._about(step) if self._wanted(step) else []
        self.came_of[step.key] = []
        for number, each in enumerate(about, 1):
            key = SubtaskKey(f"{step.key}-{number}" if each else step.key)
            self.came_of[step.key].append((key, each.name if each else ""))
            self.origin[key] = index
            self.steps.append(self._step(key, step, each))

    def plan(self) -> Plan:
        playbook = self.situation.playbook
        check = SubtaskKey(playbook.check) if playbook.check else None
        result = Reference.parse(playbook.result)
        return Plan(tuple(self.steps), result, check, made_by=f"playbook {playbook.name}")

    def _wanted(self, step: StepFile) -> bool:
        if step.optional and step.capability not in self.offered:
            return False
        return (step.when is None or self.situation.holds(step.when)) and not (
            step.unless is not None and self.situation.holds(step.unless)
        )

    def _about(self, step: StepFile) -> list[_Each] | list[None]:
        if step.each is None:
            return [None]
        if step.each != EACH_ATTACHMENT:
            return [_Each(Reference(key), name) for key, name in self.came_of.get(step.each, ())]
        attachments = self.situation.request.attachments
        places = (
            self.situation.attached(step.kinds) if step.kinds else named_attachments(self.situation.request)
        )
        return [_Each(_attachment(n), attachments[n].name) for n in places]

    def _step(self, key: SubtaskKey, step: StepFile, each: _Each | None) -> Step:
        values = {name: self._value(value, each) for name, value in step.inputs.items()}
        return Step(
            key=key,
            capability=step.capability,
            title=self.situation.fill(step.title, each.name if each else ""),
            inputs={name: value for name, value in values.items() if not isinstance(value, _Absent)},
            after=tuple(k for name in step.after for k, _ in self.came_of.get(name, ())),
            optional=step.optional,
            score=self.score,
            because=self.because,
        )

    def _value(self, value: object, each: _Each | None) -> _Value:
        if isinstance(value, list):
            return self._list(value, each)
        if not isinstance(value, dict):
            return value  # type: ignore[return-value]  # JSON, as the file's schema has checked
        if len(value) == 1:
            ((key, inner),) = value.items()
            if key == FROM and isinstance(inner, str):
                return self._reference(inner, each)
            if key == ATTACHED and isinstance(inner, str):
                return [_from(_attachment(n)) for n in self.situation.attached(inner)]
            if key == FIRST and isinstance(inner, list):
                return next(
                    (v for v in (self._value(i, each) for i in inner) if v not in (_ABSENT, [])), _ABSENT
                )
        made = {name: self._value(inner, each) for name, inner in value.items()}
        return {name: inner for name, inner in made.items() if not isinstance(inner, _Absent)}

    def _list(self, values: list[object], each: _Each | None) -> Json:
        made: list[Json] = []
        for value in values:
            found = self._value(value, each)
            if isinstance(found, list) and isinstance(value, dict):
                made += found  # `step[*].field` among others
            elif not isinstance(found, _Absent):
                made.append(found)
        return made

    def _reference(self, text: str, each: _Each | None) -> _Value:
        if every := _EVERY.match(text):
            return [{FROM: f"{key}{every[2]}"} for key, _ in self.came_of.get(every[1], ())]
        head, dot, rest = text.partition(".")
        if head == FOUND:
            return self.situation.found.get(rest, _ABSENT)
        if head == PLAYBOOK:
            return list(self.situation.playbook.must_contain)
        if head == EACH and each is not None:
            return _from(each.at, dot + rest)
        key = head.partition("[")[0]
        if key != REQUEST and key in self.came_of and not self.came_of[key]:
            return _ABSENT
        return {FROM: text}


def _attachment(place: int) -> Reference:
    return Reference(SubtaskKey(REQUEST), ("attachments", place))


def _from(reference: Reference, rest: str = "") -> JsonObject:
    return {FROM: f"{reference}{rest}"}


def specials(value: object) -> Iterator[tuple[str, str]]:
    """Everything that an input refers to: (`$from`, `read[*].document`), (`$attached`, `readable`)."""
    if isinstance(value, list):
        for inner in value:
            yield from specials(inner)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key in (FROM, ATTACHED) and isinstance(inner, str):
                yield key, inner
            else:
                yield from specials(inner)
