"""The API as a process: uvicorn on a socket, until it is told to stop."""

import errno
import ipaddress
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from errand import __version__
from errand.domain.errors import SetupError
from errand.frontends import wording
from errand.frontends.processes import metrics_at, opened
from errand.frontends.rest.app import VERSION, build_app
from errand.frontends.stopping import announce, told_to_stop
from errand.service import ApiSetup, Installation

GOODBYE_SECONDS = 5
"""For requests under way when the process is told to stop."""
_LOOK_SECONDS = 0.5
_ANY = ("0.0.0.0", "::")  # noqa: S104  # compared with, not bound to


def serve_api(open_installation: Callable[[], Installation], host: str | None, port: int | None) -> int:
    """Until SIGTERM or Ctrl-C; then requests under way are answered."""
    with told_to_stop() as stop, opened(open_installation, stop) as installation:
        if installation is None:
            return wording.SUCCEEDED
        with installation.as_api() as setup, _listening(host or setup.host, port, setup) as listener:
            address = _shown(listener)
            if not _is_loopback(listener.getsockname()[0]):
                sys.stderr.write(f"errand: {_OPEN}\n")
            with _served(installation, setup, listener, host or setup.host) as failed:
                announce(f"Errand {__version__} API is ready: {address}{VERSION}{metrics_at(setup.metrics)}.")
                while not stop.wait(_LOOK_SECONDS) and not failed():
                    pass
    announce("Stopped.")
    return wording.SUCCEEDED


_OPEN = (
    "Whoever reaches this address can hand in tasks and see all of them, since there is no login yet: let "
    "only a network that you trust reach it."
)


@contextmanager
def _listening(host: str, port: int | None, setup: ApiSetup) -> Iterator[socket.socket]:
    wanted = setup.port if port is None else port
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, wanted), family=family, backlog=2048)
    except OSError as error:
        used = error.errno == errno.EADDRINUSE
        why = "is in use by another program" if used else f"can not be had ({error.strerror})"
        raise SetupError(
            f"Port {wanted} of {host} {why}: choose another by --port or ERRAND_API_PORT (0: any free one), "
            "or by ERRAND_API_HOST."
        ) from error
    with listener:
        yield listener


@contextmanager
def _served(
    installation: Installation, setup: ApiSetup, listener: socket.socket, host: str
) -> Iterator[Callable[[], bool]]:
    """Gives whether it has ended by itself."""
    names = ("*",) if host in _ANY else (host,)
    app = build_app(
        installation,
        largest_upload=setup.largest_upload,
        hosts=names,
        is_stopping=lambda: server.should_exit,
    )
    config = uvicorn.Config(
        app, http="httptools", loop="asyncio", lifespan="off", log_config=None, access_log=False,
        server_header=False, timeout_graceful_shutdown=GOODBYE_SECONDS,
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), name="api", daemon=True)
    thread.start()
    try:
        yield lambda: not thread.is_alive()
    finally:
        server.should_exit = True
        thread.join()


def _shown(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _is_loopback(address: str) -> bool:
    return ipaddress.ip_address(address).is_loopback
