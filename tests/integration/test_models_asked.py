"""A model behind an address, asked over the wire; faults included."""

import json
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.utils import formatdate
from time import time

import pytest
from pydantic import SecretStr

from errand.domain.budget import Usage
from errand.domain.errors import (
    BadReply,
    ContextTooLong,
    ErrandError,
    ModelBusy,
    ModelDeclined,
    ModelUnusable,
)
from errand.domain.json import JsonObject
from errand.model import Finish, Prompt, Said, ToolCall, ToolOffer, ToolResult
from errand.models.background import BackgroundLoop
from errand.models.building import USUAL_CONTEXT, build_model
from errand.models.paying import NotTaken
from errand.models.pydantic_model import PydanticModel
from tests.servers.openai_protocol import (
    A_PAGE,
    HUNG_UP,
    NO_CHOICES,
    NOT_JSON,
    Answer,
    Asked,
    Provider,
    answered,
    called,
    cut,
    declined,
    failed,
    said,
    serving,
    slow,
    truncated,
)

KEY = "wonderful-secret-8472"

READ = ToolOffer(
    "files_read",
    "Reads a file.",
    {"type": "object", "title": "In", "properties": {"file": {"type": "string"}}, "required": ["file"]},
)
FINAL = ToolOffer("final", "Hands in.", {"type": "object", "properties": {"sum": {"type": "integer"}}})
PROMPT = Prompt("Be exact.", (Said("Add up."),), (READ,), FINAL, max_output_tokens=500)


@pytest.fixture
def provider() -> Iterator[Provider]:
    with serving(key=KEY) as made:
        yield made


@pytest.fixture
def loop() -> Iterator[BackgroundLoop]:
    made = BackgroundLoop()
    yield made
    made.close()


@pytest.fixture
def model(provider: Provider, loop: BackgroundLoop) -> Iterator[PydanticModel]:
    made = build_model(f"tiny@{provider.url}", key=SecretStr(KEY), loop=loop, context_tokens=8_000)
    yield made
    made.close()


def test_a_prompt_arrives_as_instructions_messages_and_tools(
    provider: Provider, model: PydanticModel
) -> None:
    provider.plan(called(("files_read", {"file": "a.txt"}), text="I look."), called(("final", {"sum": 3})))
    first = model.ask(PROMPT, timeout_seconds=5)
    result = ToolResult(first.calls[0].id, "files_read", "1 and 2")
    second = model.ask(
        replace(PROMPT, messages=(*PROMPT.messages, first.message(), result)), timeout_seconds=5
    )

    assert (first.text, first.finish) == ("I look.", Finish.CALLS)
    assert second.calls == (ToolCall("call_1", "final", {"sum": 3}),)
    assert [each["role"] for each in provider.asked[1].messages] == ["system", "user", "assistant", "tool"]
    assert provider.asked[1].messages[0]["content"] == "Be exact."
    assert provider.asked[1].messages[3]["content"] == "1 and 2"
    body = provider.asked[0].body
    assert (body["tool_choice"], body["max_tokens"], body["temperature"]) == ("required", 500, 0.0)
    assert "title" not in json.dumps(body["tools"])


def test_what_stays_the_same_between_turns_is_the_front_of_the_request(
    provider: Provider, model: PydanticModel
) -> None:
    provider.plan(called(("files_read", {"file": "a"})), said("done"))
    first = model.ask(PROMPT, timeout_seconds=5)
    result = ToolResult("call_1", "files_read", "text")
    model.ask(replace(PROMPT, messages=(*PROMPT.messages, first.message(), result)), timeout_seconds=5)

    early, late = provider.asked
    assert late.messages[:2] == early.messages
    assert late.body["tools"] == early.body["tools"]


def test_tokens_are_those_that_the_provider_counted(provider: Provider, model: PydanticModel) -> None:
    details: JsonObject = {"prompt_tokens_details": {"cached_tokens": 64}}
    provider.plan(
        said("x", usage={"prompt_tokens": 90, "completion_tokens": 7, "total_tokens": 97, **details})
    )

    assert model.ask(PROMPT, timeout_seconds=5).usage == Usage(90, 64, 7)


