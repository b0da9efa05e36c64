"""What a path needs to answer: the service of this process, and the task that is named."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from errand.domain.ids import TaskId
from errand.service import Installation, Service


@dataclass(frozen=True, slots=True)
class Here:
    """Lives as long as the application."""

    installation: Installation
    is_stopping: Callable[[], bool]
    """Streams end soon after it says so."""

    @property
    def service(self) -> Service:
        return self.installation.service


def asked(request: Request) -> Here:
    here: Here = request.app.state.here
    return here


Asked = Annotated[Here, Depends(asked)]


def _known(here: Asked, task: str) -> TaskId:
    return here.service.find(task)


Known = Annotated[TaskId, Depends(_known)]
"""How an id begins is enough where it is clear. Raises NotFound."""
