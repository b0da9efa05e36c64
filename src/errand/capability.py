"""The contract of a capability: something a worker can do, with typed inputs, outputs and declared effects.

A decorator describes, the catalogue registers; importing a module that holds capabilities changes nothing.
"""

import inspect
import re
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum
from pathlib import Path
from typing import Annotated, ClassVar, Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, model_validator

from errand.domain.budget import Meter
from errand.domain.errors import InputRefused, NotOffered
from errand.domain.ids import SubtaskKey, TaskId
from errand.domain.json import JsonObject
from errand.domain.question import Question


class Effects(StrEnum):
    """What a capability may change."""

    NONE = "none"
    WORKSPACE = "workspace"
    """Files in the task's own workspace."""
    OUTSIDE = "outside"
    """Anything beyond it: needs an approval and an idempotency key."""


STEERS = "steers"
"""Marks a field of an input that an agent follows: `instructions: Annotated[str, STEERS]`."""


class Audience(StrEnum):
    """Who may plan with a capability, or call it."""

    EVERYONE = "everyone"
    MODELS = "models"
    """Planners that are language models: one that goes by words alone would take it too often."""
    AGENTS = "agents"
    """Called as a tool by agents; no step of a plan, since it wants what only its caller has read."""


@dataclass(frozen=True)
class Need:
    """Something that must be there for a capability to be offered."""

    name: str
    how_to_get_it: str
    """A sentence that tells a person what to install or set."""
    is_met: Callable[[], bool]


class ArtifactRef(BaseModel):
    """Points at a stored file by the hash of its content.

    Subclasses name what is inside (`DocumentRef`), so that a plan can be checked: give each a `kind`.
    """

    model_config = ConfigDict(frozen=True)
    kind: ClassVar[str] = "file"

    name: str
    media_type: str
    size: int
    sha256: str

    @model_validator(mode="before")
    @classmethod
    def _named(cls, value: object, info: ValidationInfo) -> object:
        """Validated with `context={"files": find}`, a file is given by what `find(value, cls)` knows and by
        nothing else: whoever knows a hash only must not reach the file."""
        find = info.context.get("files") if isinstance(info.context, dict) else None
        return find(value, cls).model_dump() if find is not None else value


R = TypeVar("R", bound=ArtifactRef)
M = TypeVar("M", bound=BaseModel)
I = TypeVar("I", bound=BaseModel)  # noqa: E741  # In and Out would hide what they are bound to
O = TypeVar("O", bound=BaseModel)  # noqa: E741


class Context(Protocol):
    """What a running capability may reach, besides its inputs. It lives as long as the job."""

    @property
    def task(self) -> TaskId: ...
    @property
    def subtask(self) -> SubtaskKey: ...
    @property
    def attempt(self) -> int: ...
    @property
    def idempotency_key(self) -> str:
        """For effects on the outside, so that each happens once: the same for all attempts at this subtask,
        and of no other; at most 64 letters, digits, `-`. Of several effects, add which."""
        ...

    @property
    def workspace(self) -> Path:
        """The task's own folder; nothing outside it may be written."""
        ...

    @property
    def now(self) -> datetime:
        """Aware UTC."""

    def load(self, ref: ArtifactRef) -> bytes:
        """The content of an artifact. Raises InputRefused when it is not stored here."""
        ...

    def save(self, kind: type[R], name: str, content: bytes, media_type: str) -> R:
        """Store a file as an artifact of this subtask; `name` is a file name without folders."""
        ...

    def load_model(self, ref: ArtifactRef, model: type[M]) -> M:
        """An artifact that holds a model as JSON."""
        ...

    def save_model(self, kind: type[R], name: str, model: BaseModel) -> R: ...

    def ask(self, question: Question) -> str:
        """The person's answer. Raises AnswerNeeded when there is none yet: let it pass, the subtask is run
        again from its beginning when it is there."""
        ...

    def progress(self, message: str, fraction: float | None = None) -> None:
        """Tell the person what is going on. Raises Cancelled when the task was cancelled meanwhile."""
        ...

    @property
    def meter(self) -> Meter:
        """Where model calls of this job are reserved and settled."""
        ...

    def turns(self) -> Sequence[JsonObject]:
        """The conversation of this subtask as far as it was recorded, by this attempt or earlier ones."""
        ...

    def record_turn(self, turn: JsonObject, told: JsonObject | None = None) -> None:
        """Add to the conversation; durable when this returns. `told` becomes an event, its `type` is
        `subtask.turn` or `subtask.tool`. Raises Cancelled, and records nothing, when the job is lost."""
        ...

    def adopt(self, kind: type[R], ref: ArtifactRef) -> R:
        """An artifact that an earlier attempt at this subtask saved counts as saved by this one."""
        ...

    def replan(self, reason: str) -> None:
        """When this has succeeded, the rest of the plan is made anew: what was found makes it pointless, as
        `reason` says in a sentence."""
        ...


