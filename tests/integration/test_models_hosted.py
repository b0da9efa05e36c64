"""What hosted providers ask for beyond chat completions, on a wire that stays in this process."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import httpx2
import pytest
from pydantic_ai.models import Model
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider

from errand.domain.budget import Usage
from errand.domain.errors import ContextTooLong, ErrandError, ModelUnusable
from errand.domain.json import Json, JsonObject
from errand.model import Prompt, Replied, Reply, Said, ToolOffer, ToolResult
from errand.models.background import BackgroundLoop
from errand.models.faults import Asked
from errand.models.paying import NotTaken
from errand.models.pydantic_model import Abilities, PydanticModel

READ = ToolOffer(
    "files_read", "Reads a file.", {"type": "object", "properties": {"file": {"type": "string"}}}
)
FINAL = ToolOffer("final", "Hands in.", {"type": "object", "properties": {"sum": {"type": "integer"}}})
PROMPT = Prompt("Be exact.", (Said("Add up."),), (READ,), FINAL, max_output_tokens=500)

THOUGHT: JsonObject = {"type": "thinking", "thinking": "Let me look.", "signature": "signed-7f"}
CALL: JsonObject = {"type": "tool_use", "id": "toolu_1", "name": "files_read", "input": {"file": "a.txt"}}

REASONING: JsonObject = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "sealed-9c"}
FUNCTION: JsonObject = {
    "type": "function_call",
    "id": "fc_1",
    "call_id": "call_1",
    "name": "files_read",
    "arguments": '{"file": "a.txt"}',
    "status": "completed",
}


class Wire:
    """Answers each request with the next of what is planned."""

    def __init__(self) -> None:
        self.planned: list[tuple[int, JsonObject]] = []
        self.bodies: list[JsonObject] = []
        self.connections = httpx2.AsyncClient(transport=httpx2.MockTransport(self._answer))

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.bodies.append(json.loads(request.content))
        status, content = self.planned.pop(0)
        return httpx2.Response(status, json=content)


Made = Callable[[Model], PydanticModel]


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def made(wire: Wire) -> Iterator[Made]:
    loop = BackgroundLoop()
    models: list[PydanticModel] = []

    def make(model: Model) -> PydanticModel:
        asked = Asked("it", "https://example.invalid")
        models.append(PydanticModel(asked, model, Abilities(100_000), loop, wire.connections))
        return models[-1]

    yield make
    for each in models:
        each.close()
    loop.close()


def claude(wire: Wire) -> Model:
    provider = AnthropicProvider(api_key="k", http_client=wire.connections)
    return AnthropicModel("claude-sonnet-4-6", provider=provider)


def gpt(wire: Wire) -> Model:
    return OpenAIResponsesModel("gpt-5", provider=OpenAIProvider(api_key="k", http_client=wire.connections))


def message(*content: Json) -> tuple[int, JsonObject]:
    counted: JsonObject = {
        "input_tokens": 10,
        "cache_read_input_tokens": 200,
        "cache_creation_input_tokens": 30,
        "output_tokens": 5,
    }
    return 200, {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-6",
        "content": list(content),
        "stop_reason": "tool_use",
        "stop_sequence": None,
        "usage": counted,
    }


def response(*output: Json) -> tuple[int, JsonObject]:
    counted: JsonObject = {
        "input_tokens": 50,
        "input_tokens_details": {"cached_tokens": 40},
        "output_tokens": 9,
        "output_tokens_details": {"reasoning_tokens": 4},
        "total_tokens": 59,
    }
    return 200, {
        "id": "resp_1",
        "object": "response",
        "created_at": 1_780_000_000,
        "model": "gpt-5",
        "status": "completed",
        "output": list(output),
        "usage": counted,
        "parallel_tool_calls": True,
        "tool_choice": "required",
        "tools": [],
    }


def goes_on(reply: Reply | Replied) -> Prompt:
    said = reply.message() if isinstance(reply, Reply) else reply
    return replace(
        PROMPT, messages=(*PROMPT.messages, said, ToolResult(said.calls[0].id, "files_read", "1, 2"))
    )


def test_the_stable_front_is_marked_for_claudes_cache(wire: Wire, made: Made) -> None:
    wire.planned = [message(CALL)]
    made(claude(wire)).ask(PROMPT, timeout_seconds=5)

    body = wire.bodies[0]
    assert "cache_control" in json.dumps(body["system"])
    assert "cache_control" in json.dumps(body["tools"])


def test_what_claude_read_from_and_wrote_to_its_cache_is_counted(wire: Wire, made: Made) -> None:
    wire.planned = [message(CALL)]

    assert made(claude(wire)).ask(PROMPT, timeout_seconds=5).usage == Usage(
        240, 200, 5, cache_written_tokens=30
    )


def test_claudes_signed_thoughts_go_back_to_it_after_being_stored(wire: Wire, made: Made) -> None:
    wire.planned = [message(THOUGHT, CALL), message(CALL)]
    model = made(claude(wire))
    reply = model.ask(PROMPT, timeout_seconds=5)
    stored = replace(reply.message(), raw=json.loads(json.dumps(reply.raw)))
    model.ask(goes_on(stored), timeout_seconds=5)

    assert "signed-7f" in json.dumps(wire.bodies[1]["messages"])


def test_another_model_is_not_shown_what_only_its_author_can_read(wire: Wire, made: Made) -> None:
    wire.planned = [message(THOUGHT, CALL), message(CALL)]
    model = made(claude(wire))
    reply = model.ask(PROMPT, timeout_seconds=5)
    foreign = replace(reply.message(), raw={**(reply.raw or {}), "model": "another"})
    model.ask(goes_on(foreign), timeout_seconds=5)

    sent = json.dumps(wire.bodies[1]["messages"])
    assert "signed-7f" not in sent
    assert "a.txt" in sent


def test_gpts_sealed_thoughts_go_back_to_it(wire: Wire, made: Made) -> None:
    wire.planned = [response(REASONING, FUNCTION), response(FUNCTION)]
    model = made(gpt(wire))
    reply = model.ask(PROMPT, timeout_seconds=5)
    model.ask(goes_on(reply), timeout_seconds=5)

    assert reply.usage == Usage(50, 40, 9)
    assert "sealed-9c" in json.dumps(wire.bodies[1]["input"])
    assert "temperature" not in wire.bodies[0]


@pytest.mark.parametrize(
    ("status", "kind", "words", "fault"),
    [
        (529, "overloaded_error", "Overloaded", NotTaken),
        (429, "rate_limit_error", "Too fast", NotTaken),
        (401, "authentication_error", "invalid x-api-key", ModelUnusable),
        (400, "invalid_request_error", "prompt is too long: 9 tokens > 8 maximum", ContextTooLong),
        (400, "invalid_request_error", "Your credit balance is too low", ModelUnusable),
        (413, "request_too_large", "Request exceeds the maximum size", ContextTooLong),
    ],
)
def test_claudes_faults_are_told_apart(
    wire: Wire, made: Made, status: int, kind: str, words: str, fault: type[ErrandError]
) -> None:
    wire.planned = [(status, {"type": "error", "error": {"type": kind, "message": words}})]
    with pytest.raises(fault):
        made(claude(wire)).ask(PROMPT, timeout_seconds=5)

    assert len(wire.bodies) == 1
