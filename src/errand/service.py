"""Everything that a frontend can ask; the only door."""

import contextlib
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol

from errand.capability import CapabilityDescription, Catalogue
from errand.domain.artifact import Artifact
from errand.domain.budget import Cost, CostsBy
from errand.domain.errors import InputRefused, NotFound, PlanRefused
from errand.domain.event import Event
from errand.domain.finding import Finding
from errand.domain.ids import LOCAL, Principal, SubtaskAddress, SubtaskKey, TaskId
from errand.domain.json import JsonObject
from errand.domain.plan import Proposal
from errand.domain.question import QuestionView
from errand.domain.request import Limits, Request
from errand.domain.task import PLAN, SubtaskView, TaskStatus, TaskView
from errand.engine import Engine
from errand.model import Role
from errand.models.installed import InstalledModels
from errand.models.installed import ModelView as ModelView
from errand.planning.planner import Planner
from errand.store import reading
from errand.store.artifacts import ArtifactFolder
from errand.store.database import Database
from errand.store.record import task_record
from errand.store.registry import WorkerRegistry, WorkerView
from errand.store.spending import Spending

LONGEST_REQUEST = 100_000
"""Characters."""
MOST_ATTACHMENTS = 200
LONGEST_ATTACHED_NAME = 100
"""Characters before the ending; what is longer is cut."""
_LONGEST_ENDING = 10
HIGHEST_LIMIT = 10**15
"""Of microdollars, tokens or calls."""
LONGEST_TIME_LIMIT = 366 * 24 * 3600.0
"""Seconds."""


class Inspected(Protocol):
    @property
    def media_type(self) -> str: ...


Inspect = Callable[[Path], Inspected]
"""Looks at a file before anything is stored. Raises InputRefused when it can not be used."""


@dataclass(frozen=True, slots=True)
class CapabilityView:
    description: CapabilityDescription
    offered: bool
    why_not: tuple[str, ...] = ()
    """How to get what is missing."""


class Installation(Protocol):
    """What a process was started with: the service, and the means to work off tasks itself."""

    @property
    def service(self) -> "Service": ...
    @property
    def health_port(self) -> int: ...
    def locked(self) -> AbstractContextManager[None]:
        """Hold the lock on working here. Raises HomeInUse when another process does."""
        ...

    def working(self, only: TaskId | None = None) -> AbstractContextManager["Working"]:
        """Worker and rescuer of this process, for all tasks or only one. Hold the lock meanwhile."""
        ...

    def examine(self) -> Sequence[Finding]: ...
    def close(self) -> None: ...


class Working(Protocol):
    def check(self) -> None:
        """Raises StoreUnavailable when this process had to give up working."""
        ...


