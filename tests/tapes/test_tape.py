"""Tapes match by content and say what has changed."""

import json
from pathlib import Path
from typing import Any

from tests.servers.openai_protocol import Answer, Asked
from tests.tapes.tape import Exchange, Player, exchange, read_tape, write_tape

Object = dict[str, Any]
"""`Any`: bodies of requests as a client sends them."""
TOOL: Object = {"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}


def request(*texts: str, tools: tuple[Object, ...] = (TOOL,)) -> Object:
    roles = ("system", "user", "assistant", "user", "assistant", "user")
    return {
        "model": "any",
        "messages": [{"role": role, "content": text} for role, text in zip(roles, texts, strict=False)],
        "tools": list(tools),
    }


def asked(body: Object) -> Asked:
    return Asked("/v1/chat/completions", {}, body)


def said(answer: Answer) -> str:
    return str(json.loads(answer.body)["choices"][0]["message"]["content"])


TAPE = [
    exchange(request("be brief", "one and one? Today is 2026-01-01."), {"text": "two"}),
    exchange(request("be brief", "one and one? Today is 2026-01-01.", "two", "sure?"), {"text": "yes"}),
    exchange(request("be brief", "what is red?", tools=()), {"text": "a colour"}),
]


def test_a_request_gets_the_answer_on_the_tape_in_whatever_order_and_on_whatever_day() -> None:
    player = Player(TAPE)

    second = player(asked(request("be brief", "one and one? Today is 2030-05-05.", "two", "sure?")))
    third = player(asked(request("be brief", "what is red?", tools=())))

    assert (said(second), said(third)) == ("yes", "a colour")
    assert player.strange == []
    assert len(player.unplayed) == 1


def test_a_changed_prompt_is_refused_with_what_changed() -> None:
    player = Player(TAPE)

    answer = player(asked(request("be very brief", "one and one? Today is 2026-01-01.")))

    assert answer.status == 400
    assert "-be brief" in player.strange[0]
    assert "+be very brief" in player.strange[0]


def test_changed_tools_are_told_apart_from_changed_words() -> None:
    player = Player(TAPE)
    other: Object = {"type": "function", "function": {"name": "add", "parameters": {"type": "string"}}}

    player(asked(request("be brief", "one and one? Today is 2026-01-01.", tools=(other,))))

    assert player.strange == ["Only the tools that are offered, or their descriptions, have changed."]


def test_a_tape_is_recorded_anew_from_the_nearest_answers() -> None:
    player = Player(TAPE, lenient=True)

    player(asked(request("be very brief", "one and one? Today is 2026-01-01.")))
    player(asked(request("be very brief", "what is red?", tools=())))

    assert [each.answer for each in player.recorded] == [{"text": "two"}, {"text": "a colour"}]
    assert all("be very brief" in each.identity for each in player.recorded)


def test_a_tape_that_is_written_reads_the_same_and_keeps_each_message_once(tmp_path: Path) -> None:
    write_tape(tmp_path / "t.jsonl", TAPE)

    read = read_tape(tmp_path / "t.jsonl")
    lines = (tmp_path / "t.jsonl").read_text()

    assert [each.identity for each in read] == [each.identity for each in TAPE]
    assert lines.count("one and one?") == 1
    assert read[0] == Exchange(TAPE[0].messages, TAPE[0].also, {"text": "two"})
