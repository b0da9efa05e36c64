"""A GGUF file in this process: the real library loads and decodes a tiny file of random weights."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from errand.domain.errors import ContextTooLong, ModelBusy, ModelUnusable
from errand.domain.json import JsonObject
from errand.model import Finish, Prompt, Replied, Said, ToolCall, ToolOffer, ToolResult
from errand.models.llama import LlamaModel, Sampling, open_gguf
from tests.unit.models.gguf_made import CONTEXT, STRICT_TEMPLATE, write_gguf

WHY = "needs the extra `llama` and the package gguf: make test-llama"
pytest.importorskip("llama_cpp", reason=WHY)
pytest.importorskip("gguf", reason=WHY)

SOON = 60.0
"""Seconds; only a defect reaches it."""

STEP: JsonObject = {
    "type": "object",
    "properties": {
        "key": {"type": "string", "maxLength": 20},
        "capability": {"type": "string", "enum": ["text.find", "report.write"]},
        "inputs": {"type": "object", "additionalProperties": {"$ref": "#/$defs/Json.value"}},
        "optional": {"anyOf": [{"type": "boolean"}, {"type": "null"}]},
    },
    "required": ["key", "capability", "inputs", "optional"],
    "additionalProperties": False,
}
VALUE: JsonObject = {
    "anyOf": [
        {"type": "string", "maxLength": 30},
        {"type": "number"},
        {"type": "array", "maxItems": 3, "items": {"$ref": "#/$defs/Json.value"}},
        {"type": "null"},
    ]
}
PLAN = ToolOffer(
    "hand_in",
    "Hand in the plan.",
    {
        "type": "object",
        "properties": {
            "steps": {"type": "array", "items": {"$ref": "#/$defs/Step_1"}, "minItems": 1, "maxItems": 3},
            "result": {"type": "string", "maxLength": 30},
            "sure": {"type": "number"},
        },
        "required": ["steps", "result", "sure"],
        "additionalProperties": False,
        "$defs": {"Step_1": STEP, "Json.value": VALUE},
    },
)
LOOK = ToolOffer(
    "look", "Look.", {"type": "object", "properties": {"at": {"type": "integer"}}, "required": ["at"]}
)

Open = Callable[..., LlamaModel]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_gguf(tmp_path_factory.mktemp("gguf") / "tiny.gguf")


@pytest.fixture
def opened(file: Path) -> Iterator[Open]:
    """Opens the file, or another one, and closes it in the end."""
    models: list[LlamaModel] = []

    def open_it(path: Path = file, **settings: object) -> LlamaModel:
        models.append(open_gguf(f"gguf:{path.name}", path, **settings))  # type: ignore[arg-type]  # as given
        return models[-1]

    yield open_it
    for each in models:
        each.close()


def plan_prompt(said: str = "Plan it.") -> Prompt:
    return Prompt("You plan.", (Said(said),), tools=(LOOK,), output=PLAN)


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_drawn_the_plan_parses_and_keeps_to_its_schema(seed: int, opened: Open) -> None:
    reply = opened(sampling=Sampling(1.0, seed)).ask(plan_prompt(), timeout_seconds=SOON)

    (call,) = reply.calls
    wanted = {"look": {"at"}, "hand_in": {"steps", "result", "sure"}}
    assert call.arguments is not None
    assert set(call.arguments) == wanted[call.name]
    assert reply.finish is Finish.CALLS
    assert repr(call.arguments).encode("utf-8")
    assert reply.usage.input_tokens > 100
    assert reply.usage.output_tokens > 5


def test_without_a_temperature_the_same_prompt_gives_the_same_answer(opened: Open) -> None:
    prompt = Prompt("Be brief.", (Said("Hello."),), max_output_tokens=20)
    model = opened()

    assert model.ask(prompt, timeout_seconds=SOON).text == model.ask(prompt, timeout_seconds=SOON).text


def test_text_that_is_cut_says_so(opened: Open) -> None:
    reply = opened().ask(Prompt("", (Said("Hello."),), max_output_tokens=5), timeout_seconds=SOON)

    assert (reply.finish, reply.usage.output_tokens) == (Finish.LENGTH, 5)


def test_a_call_that_is_cut_is_no_call(opened: Open) -> None:
    prompt = Prompt("", (Said("Hello."),), output=PLAN, max_output_tokens=8)

    reply = opened().ask(prompt, timeout_seconds=SOON)

    assert (reply.finish, reply.calls) == (Finish.LENGTH, ())


def test_a_conversation_with_calls_and_results_goes_on(opened: Open) -> None:
    called = ToolCall("call_1", "look", {"at": 3})
    spoken = (Said("Look."), Replied("", (called,)), ToolResult("call_1", "look", "nothing there"))
    prompt = Prompt("You look.", spoken, tools=(LOOK,), output=LOOK)

    assert opened(sampling=Sampling(1.0, 1)).ask(prompt, timeout_seconds=SOON).calls[0].id == "call_2"


def test_marks_between_messages_inside_a_text_are_only_text(opened: Open) -> None:
    model = opened()

    plain, marked = (
        model.ask(Prompt("", (Said(text),), max_output_tokens=1), timeout_seconds=SOON).usage.input_tokens
        for text in ("", "</s><|user|>")
    )

    assert marked - plain == len("</s><|user|>")


def test_a_template_that_knows_no_system_gets_it_in_the_first_turn(tmp_path: Path, opened: Open) -> None:
    model = opened(write_gguf(tmp_path / "strict.gguf", template=STRICT_TEMPLATE))
    prompt = Prompt("Be brief.", (Said("One."), Said("Two.")), max_output_tokens=4)

    assert model.ask(prompt, timeout_seconds=SOON).usage.output_tokens == 4


def test_the_context_is_what_the_file_was_trained_for_or_a_setting_says(opened: Open) -> None:
    assert opened().traits.context_tokens == CONTEXT
    assert opened(context_tokens=1_024).traits.context_tokens == 1_024


def test_a_prompt_that_leaves_no_room_for_an_answer_is_refused_before(opened: Open) -> None:
    with pytest.raises(ContextTooLong, match=r"gguf:tiny\.gguf reads and writes 512"):
        opened(context_tokens=512).ask(Prompt("", (Said("x" * 400),)), timeout_seconds=SOON)


def test_a_call_that_takes_too_long_is_stopped(opened: Open) -> None:
    model = opened(sampling=Sampling(1.0, 1))
    endless = Prompt("", (Said("x" * 8_000),), max_output_tokens=8_000)

    begun = time.monotonic()
    with pytest.raises(ModelBusy, match=r"had not answered after 0\.02 seconds"):
        model.ask(endless, timeout_seconds=0.02)
    assert time.monotonic() - begun < SOON / 4
    assert (
        model.ask(Prompt("", (Said("x"),), max_output_tokens=2), timeout_seconds=SOON).usage.output_tokens
        == 2
    )


def test_threads_take_turns(opened: Open) -> None:
    model = opened()
    prompts = [Prompt("", (Said(text),), max_output_tokens=10) for text in "abcd"]
    alone = [model.ask(each, timeout_seconds=SOON).text for each in prompts]
    together: dict[int, str] = {}

    def ask(n: int) -> None:
        together[n] = model.ask(prompts[n], timeout_seconds=SOON).text

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(len(prompts))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert [together[n] for n in range(len(prompts))] == alone


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable, match=r"There is no file .*none\.gguf"):
        open_gguf("gguf:none.gguf", tmp_path / "none.gguf")


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "not.gguf"
    file.write_text("no model", encoding="utf-8")

    with pytest.raises(ModelUnusable, match="can not be loaded as a model"):
        open_gguf("gguf:not.gguf", file)


def test_a_model_that_is_not_made_for_instructions_is_refused(tmp_path: Path) -> None:
    file = write_gguf(tmp_path / "base.gguf", template=None)

    with pytest.raises(ModelUnusable, match="holds no chat template"):
        open_gguf("gguf:base.gguf", file)
