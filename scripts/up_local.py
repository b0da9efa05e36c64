"""Everything that Errand needs as several processes, on this machine, without Docker.

    python scripts/up_local.py [--workers 2] [--slots 4]

Redis and PostgreSQL come from the system's packages and listen on free ports of loopback, with passwords made
for this one time; with them run an API, a rescuer and the workers. `.errand-local` holds the settings
to use, for `source`. A process that dies is started again. Ctrl-C or SIGTERM ends all, and deletes the data;
a second one waits for nothing. None of it outlives this process, however it ends.
"""

import argparse
import ctypes
import fcntl
import os
import re
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = ROOT / ".errand-local"
START_SECONDS = 60.0
"""Until a server answers."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 30.0
"""Before a process that died is started again; it doubles until one has run for longer than the longest."""
DRAIN_SECONDS = 20.0
"""For what the workers do when all is to end."""
LOOK_SECONDS = 0.2


class NotPossible(Exception):
    """A sentence that says why, and what to do."""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="make up-local")
    parser.add_argument("--workers", type=int, default=2, metavar="N")
    parser.add_argument("--slots", type=int, default=4, metavar="N")
    wanted = parser.parse_args(arguments)
    stop = _told_to_stop()
    try:
        with _alone(), ExitStack() as running:
            _run(wanted.workers, wanted.slots, stop, running)
    except NotPossible as error:
        print(error, file=sys.stderr)
        return 1
    print("Stopped; all data is deleted.")
    return 0


_hurry = threading.Event()
"""Set when it was told to stop for the second time."""


def _told_to_stop() -> threading.Event:
    told = threading.Event()

    def stop(number: int, frame: object) -> None:
        del number, frame
        (_hurry if told.is_set() else told).set()

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, stop)
    return told


@contextmanager
def _alone() -> Iterator[None]:
    """One of this checkout at a time: `.errand-local` is the settings of one. Raises NotPossible."""
    with Path(__file__).open("rb") as own:
        try:
            fcntl.flock(own, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise NotPossible(
                "`make up-local` runs from here already: use it by `source .errand-local`, or end it by "
                "Ctrl-C."
            ) from error
        _forget_killed()
        yield


def _forget_killed() -> None:
    """What one left that was killed. Nothing of it runs any more."""
    if not SETTINGS.exists():
        return
    homes = re.findall(r"^export ERRAND_HOME=(.+)$", SETTINGS.read_text(encoding="utf-8"), re.MULTILINE)
    for folder in (Path(shlex.split(each)[0]).parent for each in homes):
        if folder.name.startswith(_FOLDER) and folder.parent == Path(tempfile.gettempdir()):
            shutil.rmtree(folder, ignore_errors=True)
    SETTINGS.unlink()


_FOLDER = "errand-local-"


def _run(workers: int, slots: int, stop: threading.Event, running: ExitStack) -> None:
    print("Starting Redis and PostgreSQL …", flush=True)
    folder = running.enter_context(_folder())
    redis_url = running.enter_context(_redis(folder, stop))
    database_url = running.enter_context(_postgresql(folder, stop))
    settings = {
        "ERRAND_DATABASE_URL": database_url,
        "ERRAND_BROKER_URL": redis_url,
        "ERRAND_HOME": str(folder / "home"),
        "ERRAND_API_PORT": str(_free_port()),
    }
    if stop.is_set():
        return
    print("Starting Errand's processes …", flush=True)
    _migrate(settings)
    running.enter_context(_written(settings))
    names = ["api", "rescuer", *(f"worker-{n}" for n in range(1, workers + 1))]
    processes = [_Supervised(each, _command(each, slots), settings, folder / "logs") for each in names]
    running.callback(_end_all, processes)
    _tell(settings, folder / "logs", workers, slots)
    while not stop.wait(LOOK_SECONDS):
        for each in processes:
            each.look()
    print("Stopping: what runs is finished first. Ctrl-C again does not wait for it.", flush=True)


def _command(name: str, slots: int) -> list[str]:
    kind = name.partition("-")[0]
    more = ["--slots", str(slots)] if kind == "worker" else []
    return [sys.executable, "-m", "errand", kind, *more]


def _tell(settings: Mapping[str, str], logs: Path, workers: int, slots: int) -> None:
    print(f"Redis, PostgreSQL, an API, a rescuer and {workers} workers of {slots} slots run; logs: {logs}")
    print(f"The API is at http://127.0.0.1:{settings['ERRAND_API_PORT']}. In another shell:\n")
    print(f"  source {SETTINGS.name}      # addresses, passwords, and where `errand` is")
    print('  errand workers\n  errand run "…"\n')
    print("Ctrl-C ends all of it and deletes the data.", flush=True)


# -- the servers -------------------------------------------------------------------------------------------


@contextmanager
def _folder() -> Iterator[Path]:
    """For all data; PostgreSQL, which may be another user, must be able to pass through."""
    folder = Path(tempfile.mkdtemp(prefix=_FOLDER))
    folder.chmod(0o711)
    try:
        for name in ("home", "logs", "redis"):
            (folder / name).mkdir(mode=0o700)
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def _redis(folder: Path, stop: threading.Event) -> Iterator[str]:
    program = shutil.which("redis-server")
    if program is None:
        raise NotPossible(_MISSING)
    port, password = _free_port(), secrets.token_urlsafe(24)
    setup = _private(folder / "redis" / "redis.conf")
    setup.write_text(
        f"bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir {setup.parent}\nsave ''\nappendonly no\n",
        encoding="utf-8",
    )

    def answers() -> bool:
        try:
            with redis.Redis(port=port, password=password, socket_timeout=1.0) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    with _server("Redis", [program, str(setup)], folder / "logs" / "redis.log", answers, stop, _Owner()):
        yield f"redis://:{password}@127.0.0.1:{port}/0"


@contextmanager
def _postgresql(folder: Path, stop: threading.Event) -> Iterator[str]:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    program = str(found[-1]) if found else shutil.which("postgres")
    if program is None:
        raise NotPossible(_MISSING)
    owner = _Owner("postgres") if os.geteuid() == 0 else _Owner()  # it refuses to run as root
    port, password = _free_port(), secrets.token_urlsafe(24)
    place = folder / "postgresql"
    place.mkdir(mode=0o700)
    word = _private(place / "password")
    word.write_text(password, encoding="utf-8")
    owner.take(place, word)
    made = subprocess.run(
        [str(Path(program).with_name("initdb")), "--pgdata", str(place / "data"), "--username=errand",
         "--auth=scram-sha-256", f"--pwfile={word}", "--encoding=UTF8", "--locale=C"],
        cwd=place, capture_output=True, text=True, check=False, user=owner.name, group=owner.name,
        extra_groups=owner.more_groups,
    )  # fmt: skip
    if made.returncode:
        raise NotPossible(f"PostgreSQL could not make its data folder: {made.stderr.strip()[-500:]}")
    address = f"errand:{password}@127.0.0.1:{port}"

    def answers() -> bool:
        try:
            psycopg.connect(f"postgresql://{address}/postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    command = [program, "-D", str(place / "data"), "-p", str(port), "-h", "127.0.0.1",
               "-c", "unix_socket_directories=", "-c", "max_connections=200"]  # fmt: skip
    log = folder / "logs" / "postgresql.log"
    with _server("PostgreSQL", command, log, answers, stop, owner, farewell=signal.SIGINT):
        if not stop.is_set():
            with psycopg.connect(f"postgresql://{address}/postgres", autocommit=True) as connection:
                connection.execute("CREATE DATABASE errand")
        yield f"postgresql+psycopg://{address}/errand"


_MISSING = (
    "`make up-local` needs Redis and PostgreSQL: run `apt-get install redis-server postgresql` as root, or "
    "`scripts/setup --system`."
)


@dataclass(frozen=True)
class _Owner:
    """The user that a server runs as."""

    name: str | None = None

    @property
    def more_groups(self) -> list[int] | None:
        return [] if self.name else None

    def take(self, *paths: Path) -> None:
        for each in paths:
            if self.name:
                shutil.chown(each, self.name, self.name)


@contextmanager
def _server(
    name: str,
    command: Sequence[str],
    log: Path,
    answers: Callable[[], bool],
    stop: threading.Event,
    owner: _Owner,
    farewell: signal.Signals = signal.SIGTERM,
) -> Iterator[None]:
    """Until it answers, or somebody says stop."""
    with log.open("ab") as written:
        process = subprocess.Popen(
            command, stdout=written, stderr=written, stdin=subprocess.DEVNULL, cwd=log.parent.parent,
            start_new_session=True, user=owner.name, group=owner.name,
            extra_groups=owner.more_groups, preexec_fn=_ends_with_parent(farewell),
        )  # fmt: skip
    try:
        until = time.monotonic() + START_SECONDS
        while not answers() and not stop.wait(LOOK_SECONDS):
            if process.poll() is not None or time.monotonic() > until:
                said = log.read_text(encoding="utf-8", errors="replace").strip()
                raise NotPossible(f"{name} did not start: {said[-1000:] or 'it said nothing.'}")
        yield
    finally:
        if process.poll() is None:
            process.send_signal(farewell)
        process.wait()


def _ends_with_parent(farewell: signal.Signals) -> Callable[[], None]:
    """Run in a new process: it gets the signal when this one dies (prctl(2), PR_SET_PDEATHSIG)."""
    libc, parent = ctypes.CDLL(None, use_errno=True), os.getpid()

    def ask() -> None:
        if libc.prctl(1, int(farewell), 0, 0, 0) != 0 or os.getppid() != parent:
            os._exit(1)

    return ask


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _private(path: Path) -> Path:
    path.touch(mode=0o600)
    return path


# -- Errand's processes ------------------------------------------------------------------------------------


def _migrate(settings: Mapping[str, str]) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "errand", "tasks"],
        env=os.environ | settings, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if ran.returncode:
        raise NotPossible(ran.stderr.strip() or "The tables could not be made.")


@contextmanager
def _written(settings: Mapping[str, str]) -> Iterator[None]:
    """It holds passwords, and is nobody else's to read."""
    SETTINGS.unlink(missing_ok=True)
    _private(SETTINGS).write_text(_exports(settings), encoding="utf-8")
    try:
        yield
    finally:
        SETTINGS.unlink(missing_ok=True)


