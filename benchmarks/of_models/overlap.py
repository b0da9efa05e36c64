"""How well subtasks that wait for a model overlap: real engine, queue, worker, rescuer and HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.of_models.installation import SLOTS, Bench, model_server
from pydantic import BaseModel, Field

from errand.agents.agent import Agent, Material
from errand.agents.runner import Agents
from errand.capability import Capability, Context, capability
from errand.domain.ids import SubtaskKey
from errand.domain.plan import Plan, Step
from errand.domain.task import SubtaskView, TaskView
from errand.model import Models, Role

DELAY = 2.0
"""Seconds until the model answers."""


class Asked(BaseModel):
    number: int = Field(description="Any number.")


class Thought(BaseModel):
    text: str = Field(description="What came of it.")


THINKER: Agent[Thought] = Agent("thinker", Role.WORK, Thought, instructions="Hand in a thought.")


def thinking(agents: Agents, models: Models) -> Sequence[Capability[Any, Any]]:
    del models

    @capability("bench.think")
    def think(given: Asked, context: Context) -> Thought:
        """Ask the model once."""
        return agents.run(THINKER, Material(f"Think of {given.number}."), context)

    return [think]


@dataclass(frozen=True)
class Shape:
    name: str
    plan: Plan
    depth: int
    """Calls that wait for each other; each takes DELAY."""


def shapes() -> tuple[Shape, ...]:
    apart = Plan(tuple(_step(n) for n in range(12)), made_by="benchmark")
    middle = [_step(n, 0) for n in range(1, 9)]
    diamond = Plan((_step(0), *middle, _step(9, *range(1, 9))), made_by="benchmark")
    return Shape("12 independent", apart, 1), Shape("1 → 8 → 1", diamond, 3)


def _step(number: int, *after: int) -> Step:
    return Step(
        SubtaskKey(f"s{number}"),
        "bench.think",
        inputs={"number": number},
        after=tuple(SubtaskKey(f"s{each}") for each in after),
    )


def measured(shape: Shape, rounds: int) -> list[float]:
    """Seconds from submission to the end of the last subtask, of each round; one call was made before."""
    with TemporaryDirectory() as folder, model_server(DELAY) as url:
        bench = Bench(Path(folder), url, thinking)
        try:
            bench.run(Plan((_step(0),), made_by="benchmark"))
            return [_seconds(*bench.run(shape.plan)) for _ in range(rounds)]
        finally:
            bench.close()


def _seconds(task: TaskView, subtasks: Sequence[SubtaskView]) -> float:
    return (max(each.ended for each in subtasks if each.ended) - task.created).total_seconds()


def report(rounds: int = 3) -> None:
    print(f"Overlap: each subtask asks a model that answers in {DELAY:.0f} s; {SLOTS} slots; {rounds} rounds")
    print(f"{'':20}{'critical path':>16}{'median':>12}{'ratio':>8}{'worst':>12}{'ratio':>8}")
    for shape in shapes():
        taken, least = measured(shape, rounds), shape.depth * DELAY
        middle, worst = median(taken), max(taken)
        print(
            f"{shape.name:20}{least:14.1f} s{middle:10.2f} s{middle / least:8.3f}"
            f"{worst:10.2f} s{worst / least:8.3f}"
        )
