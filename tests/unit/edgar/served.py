"""An HTTP server on this machine that answers like EDGAR, faults included."""

import json
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from errand.domain.json import Json


@dataclass(frozen=True)
class Answer:
    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


@dataclass
class Edgar:
    """Answers a path with what is planned for it, in order; the last answer stays."""

    url: str
    answers: dict[str, deque[Answer]] = field(default_factory=lambda: defaultdict(deque))
    asked: list[tuple[str, str]] = field(default_factory=list)
    """(path, user agent)"""

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def plan(self, path: str, *answers: Answer) -> None:
        self.answers[path] = deque(answers)

    def plan_json(self, path: str, content: Json) -> None:
        self.plan(path, Answer(json.dumps(content).encode()))

    def answer(self, path: str, user_agent: str) -> Answer:
        self.asked.append((path, user_agent))
        planned = self.answers.get(path, deque())
        return planned.popleft() if len(planned) > 1 else next(iter(planned), Answer(b"no such key", 404))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    edgar: Edgar


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        answer = self.server.edgar.answer(self.path, self.headers.get("User-Agent", ""))
        self.send_response(answer.status)
        for name, value in (*answer.headers, ("Content-Length", str(len(answer.body)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the standard library's name
        """Quiet."""


@contextmanager
def served() -> Iterator[Edgar]:
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.edgar = Edgar(f"http://127.0.0.1:{server.server_port}")
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.edgar
        server.shutdown()
        thread.join()


def submissions(name: str, *filings: tuple[str, str, str, str], pages: tuple[str, ...] = ()) -> Json:
    """Each filing: form, accession number, document, end of period; the newest first."""
    return {"name": name, "filings": {"recent": columns(*filings), "files": [{"name": p} for p in pages]}}


def columns(*filings: tuple[str, str, str, str]) -> Json:
    return {
        "form": [f[0] for f in filings],
        "accessionNumber": [f[1] for f in filings],
        "primaryDocument": [f[2] for f in filings],
        "reportDate": [f[3] for f in filings],
    }
