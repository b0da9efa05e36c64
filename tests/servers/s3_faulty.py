"""One object behind an HTTP server that speaks as much of S3 as reading needs, with faults on demand."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

BUSY = (
    b"<?xml version='1.0'?><Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>"
)


class FaultyServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, content: bytes, *, busy_times: int = 0, cut_times: int = 0) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.content, self.busy_times, self.cut_times = content, busy_times, cut_times
        self.asked: list[str] = []
        """The range that each request asked for, empty for all."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @contextmanager
    def running(self) -> Iterator["FaultyServer"]:
        with self:
            thread = Thread(target=self.serve_forever, args=(0.05,))
            thread.start()
            try:
                yield self
            finally:
                self.shutdown()
                thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: FaultyServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        wanted = self.headers.get("Range", "")
        self.server.asked.append(wanted)
        if self.server.busy_times:
            self.server.busy_times -= 1
            self._give(503, BUSY)
            return
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", wanted)
        whole = self.server.content
        first = int(found[1]) if found else 0
        last = int(found[2]) if found and found[2] else len(whole) - 1
        self._give(206 if found else 200, whole[first : last + 1], f"bytes {first}-{last}/{len(whole)}")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the standard library's name
        """Quiet."""

    def _give(self, status: int, body: bytes, content_range: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"one"')
        self.send_header("Last-Modified", "Sun, 01 Nov 2026 00:00:00 GMT")
        if status == 206:
            self.send_header("Content-Range", content_range)
        self.end_headers()
        if status < 300 and self.server.cut_times:
            self.server.cut_times -= 1
            body = body[: len(body) // 2]
            self.close_connection = True
        self.wfile.write(body)
