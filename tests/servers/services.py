"""Real Redis and PostgreSQL for one run, on free ports of this machine, with data in a temporary folder.

Nothing here depends on pytest: benchmarks and long runs use the same.
"""

import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
import redis

LOOPBACK = "127.0.0.1"
LONG_ENOUGH_SECONDS = 120.0
"""Until a server answers, or is gone; only a defect reaches it."""
_CHOICE = random.SystemRandom()


class ProgramMissing(Exception):
    """A server that is not installed here; the sentence says how to install it."""


class Server:
    """One program from its construction until `stop`, with kills and restarts between."""

    def __init__(self, program: Path, user: str | None) -> None:
        self._program, self._user = program, user
        self._groups: list[int] | None = None if user is None else []
        self._folder = Path(tempfile.mkdtemp(prefix="errand-server-"))
        if user is not None:
            shutil.chown(self._folder, user, user)
        self.port = unused_port()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del kind, error, trace
        self.stop()

    @property
    def pid(self) -> int:
        """Raises RuntimeError when it does not run."""
        if self._process is None:
            raise RuntimeError(f"{self._program.name} was ended and not started again.")
        return self._process.pid

    def kill(self) -> None:
        """End it and the processes it started, without a word; what it had not written is lost."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Start it again on the same port with the same data; one that still runs is shut down before."""
        self._end(self._farewell)
        self._start()

    def pause(self) -> None:
        """From now on it takes connections and answers nothing, as behind a link that is half open."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def stop(self) -> None:
        """End it for good and remove its data."""
        self._end(self._farewell)
        shutil.rmtree(self._folder)

    _farewell = signal.SIGTERM

    def _command(self) -> Sequence[str]:
        raise NotImplementedError

    def _answers(self) -> bool:
        raise NotImplementedError

    def _start(self) -> None:
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command(), stdout=log, stderr=log, cwd=self._folder,
                user=self._user, group=self._user, extra_groups=self._groups,
            )  # fmt: skip
        self._until(self._answers_or_ended, "answer")

    def _answers_or_ended(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            said = (self._folder / "log").read_text(errors="replace")[-2000:]
            raise RuntimeError(f"{self._program.name} did not start:\n{said}")
        return self._answers()

    def _end(self, sent: signal.Signals) -> None:
        if self._process is None:
            return
        family = [self._process.pid, *_children(self._process.pid)]
        for pid in family if sent is signal.SIGKILL else family[:1]:
            _send(pid, sent)
        self._process.wait(LONG_ENOUGH_SECONDS)
        self._process = None
        self._until(lambda: not any(map(_runs, family)), "end")

    def _run(self, *command: str) -> None:
        done = subprocess.run(
            command, capture_output=True, cwd=self._folder, check=False,
            user=self._user, group=self._user, extra_groups=self._groups,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{Path(command[0]).name} failed:\n{done.stderr.decode(errors='replace')}")

    def _until(self, holds: Callable[[], bool], what: str) -> None:
        pause = threading.Event()
        for _ in range(int(LONG_ENOUGH_SECONDS / 0.02)):
            if holds():
                return
            pause.wait(0.02)
        raise TimeoutError(f"{self._program.name} did not {what} in {LONG_ENOUGH_SECONDS} s.")


class RedisServer(Server):
    """Redis without a password; `durable`: what it has taken outlives its being killed."""

    def __init__(self, *, durable: bool = False, host: str = LOOPBACK, more: Sequence[str] = ()) -> None:
        """`host`: the address of this machine that it listens on. `more`: options of its own.

        Raises ProgramMissing."""
        found = shutil.which("redis-server")
        if found is None:
            raise ProgramMissing("Redis is missing: apt-get install redis-server")
        super().__init__(Path(found), None)
        self._durable, self._host, self._more = durable, host, more
        self._start()

    @property
    def url(self) -> str:
        return f"redis://{self._host}:{self.port}/0"

    def client(self) -> redis.Redis:
        """A client that the caller closes."""
        return redis.Redis(self._host, self.port, socket_timeout=LONG_ENOUGH_SECONDS)

    def _command(self) -> Sequence[str]:
        kept = ("--appendonly", "yes", "--appendfsync", "always") if self._durable else ("--appendonly", "no")
        return (
            str(self._program), "--bind", self._host, "--protected-mode", "no", "--port", str(self.port),
            "--dir", str(self._folder), "--save", "", *kept, *self._more,
        )  # fmt: skip

    def _answers(self) -> bool:
        try:
            with redis.Redis(self._host, self.port, socket_timeout=1.0) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


class PostgresServer(Server):
    """PostgreSQL with the user `errand` and no password; `durable`: it waits for the disk."""

    _farewell = signal.SIGINT  # end connections, do not wait for them

    def __init__(self, *, durable: bool = False, host: str = LOOPBACK) -> None:
        """`host`: the address of this machine that it listens on; its whole network may connect.

        Raises ProgramMissing."""
        found = sorted(
            Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4])
        )
        if not found:
            raise ProgramMissing("PostgreSQL is missing: apt-get install postgresql")
        super().__init__(found[-1], "postgres" if os.geteuid() == 0 else None)  # it refuses to run as root
        self._data, self._durable, self._host, self._made = self._folder / "data", durable, host, 0
        made = ("--auth=trust", "--username=errand", "--encoding=UTF8", "--locale=C", "--no-sync")
        self._run(str(self._program.with_name("initdb")), *made, "--pgdata", str(self._data))
        with (self._data / "pg_hba.conf").open("a") as allowed:
            allowed.write("host all errand samenet trust\n")
        self._start()

    @property
    def url(self) -> str:
        """Of the database that is always there."""
        return self._url_of("postgres")

    def new_database(self, like: str = "template1") -> str:
        """The url of a fresh, empty database, or of a copy of the one at `like`, which nobody uses."""
        self._made += 1
        name, template = f"errand_{self._made}", like.rpartition("/")[2]
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        return self._url_of(name)

    def ask_for_passwords(self) -> None:
        """From now on, of every user but `errand`."""
        (self._data / "pg_hba.conf").write_text(
            "host all errand 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
        )
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute("SELECT pg_reload_conf()")

    def _url_of(self, name: str) -> str:
        return self._address(name).replace("postgresql:", "postgresql+psycopg:")

    def _address(self, name: str) -> str:
        return f"postgresql://errand@{self._host}:{self.port}/{name}"

    def _command(self) -> Sequence[str]:
        fsync = "on" if self._durable else "off"
        return (
            str(self._program), "-D", str(self._data), "-p", str(self.port), "-h", self._host,
            "-c", "unix_socket_directories=", "-c", "max_connections=200", "-c", f"fsync={fsync}",
        )  # fmt: skip

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self._address("postgres"), connect_timeout=2) as connection:
                return connection.execute("SELECT 1").fetchone() == (1,)
        except psycopg.OperationalError:
            return False


def unused_port() -> int:
    """A free port that the system gives to no outgoing connection: while a server is down, a client that
    connects again and again to such a port of its own machine may reach itself, and hold the port."""
    for port in _CHOICE.sample(range(12_000, 32_000), 200):
        if _is_free(port):
            return port
    raise RuntimeError("No free port was found in 200 tries.")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _children(pid: int) -> list[int]:
    """PostgreSQL's leave its process group, so that no signal to the group reaches them."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(each) for each in listed.read_text().split()] if listed.exists() else []


def _runs(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def _send(pid: int, sent: signal.Signals) -> None:
    try:
        os.kill(pid, sent)
    except ProcessLookupError:
        return  # it ended by itself
