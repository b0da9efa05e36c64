"""Runs agents: turn by turn, within bounds, recorded so that a crash costs at most one turn."""

from collections.abc import Callable
from typing import TypeVar

from pydantic import BaseModel

from errand.agents.agent import Agent, Material
from errand.capability import Catalogue, Context
from errand.model import Models

O = TypeVar("O", bound=BaseModel)  # noqa: E741  # Out would hide what it is bound to


class Agents:
    """All agents of this installation run here. Used by any number of threads at once."""

    def __init__(self, models: Models, catalogue: Callable[[], Catalogue]) -> None:
        """`catalogue` is asked at each run, since the capabilities in it may run agents themselves."""
        self._models, self._catalogue = models, catalogue

    def available(self, agent: Agent[O]) -> bool:
        """A model is set up for its role."""
        return self._models.serves(agent.role)

    def run(self, agent: Agent[O], material: Material, context: Context) -> O:
        """What the agent hands in, accepted.

        The same agent with the same material in the same subtask is the same conversation: after a crash it
        goes on from what was recorded, and one that has ended gives its output again without a call. So one
        subtask may run several agents, or one with several materials.

        Raises AgentFailed when nothing acceptable was handed in, LimitReached at its bounds, and what a model
        raises.
        """
        raise NotImplementedError
