"""Our prompts as Pydantic AI's messages, and its answers as ours."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import TypeAdapter
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelRequestPart,
    ModelResponse,
    ModelResponsePart,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)

from errand.domain.json import JsonObject
from errand.model import Message, Replied, Said, ToolCall, ToolResult

_RESPONSE: TypeAdapter[ModelResponse] = TypeAdapter(ModelResponse)
_KEPT = {"parts", "provider_name", "canonical_system", "kind"}


def messages_of(messages: Sequence[Message], model: str) -> list[ModelMessage]:
    """`model`: our name of who reads them; what another model's provider wants to see again is left out."""
    made: list[ModelMessage] = []
    waiting: list[ModelRequestPart] = []
    for message in messages:
        if isinstance(message, Replied):
            if waiting:
                made.append(ModelRequest(waiting))
            made.append(_response(message, model))
            waiting = []
        else:
            waiting.append(_part(message))
    if waiting:
        made.append(ModelRequest(waiting))
    return made


def calls_of(response: ModelResponse) -> tuple[ToolCall, ...]:
    return tuple(_call(part) for part in response.parts if isinstance(part, ToolCallPart))


def text_of(response: ModelResponse) -> str:
    return "".join(part.content for part in response.parts if isinstance(part, TextPart))


def raw_of(response: ModelResponse, calls: Sequence[ToolCall], model: str) -> JsonObject | None:
    """None: text and calls are all there is to it, or a provider could not read it again."""
    if all(call.arguments is not None for call in calls) and any(_signed(part) for part in response.parts):
        kept: JsonObject = _RESPONSE.dump_python(response, mode="json", include=_KEPT, exclude_none=True)
        return {"model": model, "response": kept}
    return None


def _signed(part: ModelResponsePart) -> bool:
    """There is more to it than text, a name and arguments."""
    if not isinstance(part, TextPart | ToolCallPart):
        return True
    return part.id is not None or part.provider_details is not None


def _response(replied: Replied, model: str) -> ModelResponse:
    if replied.raw is not None and replied.raw.get("model") == model:
        return _RESPONSE.validate_python(replied.raw["response"])
    return ModelResponse(list(_parts(replied)))


def _parts(replied: Replied) -> Iterator[ModelResponsePart]:
    if replied.text:
        yield TextPart(replied.text)
    for call in replied.calls:
        # What is not JSON would be refused by servers that read the arguments of earlier calls.
        given = call.arguments if call.arguments is not None else {"unreadable": call.written}
        yield ToolCallPart(call.name, given, call.id)


def _part(message: Said | ToolResult) -> ModelRequestPart:
    if isinstance(message, Said):
        return UserPromptPart(message.text)
    outcome: Any = "failed" if message.failed else "success"
    return ToolReturnPart(message.name, message.text, message.call, outcome=outcome)


def _call(part: ToolCallPart) -> ToolCall:
    given = part.args
    if isinstance(given, dict):
        return ToolCall(part.tool_call_id, part.tool_name, given)
    written = given or ""
    try:
        content = json.loads(written) if written.strip() else {}
    except ValueError:
        content = None
    if isinstance(content, dict):
        return ToolCall(part.tool_call_id, part.tool_name, content)
    return ToolCall(part.tool_call_id, part.tool_name, None, written)
