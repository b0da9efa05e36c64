"""What children carry out in tests, and how a child opens an installation of the test's."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from pydantic import BaseModel, Field

from errand.capability import AnyCapability, ArtifactRef, Context, capability
from errand.domain.budget import Amounts
from errand.domain.errors import StoreUnavailable
from errand.domain.plan import Plan
from errand.jobs import Jobs
from tests.installation import LONG_ENOUGH, Number, TestInstallation

MEGABYTE = 1_000_000


class Words(BaseModel):
    text: str = Field(default="", description="Any text.")


class Description(BaseModel):
    text: str = Field(description="How it lives.")
    sockets: list[str] = Field(description="Those that it holds open.")


class Kept(BaseModel):
    file: ArtifactRef = Field(description="A file.")


@capability("test.where")
def where(given: Number, context: Context) -> Number:
    """Say which process this is."""
    del given, context
    return Number(value=os.getpid())


@capability("test.describe")
def describe(given: Number, context: Context) -> Description:
    """Say how this process lives: session, threads, what it does on Ctrl-C and SIGTERM, sockets."""
    del given, context
    ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    usual = signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    threads = len(list(Path("/proc/self/task").iterdir()))
    own = os.getsid(0) == os.getpid()
    return Description(text=f"{own=} {ignored=} {usual=} {threads=}", sockets=sorted(sockets_open()))


@capability("test.keep")
def keep(given: Number, context: Context) -> Kept:
    """Keep a file and tell of it."""
    context.progress("about to keep it", 0.5)
    return Kept(file=context.save(ArtifactRef, "out.bin", bytes([given.value]), "application/x-bytes"))


@capability("test.cling", time_limit_seconds=0.5)
def cling(given: Words, context: Context) -> Number:
    """Start processes, also in sessions of their own, and then be stuck in C code for ever."""
    return cling_long.run(given, context)


@capability("test.cling_long")
def cling_long(given: Words, context: Context) -> Number:
    """The same, with all the time that there is."""
    del context
    shells = f"sleep 1000 & echo $! >> {given.text}; setsid sleep 1000 & echo $! >> {given.text}; wait"
    subprocess.Popen(["/bin/sh", "-c", f"({shells}) & ({shells}) &"], start_new_session=True)
    signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP})
    ctypes.PyDLL(None).pause()  # holds the lock of the interpreter: no other thread of it runs any more
    return Number(value=1)


@capability("test.dally")
def dally(given: Words, context: Context) -> Number:
    """Tell in a file that it has begun, and work until told that the job is lost."""
    Path(given.text).write_text(str(os.getpid()))
    pause = threading.Event()
    for _ in range(int(LONG_ENOUGH / 0.01)):
        pause.wait(0.01)
        context.progress("still working")
    return Number(value=1)


@capability("test.spend")
def spend(given: Words, context: Context) -> Number:
    """Set money aside, and die before it is spent."""
    context.meter.reserve("dear", "work", Amounts(microdollars=7))
    os.kill(os.getpid(), signal.Signals[given.text])
    return Number(value=1)


@capability("test.die")
def die(given: Words, context: Context) -> Number:
    """Be killed by a signal."""
    del context
    os.kill(os.getpid(), signal.Signals[given.text])
    return Number(value=1)


@capability("test.leave_process")
def leave_process(given: Number, context: Context) -> Number:
    """End the process in the middle of the work."""
    del context
    sys.stderr.flush()
    os._exit(given.value)


@capability("test.kill_above")
def kill_above(given: Number, context: Context) -> Number:
    """Kill the process that started this one."""
    del context
    os.kill(os.getppid(), signal.SIGKILL)
    threading.Event().wait(LONG_ENOUGH)
    return given


@capability("test.kill_worker")
def kill_worker(given: Words, context: Context) -> Number:
    """Kill the worker, which started the process that started this one."""
    del given, context
    status = Path(f"/proc/{os.getppid()}/status").read_text()
    os.kill(int(status.partition("PPid:")[2].split()[0]), signal.SIGKILL)
    threading.Event().wait(LONG_ENOUGH)
    return Number(value=1)


@capability("test.devour")
def devour(given: Number, context: Context) -> Number:
    """Take so many millions of bytes of memory."""
    del context
    return Number(value=len(bytearray(given.value * MEGABYTE)))


@capability("test.overflow")
def overflow(given: Number, context: Context) -> Number:
    """Find the store out of order."""
    del context
    raise StoreUnavailable(f"The disk {given.value} is full.")


OF_CHILDREN: tuple[AnyCapability, ...] = (
    where, describe, keep, cling, cling_long, dally, spend,
    die, leave_process, kill_above, kill_worker, devour, overflow,
)  # type: ignore[assignment]  # as Catalogue  # fmt: skip


@contextmanager
def open_jobs(folder: Path, database_url: str, plan: Plan) -> Iterator[Jobs]:
    """As a child of a worker on that folder and database does."""
    with closing(TestInstallation(folder, plan, more=OF_CHILDREN, database_url=database_url)) as installation:
        yield installation.jobs()


def sockets_open() -> set[str]:
    """Of this process."""
    found = set()
    for each in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # that of the listing itself
            found.add(str(each.readlink()))
    return {each for each in found if each.startswith("socket:")}
