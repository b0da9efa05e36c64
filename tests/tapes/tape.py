"""A tape: what a model was asked in the course of one task, and what it answered, to be played back.

One JSON object a line. A request repeats the whole conversation before it, so a line holds only what is new:

    {"tools": "T1", "is": [ ... ]}
    {"keeps": [0, 3], "messages": [ ... ], "tools": "T1", "answer": {"text": null, "calls": [ ... ]}}

`keeps` is an earlier exchange (counted from 0) and how many of its messages come first here.
"""

import difflib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from tests.servers.openai_protocol import Answer, Asked, completed, failed

Object = dict[str, Any]
"""`Any`: what a client sends; this module compares it and believes nothing of it."""

_DATE = re.compile(r"(?<=Today is )\d{4}-\d\d-\d\d")
_COMPARED = ("tools", "tool_choice", "response_format")


@dataclass(frozen=True)
class Exchange:
    messages: list[Object]
    also: Object
    """Tools, tool choice and response format, where there are any."""
    answer: Object

    @property
    def identity(self) -> str:
        return json.dumps([self.messages, self.also], sort_keys=True)


def exchange(request: Object, answer: Object) -> Exchange:
    """The day on which something is asked is no part of it."""
    written = _DATE.sub("DATE", json.dumps(request))
    asked: Object = json.loads(written)
    also = {name: asked[name] for name in _COMPARED if asked.get(name) is not None}
    return Exchange([_bare(each) for each in asked["messages"]], also, answer)


def _bare(message: Object) -> Object:
    """Ids of calls are the provider's own choice, and no part of what was said."""
    kept = {name: value for name, value in message.items() if value is not None and name != "tool_call_id"}
    if "tool_calls" in kept:
        kept["tool_calls"] = [each["function"] for each in kept["tool_calls"]]
    return kept


def read_tape(path: Path) -> list[Exchange]:
    tools: dict[str, object] = {}
    exchanges: list[Exchange] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        found: Object = json.loads(line)
        if "is" in found:
            tools[found["tools"]] = found["is"]
            continue
        before, count = found.pop("keeps", (0, 0))
        messages = [*(exchanges[before].messages[:count] if count else []), *found.pop("messages")]
        answer = found.pop("answer")
        if "tools" in found:
            found["tools"] = tools[found["tools"]]
        exchanges.append(Exchange(messages, found, answer))
    return exchanges


def write_tape(path: Path, exchanges: Sequence[Exchange]) -> None:
    named: dict[str, str] = {}
    lines: list[Object] = []
    for number, each in enumerate(exchanges):
        also = dict(each.also)
        if "tools" in also:
            written = json.dumps(also["tools"], sort_keys=True)
            if written not in named:
                named[written] = f"T{len(named) + 1}"
                lines.append({"tools": named[written], "is": also["tools"]})
            also["tools"] = named[written]
        keeps = max(
            ([_common(each, earlier), n] for n, earlier in enumerate(exchanges[:number])), default=[0, 0]
        )
        line: Object = {"keeps": [keeps[1], keeps[0]]} if keeps[0] else {}
        line |= {"messages": each.messages[keeps[0] :]} | also | {"answer": each.answer}
        lines.append(line)
    path.write_text("".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines), encoding="utf-8")


def _common(one: Exchange, other: Exchange) -> int:
    count = 0
    for mine, theirs in zip(one.messages, other.messages, strict=False):
        if mine != theirs:
            break
        count += 1
    return count


@dataclass
class Player:
    """Keeps `tests.servers.openai_protocol.Script`: answers what is on the tape, and nothing else."""

    exchanges: list[Exchange]
    played: set[int] = field(default_factory=set)
    strange: list[str] = field(default_factory=list)
    """For each request that is not on the tape: how it differs from the nearest one that is."""
    lenient: bool = False
    """Take the nearest answer for a strange request: to record a tape anew after a prompt was changed."""
    recorded: list[Exchange] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, asked: Asked) -> Answer:
        with self._lock:
            return self._answer(exchange(asked.body, {}))

    def _answer(self, asked: Exchange) -> Answer:
        number = self._same(asked)
        if number is None:
            nearest = self._nearest(asked)
            self.strange.append(_difference(asked, None if nearest is None else self.exchanges[nearest]))
            if not self.lenient or nearest is None:
                return failed(400, f"This prompt is not on the tape. {self.strange[-1][:1500]}")
            number = nearest
        self.played.add(number)
        answer = self.exchanges[number].answer
        self.recorded.append(Exchange(asked.messages, asked.also, answer))
        return as_completion(answer, f"{len(self.recorded):04}")

    def _same(self, asked: Exchange) -> int | None:
        found = [n for n, each in enumerate(self.exchanges) if each.identity == asked.identity]
        return next((n for n in found if n not in self.played), found[0] if found else None)

    def _nearest(self, asked: Exchange) -> int | None:
        """Of those not played yet: what may be called most alike, then as long a conversation, then words."""
        left = [n for n in range(len(self.exchanges)) if n not in self.played]
        return max(left, key=lambda n: _alike(asked, self.exchanges[n]), default=None)

    @property
    def unplayed(self) -> list[str]:
        return [_shown(each)[-300:] for n, each in enumerate(self.exchanges) if n not in self.played]


def as_completion(answer: Object, number: str) -> Answer:
    calls = [
        {
            "id": f"call_{number}_{n}",
            "type": "function",
            "function": {"name": each["name"], "arguments": json.dumps(each["arguments"])},
        }
        for n, each in enumerate(answer.get("calls") or [])
    ]
    message: Object = {"content": answer.get("text")} | ({"tool_calls": calls} if calls else {})
    return completed(message, finish="tool_calls" if calls else "stop")


def _alike(one: Exchange, other: Exchange) -> tuple[float, int, float]:
    mine, theirs = set(_called(one)), set(_called(other))
    tools = len(mine & theirs) / max(1, len(mine | theirs))
    shape = -abs(len(one.messages) - len(other.messages))
    words = difflib.SequenceMatcher(None, _words(one), _words(other), autojunk=False).quick_ratio()
    return tools, shape, words


def _called(asked: Exchange) -> Iterator[str]:
    for each in asked.also.get("tools") or []:
        yield each["function"]["name"]


def _words(asked: Exchange) -> list[str]:
    return _shown(asked).split()


def _shown(asked: Exchange) -> str:
    return "\n".join(
        f"## {each['role']}\n{each.get('content') or ''}\n{json.dumps(each.get('tool_calls') or '')}"
        for each in asked.messages
    )


def _difference(asked: Exchange, nearest: Exchange | None) -> str:
    if nearest is None:
        return f"The tape has nothing left to compare it with:\n{_shown(asked)[:2000]}"
    if asked.messages == nearest.messages:
        return "Only the tools that are offered, or their descriptions, have changed."
    lines = difflib.unified_diff(
        _shown(nearest).splitlines(), _shown(asked).splitlines(), "on the tape", "asked now", n=1, lineterm=""
    )
    return "\n".join(line[:400] for line in list(lines)[:60])
