"""Work on codebases: changes to attached code, handed over as a difference that people can read."""

from typing import Any

from errand.agents.runner import Agents
from errand.capabilities.code.changing import change_capability
from errand.capability import Capability
from errand.model import Models


def code_capabilities(agents: Agents, models: Models) -> tuple[Capability[Any, Any], ...]:
    return (change_capability(agents, models),)