def _exports(settings: Mapping[str, str]) -> str:
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in settings.items()]
    return "".join([*lines, f'export PATH={shlex.quote(str(Path(sys.executable).parent))}:"$PATH"\n'])


@dataclass
class _Supervised:
    """A process that is started again when it dies, after a pause that grows."""

    name: str
    command: Sequence[str]
    settings: Mapping[str, str]
    logs: Path
    pause: float = FIRST_PAUSE_SECONDS
    due: float | None = None
    started: float = 0.0
    process: "subprocess.Popen[bytes]" = field(init=False)

    def __post_init__(self) -> None:
        self._start()

    def look(self) -> None:
        status = self.process.poll()
        if status is None:
            return
        now = time.monotonic()
        if self.due is None:
            if now - self.started > LONGEST_PAUSE_SECONDS:
                self.pause = FIRST_PAUSE_SECONDS
            self.due = now + self.pause
            print(f"{self.name} ended ({status}); it is started again in {self.pause:.0f} s.", flush=True)
            self.pause = min(2 * self.pause, LONGEST_PAUSE_SECONDS)
        elif now >= self.due:
            self._start()

    def _start(self) -> None:
        self.due, self.started = None, time.monotonic()
        with (self.logs / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command, env=self._environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,  # a Ctrl-C is told by us, in order
                preexec_fn=_ends_with_parent(signal.SIGKILL),
            )  # fmt: skip

    def _environment(self) -> dict[str, str]:
        usual = {"ERRAND_LOG_LEVEL": "info", "ERRAND_DRAIN_SECONDS": str(DRAIN_SECONDS)}
        return {**usual, **os.environ, **self.settings}


def _end_all(processes: Sequence[_Supervised]) -> None:
    for each in processes:
        each.process.terminate()
    until = time.monotonic() + DRAIN_SECONDS + 10.0
    while any(each.process.poll() is None for each in processes):
        if time.monotonic() > until or _hurry.wait(LOOK_SECONDS):
            break
    for each in processes:
        each.process.kill()
        each.process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
