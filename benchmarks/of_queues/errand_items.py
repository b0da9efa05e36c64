"""What Errand can do in the benchmarks; a module of its own, since children that run jobs load it by name."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from benchmarks.of_queues.submitting import no_op
from pydantic import BaseModel, Field

from errand.capability import Capability, CapabilityDescription, Context, capability
from errand.container.abilities import Abilities
from errand.domain.ids import SubtaskKey
from errand.domain.plan import Plan, Proposal, Step
from errand.domain.request import Request
from errand.planning.plain import PlainPlanner
from errand.planning.planner import Planner, TaskPlanner

ITEM = "compare.item"


class Asked(BaseModel):
    n: int = Field(default=0, description="Any number.")


class Began(BaseModel):
    at: float = Field(description="When, in seconds of the wall clock.")


@capability(ITEM)
def item(given: Asked, context: Context) -> Began:
    """Do nothing."""
    del given, context
    return Began(at=no_op())


class FanOut:
    """Keeps `Planner`: as many items as the request's text says."""

    def propose(self, request: Request, catalogue: Mapping[str, CapabilityDescription]) -> Proposal:
        del catalogue
        items = tuple(Step(SubtaskKey(f"s{n}"), ITEM, inputs={"n": n}) for n in range(int(request.text)))
        return Proposal(Plan(items, made_by="benchmark"), score=1.0, sure=True)


class ItemAbilities(Abilities):
    def capabilities(self) -> list[Capability[Any, Any]]:
        return [item]

    @cached_property
    def planner(self) -> Planner:
        return FanOut()

    @cached_property
    def task_planner(self) -> TaskPlanner:
        return PlainPlanner(self.planner)