class Service:
    """Lives as long as the process; used by any number of threads at once."""

    def __init__(
        self,
        engine: Engine,
        database: Database,
        artifacts: ArtifactFolder,
        registry: WorkerRegistry,
        catalogue: Catalogue,
        planner: Callable[[], Planner],
        inspect: Inspect,
        models: InstalledModels,
        spending: Spending,
    ) -> None:
        self._engine, self._database, self._artifacts = engine, database, artifacts
        self._registry, self._catalogue = registry, catalogue
        self._planner, self._inspect, self._models = planner, inspect, models
        self._spending = spending

    # -- asking ----------------------------------------------------------------------------------------

    def submit(
        self,
        text: str,
        attachments: Sequence[Path] = (),
        *,
        limits: Limits | None = None,
        principal: Principal = LOCAL,
        origin: str = "cli",
    ) -> TaskId:
        """Raises InputRefused before anything is stored when the text or a file can not be used, and
        NothingFits when there is no plan for it: who asked is still there to say it otherwise. Where a
        language model plans, only what costs nothing is looked at before. Raises LimitReached when the
        principal's time for today is used up."""
        _refuse_unusable(limits := limits or Limits())
        self._spending.refuse_when_time_is_over(principal)
        looked_at = self._look_at(text, attachments)
        if self._models.serves(Role.PLAN):
            _refuse_missing_files(text, looked_at)
        else:
            with contextlib.suppress(PlanRefused):  # a planner's defect: the subtask that plans tells of it
                self._plan(text, looked_at)
        stored = tuple(
            Artifact(name, kind, path.stat().st_size, self._artifacts.put_file(path), {"attached": True})
            for path, name, kind in looked_at
        )
        allowed = self._spending.allowed(limits)
        return self._engine.submit(Request(text.strip(), stored, principal, origin, allowed))

    def propose(self, text: str, attachments: Sequence[Path] = ()) -> Proposal:
        """The plan that a request would get; nothing is stored but what a model took for it. Raises
        NothingFits, InputRefused, ModelUnusable."""
        looked_at = self._look_at(text, attachments)
        self._models.check()
        return self._plan(text, looked_at)

    def plannable(self) -> Mapping[str, CapabilityDescription]:
        return {name: each for name, each in self._catalogue.descriptions().items() if name != PLAN}

    def _plan(self, text: str, looked_at: Sequence[tuple[Path, str, str]]) -> Proposal:
        return self._planner().propose(_request(text, looked_at), self.plannable())

    def _look_at(self, text: str, attachments: Sequence[Path]) -> list[tuple[Path, str, str]]:
        """Path, name and media type of each file; the names differ."""
        if not text.strip():
            raise InputRefused('The request is empty: say what is to be done, as in `errand run "…"`.')
        if not _can_be_stored(text):
            raise InputRefused("The request holds bytes that are not text in UTF-8: type it again.")
        if len(text) > LONGEST_REQUEST:
            raise InputRefused(
                f"The request has {len(text)} characters, more than {LONGEST_REQUEST}: "
                "attach long text as a file."
            )
        looked_at: list[tuple[Path, str, str]] = []
        names: set[str] = set()
        for path in _files(attachments):
            name = _unused(_shown_name(path.name), names)
            names.add(name)
            looked_at.append((path, name, self._inspect(path).media_type))
        return looked_at

    # -- watching --------------------------------------------------------------------------------------

    def find(self, beginning: str) -> TaskId:
        """The task whose id begins so. Raises NotFound when none or several do."""
        with self._database.read() as tx:
            found = reading.task_ids_like(tx, beginning)
        if len(found) > 1 and beginning not in found:
            raise NotFound(f"Several tasks begin with {beginning!r}: give more of the id.")
        if not found:
            raise NotFound(f"There is no task {beginning}; `errand tasks` lists them.")
        return found[0] if beginning not in found else TaskId(beginning)

    def task(self, task: TaskId) -> TaskView:
        with self._database.read() as tx:
            view = reading.task_view(tx, task)
        if view is None:
            raise NotFound(f"There is no task {task}; `errand tasks` lists them.")
        return view

    def tasks(self, status: TaskStatus | None = None, limit: int = 50) -> list[TaskView]:
        """Newest first."""
        with self._database.read() as tx:
            return reading.task_views(tx, status=status, limit=limit)

    def count_tasks(self) -> dict[TaskStatus, int]:
        """How many tasks there are in each status, 0 included."""
        with self._database.read() as tx:
            counted = reading.task_counts(tx)
        return {status: counted.get(status, 0) for status in TaskStatus}

    def subtasks(self, task: TaskId) -> list[SubtaskView]:
        with self._database.read() as tx:
            return reading.subtask_views(tx, task)

    def events(self, task: TaskId, after: int = 0) -> list[Event]:
        """At most 1,000; ask again from the last one's number."""
        with self._database.read() as tx:
            return reading.events(tx, task, after)

    def artifacts(self, task: TaskId) -> list[JsonObject]:
        with self._database.read() as tx:
            return reading.artifacts(tx, task)

    def content(self, sha256: str) -> bytes:
        return self._artifacts.get(sha256)

    def record(self, task: TaskId) -> JsonObject:
        """All that is known of a task, as in `task.json`."""
        with self._database.read() as tx:
            return task_record(tx, task, self._artifacts)

    def costs(self, by: CostsBy, *, task: TaskId | None = None, days: int | None = None) -> list[Cost]:
        """What models cost, the dearest first; with `days`, of today and the days before it."""
        return self._spending.costs(by, task=task, days=days)

    # -- deciding --------------------------------------------------------------------------------------

    def cancel(self, task: TaskId) -> bool:
        """False: it had ended already."""
        return self._engine.cancel(task)

    def retry(self, task: TaskId, keys: Sequence[str] = ()) -> list[str]:
        """The keys that run again: what did not succeed, or `keys`, and all that rests on it."""
        return self._engine.retry(task, keys)

    def questions(self, task: TaskId | None = None, *, only_open: bool = True) -> list[QuestionView]:
        with self._database.read() as tx:
            return reading.questions(tx, task, only_open=only_open)

    def answer(self, question: str, answer: str, by: Principal = LOCAL) -> None:
        if not answer.strip():
            raise InputRefused("The answer is empty.")
        if not _can_be_stored(answer):
            raise InputRefused("The answer holds bytes that are not text in UTF-8: type it again.")
        self._engine.answer(question, answer.strip(), by)

    def dead_letters(self, limit: int = 100) -> list[SubtaskView]:
        with self._database.read() as tx:
            return reading.dead_letters(tx, limit)

    def discard(self, task: TaskId, key: str) -> None:
        self._engine.discard(SubtaskAddress(task, SubtaskKey(key)))

    # -- the installation ------------------------------------------------------------------------------

    def capabilities(self) -> list[CapabilityView]:
        """Also those that are not offered here, and why."""
        return [
            CapabilityView(
                each.describe(), not each.missing(), tuple(need.how_to_get_it for need in each.missing())
            )
            for each in self._catalogue
        ]

    def workers(self) -> list[WorkerView]:
        return self._registry.workers()

    def models(self, *, again: bool = False) -> list[ModelView]:
        """The language models that are set up, the main one first; those of which nothing is known are tried
        out, and with `again` all."""
        return self._models.views(again=again)


