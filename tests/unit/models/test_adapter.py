"""What Pydantic AI is given, and what its answers become, without any wire."""

from collections.abc import Iterator

import pytest
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    ModelResponsePart,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models.function import AgentInfo, FunctionModel
from pydantic_ai.models.test import TestModel
from pydantic_ai.profiles import ModelProfile
from pydantic_ai.usage import RequestUsage

from errand.domain.budget import Usage
from errand.domain.errors import ModelUnusable
from errand.model import Finish, Prompt, Replied, Said, ToolCall, ToolOffer, ToolResult
from errand.models.background import BackgroundLoop
from errand.models.faults import Asked
from errand.models.paying import EmptyReply
from errand.models.pydantic_model import Abilities, PydanticModel

READ = ToolOffer(
    "files_read", "Reads a file.", {"type": "object", "properties": {"file": {"type": "string"}}}
)
FINAL = ToolOffer("final", "Hands in.", {"type": "object", "properties": {"sum": {"type": "integer"}}})
PROMPT = Prompt("Be exact.", (Said("Add up."),), (READ,), FINAL)


class Answering:
    """Keeps what it was asked and answers with what it was made with."""

    def __init__(self, response: ModelResponse) -> None:
        self.response = response
        self.messages: list[ModelMessage] = []
        self.info: AgentInfo | None = None

    def __call__(self, messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        self.messages, self.info = messages, info
        return self.response

    @property
    def settings(self) -> dict[str, object]:
        return dict((self.info.model_settings if self.info else None) or {})


@pytest.fixture
def loop() -> Iterator[BackgroundLoop]:
    made = BackgroundLoop()
    yield made
    made.close()


def adapted(loop: BackgroundLoop, answering: Answering, profile: ModelProfile | None = None) -> PydanticModel:
    model = FunctionModel(answering, profile=profile)
    return PydanticModel(Asked("function:it", ""), model, Abilities(100_000), loop)


def test_what_is_said_between_two_replies_is_one_request(loop: BackgroundLoop) -> None:
    answering = Answering(ModelResponse([TextPart("Done.")]))
    replied = Replied(
        "Reading.", (ToolCall("1", "files_read", {"file": "a"}), ToolCall("2", "files_read", {}))
    )
    results = (ToolResult("1", "files_read", "text"), ToolResult("2", "files_read", "no file", failed=True))
    prompt = Prompt("Be exact.", (Said("Add up."), replied, *results, Said("Hurry.")), (READ,))
    adapted(loop, answering).ask(prompt, timeout_seconds=5)

    first, said, after = answering.messages
    assert isinstance(first, ModelRequest)
    assert [part.content for part in first.parts if isinstance(part, UserPromptPart)] == ["Add up."]
    assert isinstance(said, ModelResponse)
    assert [type(part) for part in said.parts] == [TextPart, ToolCallPart, ToolCallPart]
    assert isinstance(after, ModelRequest)
    assert [part.outcome for part in after.parts if isinstance(part, ToolReturnPart)] == ["success", "failed"]


def test_instructions_tools_and_bounds_are_handed_on(loop: BackgroundLoop) -> None:
    answering = Answering(ModelResponse([ToolCallPart("final", {"sum": 3}, "c")]))
    adapted(loop, answering).ask(PROMPT, timeout_seconds=5)

    assert answering.info is not None
    assert answering.info.instructions == "Be exact."
    assert [tool.name for tool in answering.info.function_tools] == ["files_read"]
    assert [tool.name for tool in answering.info.output_tools] == ["final"]
    assert not answering.info.allow_text_output
    assert (answering.settings["max_tokens"], answering.settings["max_retries"]) == (8_000, 0)


def test_the_answer_comes_with_calls_and_tokens(loop: BackgroundLoop) -> None:
    parts: list[ModelResponsePart] = [TextPart("I add."), ToolCallPart("final", '{"sum": 3}', "c")]
    counted = RequestUsage(input_tokens=9, cache_read_tokens=4, cache_write_tokens=2, output_tokens=5)
    reply = adapted(loop, Answering(ModelResponse(parts, usage=counted))).ask(PROMPT, timeout_seconds=5)

    assert (reply.text, reply.calls) == ("I add.", (ToolCall("c", "final", {"sum": 3}),))
    assert (reply.usage, reply.finish) == (Usage(9, 4, 5, cache_written_tokens=2), Finish.CALLS)
    assert reply.raw is None


@pytest.mark.parametrize(
    ("written", "arguments"), [('{"sum": 3}', {"sum": 3}), ("", {}), ("[1]", None), ('{"sum"', None)]
)
def test_arguments_are_an_object_or_kept_as_written(
    loop: BackgroundLoop, written: str, arguments: dict[str, int] | None
) -> None:
    answering = Answering(ModelResponse([ToolCallPart("final", written, "c")]))
    reply = adapted(loop, answering).ask(PROMPT, timeout_seconds=5)

    assert reply.calls[0].arguments == arguments
    assert reply.calls[0].written == ("" if arguments is not None else written)


def test_thoughts_alone_are_no_answer(loop: BackgroundLoop) -> None:
    answering = Answering(ModelResponse([ThinkingPart("Hm.")]))
    with pytest.raises(EmptyReply, match="answered with nothing"):
        adapted(loop, answering).ask(PROMPT, timeout_seconds=5)


@pytest.mark.parametrize(
    ("profile", "temperature"),
    [(ModelProfile(), 0.0), (ModelProfile(thinking_always_enabled=True), None)],
)
def test_a_model_that_thinks_is_told_no_temperature(
    loop: BackgroundLoop, profile: ModelProfile, temperature: float | None
) -> None:
    answering = Answering(ModelResponse([ToolCallPart("final", {}, "c")]))
    adapted(loop, answering, profile).ask(PROMPT, timeout_seconds=5)

    assert answering.settings.get("temperature") == temperature


def test_a_model_without_tools_and_schema_is_only_asked_for_text(loop: BackgroundLoop) -> None:
    profile = ModelProfile(supports_tools=False, supports_json_schema_output=False)
    model = adapted(loop, Answering(ModelResponse([TextPart("Three.")])), profile)

    assert (model.traits.tools, model.traits.schema) == (False, False)
    assert model.ask(Prompt("", (Said("1 + 2?"),)), timeout_seconds=5).text == "Three."
    with pytest.raises(ModelUnusable, match="neither call tools nor keep to a schema"):
        model.ask(PROMPT, timeout_seconds=5)


def test_the_libraries_own_double_calls_what_it_is_offered(loop: BackgroundLoop) -> None:
    model = PydanticModel(Asked("test", ""), TestModel(), Abilities(100_000), loop)
    reply = model.ask(PROMPT, timeout_seconds=5)

    assert [call.name for call in reply.calls] == ["files_read"]