def test_arguments_that_are_not_json_are_handed_on_as_written(
    provider: Provider, model: PydanticModel
) -> None:
    provider.plan(called(("files_read", '{"file": ')), said("done"))
    reply = model.ask(PROMPT, timeout_seconds=5)
    again = (*PROMPT.messages, reply.message(), ToolResult("call_1", "files_read", "No JSON.", failed=True))
    model.ask(replace(PROMPT, messages=again), timeout_seconds=5)

    assert reply.calls == (ToolCall("call_1", "files_read", None, '{"file": '),)
    assert '{\\"unreadable\\":' in json.dumps(provider.asked[1].messages[2])


def test_an_answer_that_was_cut_at_its_bound_says_so(provider: Provider, model: PydanticModel) -> None:
    provider.plan(said("Once upon", finish="length"))

    assert model.ask(PROMPT, timeout_seconds=5).finish is Finish.LENGTH


def test_without_an_output_the_answer_may_be_text(provider: Provider, model: PydanticModel) -> None:
    provider.plan(said("Three."))
    reply = model.ask(Prompt("Be exact.", (Said("1 + 2?"),)), timeout_seconds=5)

    assert (reply.text, reply.calls, reply.finish) == ("Three.", (), Finish.STOP)
    assert "tools" not in provider.asked[0].body


def test_a_model_that_can_not_call_tools_writes_calls_in_a_schema(
    provider: Provider, loop: BackgroundLoop
) -> None:
    model = build_model(provider.url, key=SecretStr(KEY), loop=loop, tools=False)
    provider.plan(said(json.dumps({"call": {"tool": "final", "arguments": {"sum": 3}}})))
    reply = model.ask(PROMPT, timeout_seconds=5)
    model.close()

    assert reply.calls == (ToolCall("call_1", "final", {"sum": 3}),)
    assert model.traits.tools
    body = provider.asked[0].body
    assert "tools" not in body
    assert '"enum": ["files_read"]' in json.dumps(body["response_format"])


@pytest.mark.parametrize(
    ("answer", "fault", "words"),
    [
        (failed(500, "oops"), ModelBusy, "out of order"),
        (failed(502, "oops"), ModelBusy, "out of order"),
        (failed(503, "oops"), NotTaken, "takes no call now"),
        (failed(529, "oops"), NotTaken, "overloaded"),
        (failed(429, "slow down"), NotTaken, "too many calls"),
        (failed(429, "pay", code="insufficient_quota"), ModelUnusable, "no credit"),
        (failed(402, "pay"), ModelUnusable, "no credit"),
        (failed(403, "no"), ModelUnusable, "does not accept the key"),
        (failed(404, "no such model"), ModelUnusable, "There is no model tiny@"),
        (failed(400, "x", code="context_length_exceeded"), ContextTooLong, "longer than"),
        (failed(400, "This model's maximum context length is 10 tokens."), ContextTooLong, "longer than"),
        (failed(400, "request (9 tokens) exceeds the available context size"), ContextTooLong, "longer than"),
        (failed(413, "too large"), ContextTooLong, "longer than"),
        (failed(400, "x", code="content_filter"), ModelDeclined, "filter"),
        (failed(422, "tool_choice is not supported"), ModelUnusable, "tool_choice is not supported"),
        (said("", finish="content_filter"), ModelDeclined, "refuses to answer"),
        (declined("I can not help with that."), ModelDeclined, "refuses to answer"),
        (said("  "), BadReply, "answered with nothing"),
        (HUNG_UP, ModelBusy, "broke off"),
        (cut(said("Hello there.")), ModelBusy, "broke off"),
        (truncated(said("Hello there.")), BadReply, "can not be read"),
        (NOT_JSON, BadReply, "can not be read"),
        (A_PAGE, BadReply, "can not be read"),
        (NO_CHOICES, BadReply, "can not be read"),
        (answered({"object": "surprise"}), BadReply, "can not be read"),
        (Answer(b"null"), BadReply, "can not be read"),
        (Answer(b"<html>Bad gateway</html>", 502, content_type="text/html"), ModelBusy, "out of order"),
    ],
)
def test_each_fault_is_told_apart_in_one_sentence(
    provider: Provider, model: PydanticModel, answer: Answer, fault: type[ErrandError], words: str
) -> None:
    provider.plan(answer)
    with pytest.raises(fault, match=words) as raised:
        model.ask(PROMPT, timeout_seconds=5)

    assert "\n" not in str(raised.value)
    assert len(provider.asked) == 1


