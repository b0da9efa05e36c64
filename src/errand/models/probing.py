"""One small call that shows whether a model answers, calls a tool, and keeps to a schema."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from errand.domain.budget import Amounts, Meter
from errand.domain.errors import ModelUnusable
from errand.domain.json import JsonObject
from errand.model import LanguageModel, Prompt, Reply, Role, Said, ToolOffer
from errand.models.price import Price

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
_TOOLS_ASKED = Prompt(
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
_TEXT_ASKED = Prompt(
    instructions="You are part of a program.",
    messages=(Said("Answer with the word yes."),),
    max_output_tokens=2_000,
)
_MOST_INPUT_TOKENS = 2_000
"""Well above what either prompt takes with any provider's own wrapping."""


@dataclass(frozen=True, slots=True)
class Ability:
    """What a model was seen to do."""

    seconds: float
    """Until it had answered."""
    tools: bool = False
    schema: bool = False


def probe(
    model: LanguageModel,
    price: Price,
    roles: Iterable[Role],
    meter: Meter,
    *,
    timeout_seconds: float,
    stopwatch: Callable[[], float],
) -> Ability:
    """Raises what `LanguageModel.ask` raises, and LimitReached.

    A model that is needed for text alone, and whose server refuses tools, is asked once more without any.
    """
    begun = stopwatch()
    try:
        reply = _ask(model, price, _TOOLS_ASKED, meter, timeout_seconds)
    except ModelUnusable:
        if not all(needs_text_only(role) for role in roles):
            raise
        begun = stopwatch()
        _ask(model, price, _TEXT_ASKED, meter, timeout_seconds)
        return Ability(stopwatch() - begun)
    return Ability(stopwatch() - begun, *_seen(reply))


def lacks(name: str, ability: Ability, roles: Iterable[Role]) -> str:
    """Why the model can not do what it is set up for, in a sentence; empty when it can."""
    asked = [role.value for role in roles if not needs_text_only(role)]
    missing = [
        what
        for what, there in (("call tools", ability.tools), ("keep to a schema", ability.schema))
        if not there
    ]
    if not asked or not missing:
        return ""
    return (
        f"{name} was asked to call a tool and does not {' or '.join(missing)}, so it can not be used to "
        f"{_listed(asked)}: take another model, or switch tool calls on in its server (docs/models.md)."
    )


def needs_text_only(role: Role) -> bool:
    return role is Role.SUMMARIZE


def _ask(model: LanguageModel, price: Price, prompt: Prompt, meter: Meter, timeout_seconds: float) -> Reply:
    most = Amounts(
        price.most(_MOST_INPUT_TOKENS, prompt.max_output_tokens),
        _MOST_INPUT_TOKENS + prompt.max_output_tokens,
        1,
    )
    held = meter.reserve(model.name, "probe", most)
    reply = model.ask(prompt, timeout_seconds=timeout_seconds)
    meter.settle(held, Amounts(price.cost(reply.usage), reply.usage.tokens, 1), reply.usage)
    return reply


def _seen(reply: Reply) -> tuple[bool, bool]:
    """Whether it called the tool that it was told to call, and whether what it wrote fits the schema."""
    notes = [call.arguments for call in reply.calls if call.name == _NOTE.name]
    called = any(given is not None and given.get("code") == CODE for given in notes)
    return called, bool(notes) and all(given is not None and _fits(given) for given in notes)


def _fits(given: JsonObject) -> bool:
    return (
        given.keys() == {"code", "count", "colour"}
        and isinstance(given["code"], str)
        and type(given["count"]) is int
        and given["colour"] in _COLOURS
    )


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
