"""Health of a process that works, as JSON over HTTP on loopback."""

import errno
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from errand import __version__
from errand.domain.errors import SetupError, StoreUnavailable
from errand.domain.json import JsonObject
from errand.service import Service

LOOPBACK = "127.0.0.1"
_REQUEST_SECONDS = 10


@contextmanager
def served(service: Service, port: int) -> Iterator[str]:
    """Serves until left; gives the address. Raises SetupError when the port can not be had."""
    try:
        server = _Server((LOOPBACK, port), service)
    except OSError as error:
        raise SetupError(_refused(port, error)) from error
    thread = threading.Thread(target=server.serve_forever, name="health", daemon=True)
    thread.start()
    try:
        yield f"http://{LOOPBACK}:{server.server_port}/health"
    finally:
        server.shutdown()
        server.server_close()


def _refused(port: int, error: OSError) -> str:
    used = error.errno == errno.EADDRINUSE
    why = "is in use by another program" if used else f"can not be served ({error.strerror})"
    return f"Port {port} {why}: choose another by --port or ERRAND_HEALTH_PORT (0: any free one)."


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], service: Service) -> None:
        self.service, self.started = service, time.monotonic()
        super().__init__(address, _Answer)

    def health(self) -> JsonObject:
        worker = next((each for each in self.service.workers() if each.process == os.getpid()), None)
        return {
            "status": "ok",
            "version": __version__,
            "uptime_seconds": round(time.monotonic() - self.started, 1),
            "tasks": {status.value: count for status, count in self.service.count_open_tasks().items()},
            "worker": None if worker is None else {
                "id": worker.id,
                "state": worker.state.value,
                "slots": worker.slots,
                "capabilities": list(worker.offers),
                "heartbeat": worker.heartbeat.isoformat(),
            },
        }  # fmt: skip

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever asked went away."""


class _Answer(BaseHTTPRequestHandler):
    timeout = _REQUEST_SECONDS
    server: _Server
    server_version, sys_version = f"errand/{__version__}", ""

    def do_GET(self) -> None:
        if self.path.partition("?")[0] != "/health":
            self._send(404, {"error": "There is nothing here but /health."})
            return
        try:
            self._send(200, self.server.health())
        except StoreUnavailable as error:
            self._send(503, {"status": "failing", "error": str(error)})

    def _send(self, status: int, values: JsonObject) -> None:
        body = json.dumps(values, indent=2).encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
        """Not logged: it is asked every few seconds."""
