"""`python -m tests.e2e.chaos.program …`: the command line, with one capability that acts on the outside.

The outside is the file at CHAOS_OUTSIDE. A request is a text of `tests.e2e.chaos.plans`.
"""

import os
import sys
import time
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from errand.capability import Capability, CapabilityDescription, Context, Effects, capability
from errand.config import read_settings
from errand.container.abilities import Abilities
from errand.container.distributed import Distributed
from errand.container.embedded import Embedded
from errand.container.opening import open_installation
from errand.domain.ids import SubtaskKey
from errand.domain.plan import FROM, Plan, Proposal, Reference, Step
from errand.domain.request import Request
from errand.frontends.cli import command_line
from errand.observability.logs import configure
from errand.planning.plain import PlainPlanner
from errand.planning.planner import Planner, TaskPlanner
from tests.e2e.chaos.outside import Outside
from tests.e2e.chaos.plans import needs_of, seconds_of


class Deed(BaseModel):
    seconds: float = Field(description="How long it takes.")
    given: list[int] = Field(default_factory=list, description="What the steps before gave.")


class Done(BaseModel):
    number: int = Field(description="One more than all that was given.")
    text: str = Field(description="The same in words.")


@capability("chaos.act", effects=Effects.OUTSIDE)
def act(given: Deed, context: Context) -> Done:
    """Work for a while, act on the outside, and work on."""
    time.sleep(given.seconds / 2)
    if given.seconds > 1:
        context.progress("half of it is done", 0.5)
    what = f"{context.task} {context.subtask}"
    outside = Outside(Path(os.environ["CHAOS_OUTSIDE"]))
    outside.do(context.idempotency_key, what)
    time.sleep(given.seconds / 2)
    outside.note_end(what)
    number = 1 + sum(given.given)
    return Done(number=number, text=str(number))


class ChaosPlanner:
    """Keeps `Planner`."""

    def propose(self, request: Request, catalogue: Mapping[str, CapabilityDescription]) -> Proposal:
        del catalogue
        needs, seconds = needs_of(request.text), seconds_of(request.text)
        steps = tuple(
            Step(
                SubtaskKey(key),
                act.name,
                f"Act as {key}",
                {"seconds": seconds[key], "given": [{FROM: f"{each}.number"} for each in before]},
                because="its shape",
            )
            for key, before in needs.items()
        )
        result = Reference(SubtaskKey([*needs][-1]), ("text",))
        return Proposal(Plan(steps, result=result, made_by="rules"), score=1.0, sure=True)


class ChaosAbilities(Abilities):
    """What a process of ours is started with, but for what it can do and how it plans."""

    def capabilities(self) -> list[Capability[Any, Any]]:
        return [act]

    @cached_property
    def planner(self) -> Planner:
        return ChaosPlanner()

    @cached_property
    def task_planner(self) -> TaskPlanner:
        return PlainPlanner(self.planner)


def open_program() -> Embedded | Distributed:
    settings = read_settings()
    configure(settings.log_level, as_json=settings.log_json)
    return open_installation(settings, ChaosAbilities)


def main() -> int:
    return command_line(open_program)


if __name__ == "__main__":
    from tests.e2e.chaos import program  # under its own name, by which other processes find it

    sys.exit(program.main())
