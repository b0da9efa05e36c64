"""One small call that shows whether a model answers, calls a tool, and keeps to a schema."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from errand.domain.json import JsonObject
from errand.model import Prompt, Reply, Role, Said, ToolOffer

CODE = "K7-42"
_COLOURS = ("red", "green", "blue")

_NOTE = ToolOffer(
    "note",
    "Write a code down.",
    {
        "type": "object",
        "properties": {
            "code": {"type": "string", "description": "The code, letter by letter."},
            "count": {"type": "integer", "description": "How often."},
            "colour": {"type": "string", "enum": list(_COLOURS), "description": "In which colour."},
        },
        "required": ["code", "count", "colour"],
        "additionalProperties": False,
    },
)
_FINISH = ToolOffer(
    "finish",
    "Say that everything is done.",
    {
        "type": "object",
        "properties": {"done": {"type": "boolean", "description": "Whether all was done."}},
        "required": ["done"],
        "additionalProperties": False,
    },
)
CALLING = Prompt(
    instructions="You are part of a program. Do exactly what the message says, by calling tools.",
    messages=(
        Said(
            f'Call the tool `note` once, with the code "{CODE}", the count 3 and the colour "green". '
            "Call nothing else."
        ),
    ),
    tools=(_NOTE,),
    output=_FINISH,
    max_output_tokens=2_000,
)
"""Room for models that think first; one that does not takes some 30 tokens."""
ANSWERING = Prompt(
    instructions="You are part of a program.",
    messages=(Said("Answer with the word yes."),),
    max_output_tokens=2_000,
)


@dataclass(frozen=True, slots=True)
class Ability:
    """What a model was seen to do."""

    seconds: float
    """Until it had answered."""
    context_tokens: int
    tools: bool = False
    """It calls tools by itself."""
    schema: bool = False
    """It keeps to a JSON Schema. With `schema` alone, calls of tools are asked for in one."""


def seen(ask: Callable[[Prompt], Reply], context_tokens: int) -> Ability:
    """Raises what `ask` raises."""
    begun = time.monotonic()
    reply = ask(CALLING)
    seconds = time.monotonic() - begun
    notes = [call.arguments for call in reply.calls if call.name == _NOTE.name]
    called = any(given is not None and given.get("code") == CODE for given in notes)
    fits = bool(notes) and all(given is not None and _fits(given) for given in notes)
    return Ability(seconds, context_tokens, tools=called, schema=fits)


def answering(ask: Callable[[Prompt], Reply], context_tokens: int) -> Ability:
    """Of a model that nothing but text is asked of. Raises what `ask` raises."""
    begun = time.monotonic()
    ask(ANSWERING)
    return Ability(time.monotonic() - begun, context_tokens)


def lacks(name: str, ability: Ability, roles: Iterable[Role]) -> str:
    """Why the model can not do what it is set up for, in a sentence; empty when it can."""
    asked = [role.value for role in roles if not needs_text_only(role)]
    if not asked or ability.schema:
        return ""
    what = (
        "keep to the schema of the tool that it calls" if ability.tools else "call a tool when it is told to"
    )
    return (
        f"{name} does not {what}, so it can not be used to {_listed(asked)}: set another model, or switch "
        "tool calls on in its server (docs/models.md)."
    )


def needs_text_only(role: Role) -> bool:
    return role is Role.SUMMARIZE


def _fits(given: JsonObject) -> bool:
    return (
        given.keys() == {"code", "count", "colour"}
        and isinstance(given["code"], str)
        and type(given["count"]) is int
        and given["colour"] in _COLOURS
    )


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