Run = Callable[[I, Context], O]


@dataclass(frozen=True)
class Slot:
    """One field of a capability's input or output, as a planner sees it."""

    name: str
    type: str
    """A word: `text`, `number`, `flag`, `date`, the kind of an artifact (`document`) or of a model."""
    description: str = ""
    required: bool = True
    many: bool = False
    """True: a list of them."""
    choices: tuple[str, ...] = ()
    """The only values that it takes; empty: any."""
    inside: tuple["Slot", ...] = ()
    """The fields of a model that is written out in an input; of an artifact none."""
    steers: bool = False
    """An agent does what it says: a plan gives it its own words or the request's, never what a step read."""


@dataclass(frozen=True)
class CapabilityDescription:
    """What is advertised: enough to plan with, and to validate constant inputs, without the code."""

    name: str
    description: str
    inputs: tuple[Slot, ...]
    outputs: tuple[Slot, ...]
    effects: Effects = Effects.NONE
    audience: Audience = Audience.EVERYONE

    def input(self, name: str) -> Slot | None:
        return next((slot for slot in self.inputs if slot.name == name), None)

    def output(self, name: str) -> Slot | None:
        return next((slot for slot in self.outputs if slot.name == name), None)


@dataclass(frozen=True)
class Capability(Generic[I, O]):
    """A described function. `run` is called with a validated input and must return the declared output."""

    name: str
    description: str
    input_type: type[I]
    output_type: type[O]
    run: Run[I, O]
    effects: Effects = Effects.NONE
    needs: tuple[Need, ...] = ()
    time_limit_seconds: float = 600.0
    audience: Audience = Audience.EVERYONE

    def missing(self) -> tuple[Need, ...]:
        return tuple(need for need in self.needs if not need.is_met())

    def describe(self) -> CapabilityDescription:
        return CapabilityDescription(
            self.name,
            self.description,
            slots(self.input_type),
            slots(self.output_type),
            self.effects,
            self.audience,
        )


AnyCapability = Capability[BaseModel, BaseModel]


def capability(
    name: str,
    *,
    effects: Effects = Effects.NONE,
    needs: Iterable[Need] = (),
    time_limit_seconds: float = 600.0,
    audience: Audience = Audience.EVERYONE,
) -> Callable[[Run[I, O]], Capability[I, O]]:
    """Describe a function `(input, context) -> output`; its docstring is written for a planner.

    Raises TypeError when the function has no docstring or its types are not Pydantic models.
    """

    def describe(run: Run[I, O]) -> Capability[I, O]:
        hints = typing.get_type_hints(run)
        takes, gives = next(iter(hints.values())), hints.get("return")
        if not (_is_model(takes) and _is_model(gives) and run.__doc__):
            raise TypeError(f"{name}: a capability takes and gives a Pydantic model and has a docstring")
        return Capability(
            name=name,
            description=inspect.cleandoc(run.__doc__),
            input_type=takes,
            output_type=typing.cast("type[O]", gives),
            run=run,
            effects=effects,
            needs=tuple(needs),
            time_limit_seconds=time_limit_seconds,
            audience=audience,
        )

    return describe


