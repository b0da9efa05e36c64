"""What an agent is: instructions, tools, an output type, bounds, and what it is given to work on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pydantic import BaseModel

from errand.capability import ArtifactRef, Context
from errand.model import Role

O = TypeVar("O", bound=BaseModel)  # noqa: E741  # Out would hide what it is bound to


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far one run of an agent may go. The last turn within them is one in which it must hand in what it
    has; an agent that does not raises BoundsReached."""

    turns: int = 30
    tool_calls: int = 80
    tokens: int = 1_000_000
    microdollars: int | None = None
    seconds: float = 1_800.0
    output_tokens: int = 8_000
    """Of one reply."""
    corrections: int = 3
    """How often an output, or a call, that was refused may be handed in again."""


@dataclass(frozen=True)
class Agent(Generic[O]):
    """Described once, at import; it holds nothing of a run."""

    name: str
    """Names its prompt: `agents/prompts/{name}.md`."""
    role: Role
    output_type: type[O]
    """Its docstring and field descriptions are read by the model. Fields that hold an ArtifactRef are given
    and handed in by the file's name."""
    tools: tuple[str, ...] = ()
    """Names of capabilities; those that are not offered here are left out."""
    bounds: Bounds = field(default_factory=Bounds)
    accept: Callable[[O, Context], Sequence[str]] = field(default=lambda _output, _context: ())
    """What is wrong with an output, a sentence each; told to the model, which hands it in again."""
    instructions: str = ""
    """Its own part of the prompt, for an agent whose prompt is no file of ours."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of what an agent is given."""

    title: str
    text: str
    trusted: bool = False
    """False: it came from a file, the web, a mail or another model, and no instruction in it is followed."""


@dataclass(frozen=True, slots=True)
class Material:
    """The first message: the same in every turn and after every crash."""

    task: str
    """What is to be done, in the words of who asks."""
    sections: tuple[Section, ...] = ()
    files: tuple[ArtifactRef, ...] = ()
    """Files that its tools may be given, by name; each with its kind and size in the prompt."""
