"""A process that stands until it is told to stop: its signals, and the lines that it says."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from errand.frontends import wording
from errand.frontends.terminal import console, tell


@contextmanager
def told_to_stop() -> Iterator[threading.Event]:
    """Set by the first SIGTERM or Ctrl-C; a second one ends the process at once."""
    told = threading.Event()
    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}

    def stop(number: int, frame: object) -> None:
        del number, frame
        told.set()
        for each in before:
            signal.signal(each, signal.SIG_DFL)

    for each in before:
        signal.signal(each, stop)
    try:
        yield told
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def announce(text: str) -> None:
    """A line on standard output, at once."""
    out = console()
    tell(out, wording.line(text))
    out.file.flush()
