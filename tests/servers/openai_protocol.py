"""An HTTP server on this machine that speaks OpenAI's chat completions, with faults on demand.

with serving() as provider:
    provider.plan(said("Hello."), failed(503, "busy"))
    ...                                   # point a model at provider.url
    provider.asked[0].body["messages"]
"""

import json
import select
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread

from errand.domain.json import Json, JsonObject


@dataclass(frozen=True)
class Answer:
    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = "application/json"
    delay_seconds: float = 0.0
    cut_after: int | None = None
    """Send so many bytes of the body, though all are announced, and close the connection."""
    hang_up: bool = False
    """Close the connection without a word."""


@dataclass(frozen=True)
class Asked:
    path: str
    headers: dict[str, str]
    """Names in lower case."""
    body: JsonObject

    @property
    def messages(self) -> list[JsonObject]:
        given = self.body["messages"]
        assert isinstance(given, list)
        return [each for each in given if isinstance(each, dict)]


Script = Callable[[Asked], Answer]


@dataclass
class Provider:
    url: str
    """What a setting names after `@`: `http://127.0.0.1:PORT/v1`."""
    models: list[JsonObject]
    """What `GET /models` lists."""
    script: Script | None = None
    """Answers when nothing is planned."""
    planned: deque[Answer] = field(default_factory=deque)
    asked: list[Asked] = field(default_factory=list)
    """Chat completions that were asked for, in order."""
    listed: int = 0
    """How often `GET /models` was asked."""
    key: str | None = None
    """When set, any other key is refused with 401."""
    abandoned: Event = field(default_factory=Event)
    """Set when a client went away while a slow answer was on its way."""
    lock: Lock = field(default_factory=Lock)

    def plan(self, *answers: Answer) -> None:
        """Given in order, each once, before the script is asked."""
        self.planned.extend(answers)

    def answer(self, asked: Asked) -> Answer:
        with self.lock:
            self.asked.append(asked)
            if self._wrong_key(asked.headers):
                return failed(401, "Incorrect API key provided.", code="invalid_api_key")
            if self.planned:
                return self.planned.popleft()
        return self.script(asked) if self.script is not None else failed(500, "nothing is planned")

    def list_models(self, headers: dict[str, str]) -> Answer:
        self.listed += 1
        if self._wrong_key(headers):
            return failed(401, "Incorrect API key provided.", code="invalid_api_key")
        return answered({"object": "list", "data": list[Json](self.models)})

    def _wrong_key(self, headers: dict[str, str]) -> bool:
        return self.key is not None and headers.get("authorization") != f"Bearer {self.key}"


def answered(content: JsonObject) -> Answer:
    return Answer(json.dumps(content).encode())


def completed(
    message: JsonObject, *, finish: str = "stop", usage: JsonObject | None = None, model: str = "tiny"
) -> Answer:
    """A chat completion with one choice."""
    counted = usage or {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
    choice: JsonObject = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}
    return answered(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1_780_000_000,
            "model": model,
            "choices": [choice],
            "usage": counted,
        }
    )


def said(text: str, *, finish: str = "stop", usage: JsonObject | None = None) -> Answer:
    return completed({"content": text}, finish=finish, usage=usage)


def called(*calls: tuple[str, JsonObject | str], text: str | None = None) -> Answer:
    """Name and arguments of each call; arguments as text are sent as they stand."""
    made: list[Json] = [
        {
            "id": f"call_{n}",
            "type": "function",
            "function": {"name": name, "arguments": given if isinstance(given, str) else json.dumps(given)},
        }
        for n, (name, given) in enumerate(calls, start=1)
    ]
    return completed({"content": text, "tool_calls": made}, finish="tool_calls")


def declined(text: str) -> Answer:
    return completed({"content": None, "refusal": text})


def failed(
    status: int, message: str, *, code: str | None = None, headers: tuple[tuple[str, str], ...] = ()
) -> Answer:
    fault: JsonObject = {"message": message, "type": "invalid_request_error", "code": code, "param": None}
    return Answer(json.dumps({"error": fault}).encode(), status, headers)


def slow(answer: Answer, seconds: float) -> Answer:
    return replace(answer, delay_seconds=seconds)


def cut(answer: Answer, after: int | None = None) -> Answer:
    """The connection breaks in the middle of the body."""
    return replace(answer, cut_after=len(answer.body) // 2 if after is None else after)


def truncated(answer: Answer) -> Answer:
    """A whole answer by its length, whose JSON stops in the middle."""
    return replace(answer, body=answer.body[: len(answer.body) // 2])


HUNG_UP = Answer(hang_up=True)
NO_CHOICES = answered({"id": "1", "object": "chat.completion", "created": 1, "model": "tiny", "choices": []})
NOT_JSON = Answer(b"{'content': oops")
A_PAGE = Answer(b"<html><body>Welcome to the proxy</body></html>", content_type="text/html")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    provider: Provider


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._give(self.server.provider.list_models(self._heard()))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._give(self.server.provider.answer(Asked(self.path, self._heard(), body)))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the standard library's name
        """Quiet."""

    def _heard(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.headers.items()}

    def _give(self, answer: Answer) -> None:
        if answer.delay_seconds and self._gone_within(answer.delay_seconds):
            self.server.provider.abandoned.set()
            self.close_connection = True
            return
        if answer.hang_up:
            self.close_connection = True
            return
        self.send_response(answer.status)
        named = (("Content-Type", answer.content_type), ("Content-Length", str(len(answer.body))))
        for name, value in (*named, *answer.headers):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body[: answer.cut_after])
        self.close_connection = self.close_connection or answer.cut_after is not None

    def _gone_within(self, seconds: float) -> bool:
        """A client that waits for its answer sends nothing: what can be read then is the end."""
        readable, _, _ = select.select([self.connection], [], [], seconds)
        return bool(readable)


@contextmanager
def serving(
    script: Script | None = None, *, models: tuple[str, ...] = ("tiny",), key: str | None = None
) -> Iterator[Provider]:
    with _Server(("127.0.0.1", 0), _Handler) as server:
        listed: list[JsonObject] = [{"id": name, "object": "model", "owned_by": "here"} for name in models]
        provider = Provider(f"http://127.0.0.1:{server.server_port}/v1", listed, script, key=key)
        server.provider = provider
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