class Catalogue:
    """The capabilities that this process knows, whether or not it can offer them."""

    def __init__(self, capabilities: Iterable[Capability[typing.Any, typing.Any]]) -> None:
        """`Any`: the catalogue holds capabilities of every type; `Worker` validates on the way in and out."""
        self._by_name: dict[str, AnyCapability] = {}
        for each in capabilities:
            if each.name in self._by_name:
                raise ValueError(f"The capability {each.name} is registered twice")
            self._by_name[each.name] = each

    def __iter__(self) -> Iterator[AnyCapability]:
        return iter(self._by_name.values())

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def get(self, name: str) -> AnyCapability:
        """Raises NotOffered when it is not known, or lacks what it needs here."""
        known = self._by_name.get(name)
        if known is None:
            raise NotOffered(f"No capability is called {name}; `errand capabilities` lists them.")
        if missing := known.missing():
            raise NotOffered(f"{name} is not offered here: {missing[0].how_to_get_it}")
        return known

    def time_limit(self, name: str) -> float | None:
        """Seconds that a job of this capability may take; None: it is not known here."""
        known = self._by_name.get(name)
        return None if known is None else known.time_limit_seconds

    def offered(self) -> tuple[AnyCapability, ...]:
        return tuple(each for each in self if not each.missing())

    def descriptions(self) -> Mapping[str, CapabilityDescription]:
        """What can be planned with: the offered ones, by name."""
        offered = self.offered()
        return {each.name: each.describe() for each in offered if each.audience is not Audience.AGENTS}


_DEEPEST = 3
"""Models in models are shown so far down."""


def slots(model: type[BaseModel], *, depth: int = 1) -> tuple[Slot, ...]:
    """The fields of a model as a planner sees them."""
    found = []
    for name, field in model.model_fields.items():
        word, many = type_word(field.annotation)
        item = _item(field.annotation)
        choices = tuple(map(str, typing.get_args(item))) if typing.get_origin(item) is typing.Literal else ()
        open_model = _is_model(item) and not issubclass(typing.cast("type", item), ArtifactRef)
        inside: tuple[Slot, ...] = ()
        if open_model and depth <= _DEEPEST:
            inside = slots(typing.cast("type[BaseModel]", item), depth=depth + 1)
        described = field.description or ""
        steers = STEERS in field.metadata
        found.append(Slot(name, word, described, field.is_required(), many, choices, inside, steers))
    return tuple(found)


def _item(annotation: object) -> object:
    """What one value of a field is: `X` of `list[X]`, of `X | None`, of `Annotated[X, …]`."""
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Annotated or origin in (list, tuple, set, frozenset):
        return _item(args[0])
    if origin in (typing.Union, types.UnionType):
        return _item(next(arg for arg in args if arg is not type(None)))
    return annotation


_WORDS: dict[type, str] = {str: "text", int: "number", float: "number", bool: "flag", bytes: "file"}


def type_word(annotation: object) -> tuple[str, bool]:
    """The type as one word, and whether it is a list of it. `X | None` counts as X."""
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Annotated:
        return type_word(args[0])
    if origin in (typing.Union, types.UnionType):
        return type_word(next(arg for arg in args if arg is not type(None)))
    if origin in (list, tuple, set, frozenset):
        return type_word(args[0])[0], True
    if origin is typing.Literal:
        return "text", False
    if isinstance(annotation, type):
        return _class_word(annotation), False
    return "value", False


def _class_word(cls: type) -> str:
    if issubclass(cls, ArtifactRef):
        return cls.kind
    if issubclass(cls, bool):
        return "flag"
    if issubclass(cls, Enum):
        return "text"
    if cls.__name__ in ("datetime", "date"):
        return "date"
    if issubclass(cls, BaseModel):
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", cls.__name__).lower()
    return _WORDS.get(cls, "value")


def _is_model(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def parse_input(known: AnyCapability, values: JsonObject) -> BaseModel:
    """Raises InputRefused with every field at fault."""
    from pydantic import ValidationError

    try:
        return known.input_type.model_validate(values)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise InputRefused(f"{known.name} can not work with its input ({faults}).") from error


__all__ = [
    "STEERS",
    "AnyCapability",
    "ArtifactRef",
    "Audience",
    "Capability",
    "CapabilityDescription",
    "Catalogue",
    "Context",
    "Effects",
    "Field",
    "Need",
    "Slot",
    "capability",
    "parse_input",
    "slots",
    "type_word",
]  # fmt: skip
