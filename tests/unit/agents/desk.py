"""An agent that reads notes and adds up figures, and the tools that it has."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel, Field

from errand.agents.agent import Agent, Bounds, Material, Section
from errand.agents.runner import Agents
from errand.capability import AnyCapability, ArtifactRef, Catalogue, Context, Effects, capability
from errand.domain.errors import InputRefused
from errand.domain.question import Question
from errand.model import Prompt, Replied, Reply, Role, ToolResult, Traits
from errand.models.scripted import ScriptedModels, calling
from errand.testing import FolderContext


class NotesRef(ArtifactRef):
    kind: ClassVar[str] = "notes"


class Sum(BaseModel):
    """A sum."""

    total: int = Field(description="The sum.")
    source: NotesRef | None = Field(default=None, description="The notes that it rests on.")


class Figures(BaseModel):
    figures: list[int] = Field(description="What to add up.")


class Written(BaseModel):
    text: str = Field(description="What to write down.")
    name: str = Field(default="notes.md", description="How to call it.")


class Notes(BaseModel):
    notes: NotesRef = Field(description="The notes.")


class Text(BaseModel):
    text: str = Field(description="What stands there.")


calls: list[str] = []
"""Which tools really ran, in order; a test empties it."""


@capability("desk.add")
def add(given: Figures, context: Context) -> Sum:
    """Add figures up."""
    calls.append(f"add {given.figures}")
    context.progress("adding")
    return Sum(total=sum(given.figures))


@capability("desk.write", effects=Effects.WORKSPACE)
def write(given: Written, context: Context) -> Notes:
    """Write something down."""
    calls.append(f"write {given.name}")
    return Notes(notes=context.save(NotesRef, given.name, given.text.encode(), "text/markdown"))


@capability("desk.read")
def read(given: Notes, context: Context) -> Text:
    """Read notes."""
    calls.append(f"read {given.notes.name}")
    return Text(text=context.load(given.notes).decode())


@capability("desk.refuse")
def refuse(given: Figures, context: Context) -> Sum:
    """Refuse any figures."""
    del context
    calls.append("refuse")
    raise InputRefused(f"The figures {given.figures} can not be used.")


@capability("desk.ask")
def ask(given: Text, context: Context) -> Text:
    """Ask a person."""
    calls.append("ask")
    return Text(text=context.ask(Question("which", given.text)))


@capability("desk.think")
def think(given: Text, context: Context) -> Text:
    """Work with a model of its own."""
    return Text(text=f"{len(context.turns())} {given.text}")


@capability("desk.send", effects=Effects.OUTSIDE)
def send(given: Text, context: Context) -> Text:
    """Send something away."""
    del context
    return given


ALL: tuple[AnyCapability, ...] = (add, write, read, refuse, ask, think, send)  # type: ignore[assignment]  # as Catalogue takes them
INSIDE = tuple(each.name for each in ALL if each is not send)


def adder(
    tools: Sequence[str] = INSIDE,
    bounds: Bounds | None = None,
    accept: Callable[[Sum, Context], Sequence[str]] = lambda _output, _context: (),
) -> Agent[Sum]:
    return Agent(
        "adder", Role.WORK, Sum, tuple(tools), bounds or Bounds(), accept, instructions="# Add up\n\nAdd up."
    )


MATERIAL = Material("Add up what the notes say.", (Section("Notes", "1, 2 and 3"),))


def in_order(*replies: Reply) -> Callable[[Prompt], Reply]:
    """The answer to a prompt follows from how often the model replied in it, as after a crash too."""
    return lambda prompt: replies[sum(isinstance(each, Replied) for each in prompt.messages)]


@dataclass
class Desk:
    """A folder and models; each run is one attempt."""

    folder: Path
    script: Callable[[Prompt], Reply]
    capable: Traits = field(default_factory=lambda: Traits(context_tokens=200_000))
    catalogue: Iterable[AnyCapability] = ALL

    def __post_init__(self) -> None:
        self.models = ScriptedModels(self.script, capable=self.capable)
        self.agents = Agents(self.models, lambda: Catalogue(self.catalogue))
        self.context = FolderContext(self.folder)

    def run(self, agent: Agent[Sum] | None = None, material: Material = MATERIAL) -> Sum:
        return self.agents.run(agent or adder(), material, self.context)

    def results(self) -> list[ToolResult]:
        """What the model was told in its last prompt, of tools."""
        return [each for each in self.models.prompts[-1].messages if isinstance(each, ToolResult)]


def handing_in(total: int, **more: str) -> Reply:
    return calling(("hand_in", {"total": total, **more}))