def _request(text: str, looked_at: Sequence[tuple[Path, str, str]]) -> Request:
    """As a planner sees it: nothing is stored yet."""
    files = (
        Artifact(name, kind, path.stat().st_size, "0" * 64, {"attached": True})
        for path, name, kind in looked_at
    )
    return Request(text.strip(), tuple(files))


def _refuse_missing_files(text: str, looked_at: Sequence[tuple[Path, str, str]]) -> None:
    from errand.planning.files_named import missing_files, not_attached

    if missing := missing_files(_request(text, looked_at)):
        raise InputRefused(not_attached(missing))


def _refuse_unusable(limits: Limits) -> None:
    wall = limits.wall_seconds
    if wall is not None and not 0 < wall <= LONGEST_TIME_LIMIT:
        raise InputRefused("The time limit must be more than 0 seconds and at most 366 days.")
    for each in (limits.microdollars, limits.tokens, limits.calls):
        if each is not None and not 0 <= each <= HIGHEST_LIMIT:
            raise InputRefused("A limit on money, tokens or calls must be 0 or more, and at most a billion.")


def _can_be_stored(text: str) -> bool:
    """No half of a surrogate pair, which stands for a byte that was not UTF-8."""
    return not any("\ud800" <= each <= "\udfff" for each in text)


def _files(attachments: Sequence[Path]) -> list[Path]:
    """A folder stands for all files in it, without hidden ones."""
    found: list[Path] = []
    for path in attachments:
        try:
            inside = _inside(path) if path.is_dir() else [path]
        except OSError as error:
            raise InputRefused(f"{path} can not be read ({error.strerror}): check the name.") from error
        if not inside:
            raise InputRefused(f"The folder {path} holds no files: attach one that does, or the files.")
        found += inside
    if len(found) > MOST_ATTACHMENTS:
        raise InputRefused(f"More than {MOST_ATTACHMENTS} files are attached: attach fewer.")
    return found


def _inside(folder: Path) -> list[Path]:
    """Folders in it too; a link to a folder is not followed, so that there is an end."""
    found = (path for path in folder.rglob("*") if path.is_file())
    shown = (path for path in found if not _is_hidden(path.relative_to(folder)))
    return sorted(islice(shown, MOST_ATTACHMENTS + 1))


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _shown_name(name: str) -> str:
    """As it stands in reports: one line, nothing that looks like a tag, room for what is added to it."""
    kept = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029<>]", "_", name.encode(errors="replace").decode())
    stem, dot, ending = kept.rpartition(".")
    if not stem or len(ending) > _LONGEST_ENDING:
        stem, dot, ending = kept, "", ""
    return f"{stem[:LONGEST_ATTACHED_NAME]}{dot}{ending}"


def _unused(name: str, used: set[str]) -> str:
    path, n, free = Path(name), 2, name
    while free in used:
        free, n = f"{path.stem} ({n}){path.suffix}", n + 1
    return free
