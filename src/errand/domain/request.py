"""What a person asked for."""

from dataclasses import dataclass, field

from errand.domain.artifact import Artifact
from errand.domain.ids import LOCAL, Principal, TaskId


@dataclass(frozen=True, slots=True)
class Limits:
    """What a task may use; None means that only the installation's own limits apply."""

    wall_seconds: float | None = None
    microdollars: int | None = None
    tokens: int | None = None
    calls: int | None = None
    """Calls of language models."""


@dataclass(frozen=True, slots=True)
class Request:
    text: str
    attachments: tuple[Artifact, ...] = ()
    principal: Principal = LOCAL
    origin: str = "cli"
    """The frontend that it came through."""
    limits: Limits = field(default_factory=Limits)
    priority: int = 0
    """Among the tasks of the same principal, the higher first; from -100 to 100."""
    parallel: int = 0
    """So many of its subtasks run at once, at most; 0: as many as there is room for."""
    task: TaskId | None = None
    """The id that it is to have; None: any."""
