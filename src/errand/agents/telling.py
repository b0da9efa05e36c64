"""What a person sees of an agent at work: events, and a sentence for each turn."""

import json

from errand.domain.json import JsonObject
from errand.model import Reply, ToolCall

_LONGEST_TEXT = 300
_LONGEST_ARGUMENTS = 500
_LONGEST_ARGUMENT = 60
_MOST_CALLS = 3


def reply_told(reply: Reply, number: int) -> JsonObject:
    """`number`: of the turn in its conversation, from 1."""
    return {
        "type": "subtask.turn",
        "turn": number,
        "model": reply.model,
        "input_tokens": reply.usage.input_tokens,
        "cached_tokens": reply.usage.cached_tokens,
        "output_tokens": reply.usage.output_tokens,
        "calls": [call.name for call in reply.calls],
        "text": reply.text[:_LONGEST_TEXT],
    }


def result_told(call: ToolCall, text: str, *, failed: bool) -> JsonObject:
    arguments = call.written if call.arguments is None else json.dumps(call.arguments, ensure_ascii=False)
    return {
        "type": "subtask.tool",
        "tool": call.name,
        "arguments": arguments[:_LONGEST_ARGUMENTS],
        "failed": failed,
        "result": text[:_LONGEST_TEXT],
    }


def sentence(agent: str, reply: Reply, hand_in: str) -> str:
    """`files_read notes.md, math_solve 2+2`: what the turn does, short enough for a line."""
    doing = [_doing(call, hand_in) for call in reply.calls[:_MOST_CALLS]]
    more = len(reply.calls) - _MOST_CALLS
    doing += [f"{more} more"] if more > 0 else []
    return f"{agent}: {', '.join(doing) or 'thinks'}"


def _doing(call: ToolCall, hand_in: str) -> str:
    if call.name == hand_in:
        return "hands in"
    given = next(
        (each for each in (call.arguments or {}).values() if isinstance(each, str | int | float)), ""
    )
    shown = " ".join(str(given).split())
    ending = "…" if len(shown) > _LONGEST_ARGUMENT else ""
    return f"{call.name} {shown[:_LONGEST_ARGUMENT]}{ending}".strip()