def test_a_wrong_key_is_said_without_showing_it(provider: Provider, loop: BackgroundLoop) -> None:
    model = build_model(
        f"tiny@{provider.url}", key=SecretStr("another-key-5512"), loop=loop, context_tokens=8_000
    )
    with pytest.raises(ModelUnusable, match="ERRAND_MODEL_KEY") as raised:
        model.ask(PROMPT, timeout_seconds=5)
    model.close()

    assert "5512" not in f"{raised.value!r} {model!r}"
    assert raised.value.__cause__ is None


def test_what_a_provider_quotes_of_a_key_is_not_repeated(provider: Provider, model: PydanticModel) -> None:
    provider.plan(failed(400, f"Bad header Bearer {KEY} with sk-abcdefgh12345678 " + "and more " * 90))
    with pytest.raises(ModelUnusable) as raised:
        model.ask(PROMPT, timeout_seconds=5)

    assert KEY not in str(raised.value)
    assert "12345678" not in str(raised.value)
    assert len(str(raised.value)) < 350


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(lambda: "7", 7.0), (lambda: "1.5", 1.5), (lambda: formatdate(time() + 600, usegmt=True), 600.0)],
    ids=["seconds", "part of a second", "date"],
)
def test_the_providers_own_retry_time_is_kept(
    provider: Provider, model: PydanticModel, header: Callable[[], str], seconds: float
) -> None:
    provider.plan(failed(429, "slow down", headers=(("Retry-After", header()),)))
    with pytest.raises(ModelBusy) as raised:
        model.ask(PROMPT, timeout_seconds=5)

    assert raised.value.retry_after_seconds == pytest.approx(seconds, abs=30)


def test_a_call_that_takes_too_long_is_given_up_and_the_provider_is_let_go(
    provider: Provider, model: PydanticModel
) -> None:
    provider.plan(slow(said("late"), 30))
    with pytest.raises(ModelBusy, match=r"did not answer within 0\.2 s"):
        model.ask(PROMPT, timeout_seconds=0.2)

    assert provider.abandoned.wait(5)


def test_ctrl_c_ends_a_call_at_once(loop: BackgroundLoop) -> None:
    waiting = threading.main_thread().ident or 0

    def interrupt(asked: Asked) -> Answer:
        del asked
        signal.pthread_kill(waiting, signal.SIGINT)
        return slow(said("late"), 30)

    with serving(interrupt) as provider:
        model = build_model(provider.url, key=None, loop=loop)
        with pytest.raises(KeyboardInterrupt):
            model.ask(PROMPT, timeout_seconds=60)

        assert provider.abandoned.wait(5)
        model.close()


def test_where_nothing_listens_the_sentence_says_so(loop: BackgroundLoop) -> None:
    with serving() as provider:
        gone = provider.url
    model = build_model(f"tiny@{gone}", key=None, loop=loop, context_tokens=8_000)
    with pytest.raises(NotTaken, match=r"can not be reached \(nothing answers there\)"):
        model.ask(PROMPT, timeout_seconds=5)
    model.close()


def test_a_host_that_does_not_exist_is_named(loop: BackgroundLoop) -> None:
    with pytest.raises(NotTaken, match=r"http://nowhere\.invalid/v1 can not be reached \(no such host\)"):
        build_model("http://nowhere.invalid/v1", key=None, loop=loop)


def test_one_connection_serves_one_call_after_the_other(provider: Provider, model: PydanticModel) -> None:
    provider.plan(*(said("x") for _ in range(5)))
    for _ in range(5):
        model.ask(PROMPT, timeout_seconds=5)

    assert threading.active_count() < 10


