"""The contract of a language model: a prompt goes in, text and tool calls come out.

What is said here names no provider and no library, so that a conversation that was stored outlives both.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from errand.domain.budget import Meter, Usage
from errand.domain.json import JsonObject


class Role(StrEnum):
    """What a model is asked for; settings choose a model for each."""

    PLAN = "plan"
    WORK = "work"
    REVIEW = "review"
    SUMMARIZE = "summarize"


@dataclass(frozen=True, slots=True)
class ToolOffer:
    """Something that the model may call."""

    name: str
    """Letters, digits, `_` and `-`, at most 64, which is what every provider takes."""
    description: str
    schema: JsonObject
    """JSON Schema of its arguments: an object."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    id: str
    name: str
    arguments: JsonObject | None
    """None: what the model wrote was not a JSON object; it stands in `written`."""
    written: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What we say to the model."""

    text: str


@dataclass(frozen=True, slots=True)
class Replied:
    """What the model said."""

    text: str
    calls: tuple[ToolCall, ...] = ()
    raw: JsonObject | None = None
    """What its provider wants to see again (signed thoughts); of use to the same model only."""


@dataclass(frozen=True, slots=True)
class ToolResult:
    call: str
    """Id of the call that it answers."""
    name: str
    text: str
    failed: bool = False


Message = Said | Replied | ToolResult


@dataclass(frozen=True, slots=True)
class Prompt:
    """Instructions, tools and the first message are the same in every turn of a conversation and come first,
    so that a provider can keep them in its cache."""

    instructions: str
    messages: tuple[Message, ...]
    tools: tuple[ToolOffer, ...] = ()
    output: ToolOffer | None = None
    """How to hand in the final answer: the model calls it like a tool. None: the answer is text.
    With `output` the model must call something in each reply."""
    max_output_tokens: int = 8_000


class Finish(StrEnum):
    STOP = "stop"
    CALLS = "calls"
    LENGTH = "length"
    """Cut at `max_output_tokens`."""


@dataclass(frozen=True, slots=True)
class Reply:
    text: str
    calls: tuple[ToolCall, ...]
    usage: Usage
    model: str
    """The name of the model that gave it, as in the settings: with a fallback it may be another one."""
    finish: Finish
    raw: JsonObject | None = None

    def message(self) -> Replied:
        return Replied(self.text, self.calls, self.raw)


@dataclass(frozen=True, slots=True)
class Traits:
    """What a model can do."""

    context_tokens: int
    """Input and output together."""
    tools: bool = True
    schema: bool = True
    """It keeps to a JSON Schema."""


class LanguageModel(Protocol):
    """One model of one provider. Used by any number of threads at once."""

    @property
    def name(self) -> str:
        """As in the settings, without the key: `openai:gpt-5`, `qwen3@http://127.0.0.1:8000/v1`."""
        ...

    @property
    def traits(self) -> Traits: ...

    def ask(self, prompt: Prompt, *, timeout_seconds: float) -> Reply:
        """One call, not tried again here.

        Raises ModelBusy (rate limit with its retry time, overload, no connection, timeout, cut stream),
        ModelUnusable (wrong key, no such model, no credit: never tried again), ContextTooLong, ModelDeclined
        (a refusal or a content filter), BadReply (empty, or not what the protocol says).
        """
        ...

    def close(self) -> None: ...


class Models(Protocol):
    """All models of this installation, by what they are asked for. Used by any number of threads at once."""

    def serves(self, role: Role) -> bool:
        """False: no model is set up for this; what can be done without one still is."""
        ...

    def traits(self, role: Role) -> Traits:
        """Of the model that is asked first. Raises ModelUnusable when none serves."""
        ...

    def name(self, role: Role) -> str:
        """Of the model that is asked first. Raises ModelUnusable when none serves."""
        ...

    def ask(self, role: Role, prompt: Prompt, meter: Meter) -> Reply:
        """One answer: reserved before each call and settled after, tried again where a moment's wait helps,
        handed to the next model of the fallback list where it does not.

        Raises LimitReached before anything is sent, ModelBusy when every model is busy for longer, and what
        `LanguageModel.ask` raises.
        """
        ...


def untrusted(text: str) -> str:
    """A block of data in a prompt, that nothing in it can close."""
    return f"<untrusted>\n{without_marks(text)}\n</untrusted>"


def without_marks(text: str) -> str:
    """Text that neither begins nor ends such a block."""
    return _MARKS.sub("&lt;", text)


_MARKS = re.compile(
    r"[<\uff1c\ufe64\u2039\u3008](?=[\s/\uff0f\u2044\u2215\u00ad\u200b-\u200f\u2060\ufeff]*untrusted)",
    re.IGNORECASE,
)
"""Whatever a reader might take for the beginning or the end of a block: also look-alikes of `<` and `/`, and
with blanks or invisible characters between."""
