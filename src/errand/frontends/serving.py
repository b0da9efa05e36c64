"""The assistant: works on every task that is submitted here, until it is told to stop."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from errand import __version__
from errand.domain.task import TaskView
from errand.frontends import wording
from errand.frontends.health import served
from errand.frontends.terminal import console, tell
from errand.service import Installation, Service

LOOK_SECONDS = 0.5
_MOST_NEWS = 50


def serve(open_installation: Callable[[], Installation], port: int | None) -> int:
    """Until SIGTERM or Ctrl-C; then what runs is finished, within bounds, and the rest is kept."""
    with closing(open_installation()) as installation, installation.locked(), _told_to_stop() as stop:
        service = installation.service
        chosen = installation.health_port if port is None else port
        with served(service, chosen) as address, installation.working() as work:
            _say(f"Errand {__version__} is up: {address}")
            news = _News(service)
            while not stop.wait(LOOK_SECONDS):
                work.check()
                for sentence in news.since():
                    _say(sentence)
            _say("Stopping: what runs now is finished first, the rest goes on at the next start.")
        _say("Stopped.")
    return wording.SUCCEEDED


class _News:
    """Which of the newest tasks have changed since somebody last looked."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._known = {each.id: each.shown_status for each in service.tasks(limit=_MOST_NEWS)}

    def since(self) -> Iterator[str]:
        for task in reversed(self._service.tasks(limit=_MOST_NEWS)):
            if self._known.get(task.id) != task.shown_status:
                self._known[task.id] = task.shown_status
                yield _sentence(task)


def _sentence(task: TaskView) -> str:
    after = wording.between(task.created, task.ended)
    spent = f" after {after}" if after else ""
    return f"{task.id}  {task.shown_status}{spent}  {wording.line(task.text, 80)}"


@contextmanager
def _told_to_stop() -> Iterator[threading.Event]:
    """Set by the first signal; a second one ends the process at once."""
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


def _say(text: str) -> None:
    out = console()
    tell(out, wording.line(text))
    out.file.flush()
