"""How a task under way looks: a live table on a terminal, a line per event anywhere else."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from errand.domain.event import Event, EventType
from errand.domain.task import SubtaskStatus
from errand.frontends import wording
from errand.frontends.progress import Progress, Row
from errand.frontends.terminal import now

_STYLES = {
    SubtaskStatus.RUNNING: "bold",
    SubtaskStatus.WAITING: "bold yellow",
    SubtaskStatus.SUCCEEDED: "green",
    SubtaskStatus.FAILED: "red",
    SubtaskStatus.DEAD: "red",
}
_TOLD_AS_PROGRESS = (EventType.SUBTASK_TURN, EventType.SUBTASK_TOOL)
"""An agent says in a sentence of its own what it does."""
_URGENT = (SubtaskStatus.RUNNING, SubtaskStatus.WAITING, SubtaskStatus.FAILED, SubtaskStatus.DEAD)


class View(Protocol):
    """Shows a task while somebody watches."""

    def tell(self, event: Event) -> None: ...
    def refresh(self) -> None: ...


class LineView:
    """A line per event, for logs and pipes; progress of one subtask at most once a second."""

    def __init__(self, progress: Progress, out: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._progress, self._out, self._clock = progress, out, clock
        self._said: dict[str | None, float] = {}

    def tell(self, event: Event) -> None:
        ready = event.type is EventType.SUBTASK_READY and not event.data.get("why")
        if ready or event.type in _TOLD_AS_PROGRESS or self._too_soon(event):
            return
        begun = self._progress.begun or event.time
        after = f"{(event.time - begun).total_seconds():7.1f} s  "
        said = wording.event_sentence(event, self._progress.title(event.subtask))
        self._out.print(Text(after + wording.line(said)), soft_wrap=True)

    def refresh(self) -> None:
        """Everything was said as it came."""

    def _too_soon(self, event: Event) -> bool:
        if event.type is not EventType.SUBTASK_PROGRESS:
            return False
        at = self._clock()
        if at - self._said.get(event.subtask, float("-inf")) < 1.0:
            return True
        self._said[event.subtask] = at
        return False


class TableView:
    """The plan, each subtask with its state, worker, time and last message, over a bar for the whole."""

    def __init__(self, progress: Progress, live: Live, heading: str) -> None:
        self._progress, self._live, self._heading = progress, live, heading
        self._spinner = Spinner("dots")

    def tell(self, event: Event) -> None:
        """The table is drawn from the progress, which was told already."""

    def refresh(self) -> None:
        size = self._live.console.size
        drawn = picture(self._progress, self._heading, self._spinner, now(), size.width, size.height)
        self._live.update(drawn, refresh=True)


@contextmanager
def watching(progress: Progress, heading: str, out: Console) -> Iterator[View]:
    if not out.is_terminal:
        yield LineView(progress, out)
        return
    with Live(console=out, auto_refresh=False, vertical_overflow="crop") as live:
        view = TableView(progress, live, heading)
        try:
            yield view
        finally:
            view.refresh()


def picture(
    progress: Progress, heading: str, spinner: RenderableType, at: datetime, width: int, height: int
) -> RenderableType:
    """At most as high as the terminal."""
    rows = list(progress.rows.values())
    shown = _most_telling(rows, max(height - 5, 3))
    table = Table.grid(padding=(0, 1, 0, 0), expand=True)
    table.add_column(width=1)
    table.add_column(ratio=5, no_wrap=True, overflow="ellipsis")
    table.add_column(no_wrap=True, style="dim", max_width=5 if width < 100 else 20, overflow="ellipsis")
    table.add_column(no_wrap=True, justify="right", min_width=8)
    table.add_column(ratio=4, no_wrap=True, overflow="ellipsis", style="dim")
    for row in shown:
        table.add_row(*_cells(row, spinner, at, width))
    parts: list[RenderableType] = [Text(wording.line(heading, width), style="bold"), table]
    if len(shown) < len(rows):
        parts.append(Text(f"  … and {len(rows) - len(shown)} more", style="dim"))
    return Group(*parts, _bar(progress, at))


def _cells(row: Row, spinner: RenderableType, at: datetime, width: int) -> list[RenderableType]:
    style = "dim" if row.gone else _STYLES.get(row.status, "dim")
    running = row.status is SubtaskStatus.RUNNING
    mark = spinner if running else Text(wording.MARKS[row.status], style=style)
    spent = wording.between(row.started, at if running else row.ended)
    worker = row.worker if width >= 100 else row.worker.rpartition("-")[2]
    message = "" if row.status is SubtaskStatus.SUCCEEDED else wording.line(row.message)
    if row.fraction is not None:
        message = f"{row.fraction:.0%} {message}"
    return [mark, Text(wording.line(row.title), style=style), Text(worker), Text(spent), Text(message)]


def _bar(progress: Progress, at: datetime) -> RenderableType:
    done, total = progress.done, len(progress.rows)
    spent = wording.between(progress.begun, at)
    bar = Table.grid(padding=(0, 1, 0, 0), expand=True)
    bar.add_column(ratio=1)
    bar.add_column(no_wrap=True)
    bar.add_row(ProgressBar(total=total, completed=done), Text(f"{done} of {total} steps  {spent}"))
    return bar


def _most_telling(rows: list[Row], most: int) -> list[Row]:
    """In the plan's order: what runs or went wrong, then what ended last, then what comes next."""
    if len(rows) <= most:
        return rows
    weight = {row.key: _weight(row, n) for n, row in enumerate(rows)}
    chosen = set(sorted(weight, key=weight.__getitem__)[:most])
    return [row for row in rows if row.key in chosen]


def _weight(row: Row, position: int) -> tuple[int, float]:
    if row.status in _URGENT and not row.gone:
        return 0, position
    if row.status.ended:
        return 1, -(row.ended.timestamp() if row.ended else 0.0)
    return 2, position
