"""What Linux is asked about processes, and told: prctl(2), /proc (proc(5)), getrusage(2)."""

import contextlib
import ctypes
import os
import resource
import signal
from collections import defaultdict
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_LIKELY_VICTIM = "500"
"""Of -1000 to 1000: how much sooner than others the kernel ends it when memory runs out."""


def die_with(parent: int) -> None:
    """This process is killed when that one dies, which is the one that started it."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before it was asked for
        os._exit(1)


def adopt_orphans() -> None:
    """What this process has started stays below it, also when what stood between them has ended."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def go_first_when_memory_runs_out() -> None:
    with contextlib.suppress(OSError):  # not allowed everywhere, and only a wish
        Path("/proc/self/oom_score_adj").write_text(_LIKELY_VICTIM)


def limit_memory(megabytes: int | None) -> None:
    """Of millions of bytes that this process may write to, and each that it starts; beyond it, MemoryError.
    No core files."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if megabytes is not None:
        resource.setrlimit(resource.RLIMIT_DATA, (megabytes * 1_000_000,) * 2)


def largest_resident_bytes() -> int:
    """The most memory that this process has had at once."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def children_of(pid: int) -> list[int]:
    return _by_parent()[pid]


def kill_all(roots: list[int]) -> None:
    """These processes and all that descends from them. What they start meanwhile becomes an orphan."""
    below = _by_parent()
    left = list(roots)
    while left:
        pid = left.pop()
        left += below[pid]
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _by_parent() -> defaultdict[int, list[int]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    for each in os.scandir("/proc"):
        if each.name.isdecimal():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
                stat = Path(each.path, "stat").read_bytes()
                _state, parent = stat.rpartition(b")")[2].split()[:2]
                found[int(parent)].append(int(each.name))
    return found


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option}, {value})")