def test_calls_of_several_threads_overlap(provider: Provider, model: PydanticModel) -> None:
    together = threading.Barrier(4, timeout=10)

    def meet(asked: Asked) -> Answer:
        del asked
        together.wait()
        return said("x")

    provider.script = meet
    threads = [
        threading.Thread(target=model.ask, args=(PROMPT,), kwargs={"timeout_seconds": 20}) for _ in range(4)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert not together.broken


def test_a_loop_that_is_closed_lets_go_of_who_waits(provider: Provider) -> None:
    loop = BackgroundLoop()
    model = build_model(f"tiny@{provider.url}", key=SecretStr(KEY), loop=loop, context_tokens=8_000)
    arrived = threading.Event()

    def late(asked: Asked) -> Answer:
        del asked
        arrived.set()
        return slow(said("late"), 30)

    provider.script = late
    faults: list[ModelBusy] = []

    def ask() -> None:
        with pytest.raises(ModelBusy) as raised:
            model.ask(PROMPT, timeout_seconds=60)
        faults.append(raised.value)

    asking = threading.Thread(target=ask)
    asking.start()
    arrived.wait(5)
    loop.close()
    asking.join(5)
    model.close()
    loop.close()

    assert [str(each) for each in faults] == [f"{model.name} was closed while it was asked."]


def test_the_only_model_of_an_address_is_found_with_its_context(
    provider: Provider, loop: BackgroundLoop
) -> None:
    provider.models = [{"id": "qwen3", "max_model_len": 40_960}]
    model = build_model(f"{provider.url}/", key=SecretStr(KEY), loop=loop)
    model.close()

    assert model.name == f"qwen3@{provider.url}"
    assert model.traits.context_tokens == 40_960


@pytest.mark.parametrize(
    ("entry", "tokens"),
    [
        ({"meta": {"n_ctx": 4_096}}, 4_096),
        ({"context_length": 8_192}, 8_192),
        ({"meta": None}, USUAL_CONTEXT),
    ],
)
def test_the_context_is_read_as_each_server_writes_it(
    provider: Provider, loop: BackgroundLoop, entry: dict[str, None], tokens: int
) -> None:
    provider.models = [{"id": "tiny", **entry}, {"id": "other"}]
    model = build_model(f"tiny@{provider.url}", key=SecretStr(KEY), loop=loop)
    model.close()

    assert model.traits.context_tokens == tokens


def test_several_models_at_an_address_are_named(provider: Provider, loop: BackgroundLoop) -> None:
    provider.models = [{"id": "a"}, {"id": "b"}]
    with pytest.raises(ModelUnusable, match=r"serves 2 models \(a, b\); name one"):
        build_model(provider.url, key=SecretStr(KEY), loop=loop)


def test_a_name_and_a_context_are_taken_without_asking(provider: Provider, loop: BackgroundLoop) -> None:
    build_model(f"org/tiny@{provider.url}", key=None, loop=loop, context_tokens=8_000).close()

    assert provider.listed == 0


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ("gpt-5", "write it like openai:gpt-5"),
        ("sk-put-here-by-mistake-1234", "ERRAND_MODEL is '…'"),
        ("openai:", "write it like"),
        ("ftp://127.0.0.1/v1", "write it like"),
        ("nobody:model", "'nobody' is no known provider"),
        ("groq:llama", r"pip install 'pydantic-ai-slim\[groq\]'"),
        ("http://me:secret@127.0.0.1/v1", "ERRAND_MODEL_KEY"),
        ("tiny@http://127.0.0.1/v1?key=secret", "ERRAND_MODEL_KEY"),
    ],
)
def test_a_setting_that_can_not_be_followed_is_refused(loop: BackgroundLoop, named: str, words: str) -> None:
    with pytest.raises(ModelUnusable, match=words) as raised:
        build_model(named, key=SecretStr("k"), loop=loop)

    assert "secret@" not in str(raised.value)


@pytest.mark.parametrize(
    ("named", "tokens"), [("openai:gpt-5", 400_000), ("anthropic:claude-sonnet-4-6", 1_000_000)]
)
def test_a_hosted_model_is_known_by_name(loop: BackgroundLoop, named: str, tokens: int) -> None:
    model = build_model(named, key=SecretStr("k"), loop=loop)
    model.close()

    assert (model.name, model.traits.context_tokens, model.traits.tools) == (named, tokens, True)
