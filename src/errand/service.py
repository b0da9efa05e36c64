"""Everything that a frontend can ask; the only door."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from errand.capability import CapabilityDescription, Catalogue
from errand.dead_letters import DeadLetter as DeadLetter
from errand.dead_letters import DeadLetters
from errand.dead_letters import Retried as Retried
from errand.domain.artifact import Artifact
from errand.domain.budget import Cost, CostsBy
from errand.domain.errors import InputRefused, NotFound, PlanRefused, TaskExists
from errand.domain.event import Event
from errand.domain.finding import Finding
from errand.domain.ids import LOCAL, Principal, TaskId, WorkerId, task_id_of
from errand.domain.json import JsonObject
from errand.domain.limiting import Limit, limits
from errand.domain.plan import Proposal
from errand.domain.question import QuestionView
from errand.domain.queueing import QueueView
from errand.domain.request import Limits, Request
from errand.domain.task import PLAN, SubtaskView, TaskStatus, TaskView
from errand.domain.worker import Performance, WorkerView
from errand.engine import Engine
from errand.model import Role
from errand.models.installed import InstalledModels
from errand.models.installed import ModelView as ModelView
from errand.planning.planner import Planner
from errand.refusing import (
    LONGEST_REMARK,
    LONGEST_REQUEST,
    can_be_stored,
    refuse_limits,
    refuse_out_of_range,
    usable,
)
from errand.sessions.attachments import Attached, Inspect, looked_at
from errand.store import reading, rows
from errand.store.artifacts import Artifacts
from errand.store.database import Database
from errand.store.record import task_record
from errand.store.registry import WorkerRegistry
from errand.store.spending import Spending


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
    def health_port(self) -> int:
        """Of the one process that does everything. Raises SetupError where there is none such."""
        ...

    @property
    def works_elsewhere(self) -> bool:
        """Whether workers are processes of their own: others submit, watch and decide."""
        ...

    def locked(self) -> AbstractContextManager[None]:
        """Hold the lock on working here. Raises HomeInUse when another process does."""
        ...

    def working(self, only: TaskId | None = None) -> AbstractContextManager["Working"]:
        """Worker and rescuer of this process, for all tasks or only one. Hold the lock meanwhile. Nothing
        where others work."""
        ...

    def as_worker(self, setup: "WorkerSetup") -> AbstractContextManager["WorkerAtWork"]:
        """A worker of this process; when left it drains. Raises SetupError where one process does it all."""
        ...

    def as_rescuer(self) -> AbstractContextManager["AtWork"]:
        """A rescuer of this process. Raises as `as_worker` does."""
        ...

    def as_api(self) -> AbstractContextManager["ApiSetup"]:
        """What an API of this process is to be like; its metrics are served meanwhile."""
        ...

    def away(self) -> Sequence[str]:
        """What does not answer now, a sentence each; empty: work can be done."""
        ...

    def examine(self) -> Sequence[Finding]: ...
    def close(self) -> None: ...


class Working(Protocol):
    def check(self) -> None:
        """Raises SetupError when this process had to give up working."""
        ...


@dataclass(frozen=True, slots=True)
class WorkerSetup:
    """What a worker is started with; None: as the settings say."""

    offer: tuple[str, ...] | None = None
    slots: int | None = None
    pool: str | None = None


@dataclass(frozen=True, slots=True)
class ApiSetup:
    host: str
    port: int
    """0: any free one."""
    largest_upload: int
    """Bytes."""
    metrics: str
    """Where its metrics are served; empty: nowhere."""


class AtWork(Working, Protocol):
    @property
    def metrics(self) -> str:
        """Where its metrics are served."""
        ...


class WorkerAtWork(AtWork, Protocol):
    @property
    def worker(self) -> WorkerId: ...


class Service(DeadLetters):
    """Lives as long as the process; used by any number of threads at once."""

    def __init__(
        self,
        engine: Engine,
        database: Database,
        artifacts: Artifacts,
        registry: WorkerRegistry,
        catalogue: Catalogue,
        plannable: Callable[[], Mapping[str, CapabilityDescription]],
        planner: Callable[[], Planner],
        inspect: Inspect,
        models: InstalledModels,
        spending: Spending,
        *,
        task_parallel: int = 0,
    ) -> None:
        """`task_parallel`: how many subtasks of a task run at once where its request does not say; 0: all."""
        super().__init__(engine, database)
        self._artifacts, self._task_parallel = artifacts, task_parallel
        self._registry, self._catalogue = registry, catalogue
        self._plannable, self._planner, self._inspect, self._models = plannable, planner, inspect, models
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
        priority: int = 0,
        parallel: int | None = None,
        key: str | None = None,
    ) -> TaskId:
        """Raises InputRefused before anything is stored when the text or a file can not be used, and
        NothingFits when there is no plan for it: who asked is still there to say it otherwise. Where a
        language model plans, only what costs nothing is looked at before. Raises LimitReached when the
        principal's time for today is used up.

        What a principal hands in again by the same `key` is the same task; TaskExists when it is not the same
        request."""
        refuse_limits(limits := limits or Limits())
        refuse_out_of_range(priority, parallel)
        task = None if key is None else task_id_of(principal, key)
        again = task is not None and self._is_there(task)
        if not again:
            self._spending.refuse_when_time_is_over(principal)
        with self._looked_at(text, attachments) as files:
            if not again:
                self._refuse_unplannable(text, files)
            stored = tuple(
                Artifact(
                    each.name,
                    each.media_type,
                    each.path.stat().st_size,
                    self._artifacts.put_file(each.path),
                    {"attached": True},
                )
                for each in files
            )
        allowed = self._spending.allowed(limits)
        at_once = self._task_parallel if parallel is None else parallel
        request = Request(text.strip(), stored, principal, origin, allowed, priority, at_once, task)
        try:
            return self._engine.submit(request)
        except TaskExists:
            if task is None:
                raise  # by chance, one in 10^14
            return self._handed_in_before(task, request)

    def propose(self, text: str, attachments: Sequence[Path] = ()) -> Proposal:
        """The plan that a request would get; nothing is stored but what a model took for it. Raises
        NothingFits, InputRefused, ModelUnusable."""
        with self._looked_at(text, attachments) as files:
            self._models.check()
            return self._plan(text, files)

    def plannable(self) -> Mapping[str, CapabilityDescription]:
        return {name: each for name, each in self._plannable().items() if name != PLAN}

    def _refuse_unplannable(self, text: str, files: Sequence[Attached]) -> None:
        if self._models.serves(Role.PLAN):
            _refuse_missing_files(text, files)
            return
        with contextlib.suppress(PlanRefused):  # a planner's defect: the subtask that plans tells it
            self._plan(text, files)

    def _handed_in_before(self, task: TaskId, request: Request) -> TaskId:
        """Raises TaskExists unless it was the same request."""
        with self._database.read() as tx:
            before = reading.request_values(tx, task)
        if before != {"text": request.text, "attachments": rows.attached(request)}:
            raise TaskExists(
                f"Another request was handed in by the same key, as task {task}: use a new key for a new one."
            )
        return task

    def _is_there(self, task: TaskId) -> bool:
        with self._database.read() as tx:
            return reading.task_view(tx, task) is not None

    def _plan(self, text: str, files: Sequence[Attached]) -> Proposal:
        return self._planner().propose(_request(text, files), self.plannable())

    @contextmanager
    def _looked_at(self, text: str, attachments: Sequence[Path]) -> Iterator[tuple[Attached, ...]]:
        """Archives of code are of use only to what works with a model."""
        if not text.strip():
            raise InputRefused('The request is empty: say what is to be done, as in `errand run "…"`.')
        if not can_be_stored(text):
            raise InputRefused("The request holds bytes that are not text in UTF-8: type it again.")
        if len(text) > LONGEST_REQUEST:
            raise InputRefused(
                f"The request has {len(text)} characters, more than {LONGEST_REQUEST}: "
                "attach long text as a file."
            )
        with looked_at(attachments, self._inspect, code=self._models.serves(Role.WORK)) as files:
            yield files

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

    def tasks(
        self, status: TaskStatus | None = None, limit: int = 50, *, before: TaskId | None = None
    ) -> list[TaskView]:
        """Newest first; those that come after the task `before`."""
        with self._database.read() as tx:
            return reading.task_views(tx, status=status, limit=limit, before=before)

    def count_open_tasks(self) -> dict[TaskStatus, int]:
        """How many tasks have not ended, by status, 0 included. Those that have may be any number."""
        with self._database.read() as tx:
            counted = reading.open_task_counts(tx)
        return {status: counted.get(status, 0) for status in TaskStatus if not status.ended}

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

    def limits_of(self, view: TaskView) -> tuple[Limit, ...]:
        """What language models may take for this task: the lower one of its own and the installation's."""
        asked = Limits(**view.limits)  # type: ignore[arg-type]  # as rows.task_row wrote it
        return limits(self._spending.ceilings.task, asked)

    # -- deciding --------------------------------------------------------------------------------------

    def cancel(self, task: TaskId) -> bool:
        """False: it had ended already."""
        return self._engine.cancel(task)

    def retry(self, task: TaskId, keys: Sequence[str] = ()) -> list[str]:
        """The keys that run again: what did not succeed, or `keys`, and all that rests on it."""
        return self._engine.retry(task, keys)

    def replan(self, task: TaskId, remark: str, by: Principal = LOCAL) -> str:
        """The key of the subtask that plans the rest anew because of the remark. Raises InputRefused where
        no language model plans."""
        said = usable("remark", remark)
        if len(said) > LONGEST_REMARK:
            raise InputRefused(
                f"The remark has {len(said)} characters, more than {LONGEST_REMARK}: say it in fewer."
            )
        return self._engine.replan(task, said, by)

    def questions(self, task: TaskId | None = None, *, only_open: bool = True) -> list[QuestionView]:
        with self._database.read() as tx:
            return reading.questions(tx, task, only_open=only_open)

    def answer(self, question: str, answer: str, by: Principal = LOCAL) -> None:
        self._engine.answer(question, usable("answer", answer), by)

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
        """Those that live first, then the newest first."""
        return self._registry.workers()

    def queues(self) -> list[QueueView]:
        """What waits and runs of each capability, counted; by name."""
        return self._engine.queues()

    def performance(self) -> list[Performance]:
        """How the jobs of the last day went, by capability and worker."""
        return self._registry.performance(timedelta(days=1))

    def models(self, *, again: bool = False) -> list[ModelView]:
        """The language models that are set up, the main one first; those of which nothing is known are tried
        out, and with `again` all."""
        return self._models.views(again=again)


def _request(text: str, files: Sequence[Attached]) -> Request:
    """As a planner sees it: nothing is stored yet."""
    seen = (
        Artifact(each.name, each.media_type, each.path.stat().st_size, "0" * 64, {"attached": True})
        for each in files
    )
    return Request(text.strip(), tuple(seen))


def _refuse_missing_files(text: str, files: Sequence[Attached]) -> None:
    from errand.planning.files_named import missing_files, not_attached

    if missing := missing_files(_request(text, files)):
        raise InputRefused(not_attached(missing))
