"""Tools for a model that has none but keeps to a JSON Schema: it writes one call as an object.

    {"call": {"tool": "files_read", "arguments": {"file": "notes.txt"}}}

Tools are described in the instructions; calls and their results stand in the conversation as text.
"""

import json
from dataclasses import replace

from errand.domain.json import Json, JsonObject
from errand.model import Message, Prompt, Replied, Said, ToolCall, ToolOffer, ToolResult, untrusted
from errand.models.schemas import plain

NAME = "call"

_HOW = (
    "You work by calling tools. Each of your replies is one JSON object with one call: "
    '{"call": {"tool": the name of the tool, "arguments": an object that keeps to its schema}}. '
    "The result of the call is told to you in the next message. The tools:"
)


def needed(prompt: Prompt) -> bool:
    return bool(prompt.tools) or prompt.output is not None


def enveloped(prompt: Prompt) -> Prompt:
    """The same prompt in text only; the answer is to keep to `schema_of(prompt)`."""
    offers = "\n\n".join(_described(offer) for offer in _offers(prompt))
    return replace(
        prompt,
        instructions=f"{prompt.instructions}\n\n{_HOW}\n\n{offers}",
        messages=tuple(_as_text(message) for message in prompt.messages),
        tools=(),
        output=None,
    )


def schema_of(prompt: Prompt) -> JsonObject:
    """JSON Schema of one call of any of its tools. `$defs` stand at its root, where references look."""
    definitions: JsonObject = {}
    choices: list[Json] = []
    for offer in _offers(prompt):
        schema = _moved(plain(offer.schema), f"{offer.name}.")
        own = schema.pop("$defs", None)
        if isinstance(own, dict):
            definitions.update({f"{offer.name}.{name}": each for name, each in own.items()})
        choices.append(_object({"tool": {"type": "string", "enum": [offer.name]}, "arguments": schema}))
    root = _object({"call": {"anyOf": choices} if len(choices) > 1 else choices[0]})
    return {**root, "$defs": definitions} if definitions else root


def opened(text: str, turn: int) -> ToolCall:
    """The call that a reply is. `turn`: how many replies came before it; it makes the id.

    One that can not be read has no arguments; what was written stands beside.
    """
    made = f"call_{turn + 1}"
    try:
        content = json.loads(text)
    except ValueError:
        return ToolCall(made, "", None, text)
    call = content.get("call") if isinstance(content, dict) else None
    if not isinstance(call, dict):
        return ToolCall(made, "", None, text)
    name, arguments = str(call.get("tool", "")), call.get("arguments")
    if not isinstance(arguments, dict):
        return ToolCall(made, name, None, text)
    return ToolCall(made, name, arguments)


def _offers(prompt: Prompt) -> tuple[ToolOffer, ...]:
    return (*prompt.tools, prompt.output) if prompt.output is not None else prompt.tools


def _described(offer: ToolOffer) -> str:
    schema = json.dumps(plain(offer.schema), ensure_ascii=False, sort_keys=True)
    return f"{offer.name}: {offer.description}\nSchema of its arguments: {schema}"


def _as_text(message: Message) -> Message:
    match message:
        case ToolResult(name=name, text=text, failed=failed):
            return Said(f"{name} {'failed' if failed else 'gave'}:\n{untrusted(text)}")
        case Replied(text=text, calls=calls):
            return Replied("\n".join((*([text] if text else []), *(_written(call) for call in calls))))
        case Said():
            return message


def _written(call: ToolCall) -> str:
    if call.arguments is None:
        return call.written
    return json.dumps({"call": {"tool": call.name, "arguments": call.arguments}}, ensure_ascii=False)


def _object(properties: JsonObject) -> JsonObject:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _moved(schema: JsonObject, prefix: str) -> JsonObject:
    """A copy whose references lead to definitions with `prefix` before their names."""
    copy: JsonObject = {key: _moved_value(value, prefix) for key, value in schema.items()}
    reference = copy.get("$ref")
    if isinstance(reference, str) and reference.startswith("#/$defs/"):
        copy["$ref"] = f"#/$defs/{prefix}{reference.removeprefix('#/$defs/')}"
    return copy


def _moved_value(value: Json, prefix: str) -> Json:
    if isinstance(value, list):
        return [_moved_value(each, prefix) for each in value]
    return _moved(value, prefix) if isinstance(value, dict) else value
