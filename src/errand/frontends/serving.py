"""The assistant: works on every task that is submitted here, until it is told to stop."""

from collections.abc import Callable, Iterator
from contextlib import closing

from errand import __version__
from errand.domain.task import TaskView
from errand.frontends import wording
from errand.frontends.health import served
from errand.frontends.stopping import announce, told_to_stop
from errand.service import Installation, Service

LOOK_SECONDS = 0.5
_MOST_NEWS = 50


def serve(open_installation: Callable[[], Installation], port: int | None) -> int:
    """Until SIGTERM or Ctrl-C; then what runs is finished, within bounds, and the rest is kept."""
    with closing(open_installation()) as installation:
        usual = installation.health_port  # and a refusal where work is not done in one process
        _work_on_all(installation, usual if port is None else port)
    return wording.SUCCEEDED


def _work_on_all(installation: Installation, chosen: int) -> None:
    with installation.locked(), told_to_stop() as stop:
        service = installation.service
        with served(service, chosen) as address, installation.working() as work:
            announce(f"Errand {__version__} is up: {address}")
            news = _News(service)
            while not stop.wait(LOOK_SECONDS):
                work.check()
                for sentence in news.since():
                    announce(sentence)
            announce("Stopping: what runs now is finished first, the rest goes on at the next start.")
        announce("Stopped.")


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
