"""An agent whose process is killed before each of its turns, once. `python -m tests.e2e.agent_victim FOLDER`.

What its tools and its model did stands in `did.txt`, a line each, written before they give their answer.
"""

import os
import signal
import sys
from pathlib import Path

from pydantic import BaseModel, Field

from errand.agents.agent import Agent, Material, Section
from errand.agents.runner import Agents
from errand.capability import ArtifactRef, Catalogue, Context, Effects, capability
from errand.domain.plan import Plan, Reference
from errand.model import Prompt, Replied, Reply, Role
from errand.models.scripted import ScriptedModels, calling
from errand.store import reading
from tests.installation import Number, Numbers, TestInstallation, step


class Kept(BaseModel):
    file: ArtifactRef = Field(description="The file.")


class Summed(BaseModel):
    """The sum, and the file that it stands in."""

    total: int = Field(description="The sum.")
    kept: ArtifactRef = Field(description="The file.")


REPLIES: tuple[Reply, ...] = (
    calling(("sum_add", {"values": [1, 2]})),
    calling(("sum_add", {"values": [3, 4]}), ("sum_keep", {"value": 3})),
    calling(("sum_keep", {"value": 10}), ("sum_fly", {})),
    calling(("sum_add", {"values": [10, 0]}), ("hand_in", {"total": "ten", "kept": "sum.json"})),
    calling(("hand_in", {"total": 10, "kept": "sum (2).json"})),
)
AGENT = Agent(
    "summer", Role.WORK, Summed, ("sum.add", "sum.keep"), instructions="# Add up\n\nAdd the figures up."
)


def build(folder: Path) -> TestInstallation:
    """The plan has one step, which is the agent."""

    def note(what: str) -> None:
        with (folder / "did.txt").open("a") as file:
            file.write(f"{what}\n")
            file.flush()
            os.fsync(file.fileno())

    @capability("sum.add")
    def add(given: Numbers, context: Context) -> Number:
        """Add figures up."""
        del context
        note(f"add {given.values}")
        return Number(value=sum(given.values))

    @capability("sum.keep", effects=Effects.WORKSPACE)
    def keep(given: Number, context: Context) -> Kept:
        """Keep a figure in a file."""
        note(f"keep {given.value}")
        return Kept(file=context.save_model(ArtifactRef, "sum.json", given))

    def answer(prompt: Prompt) -> Reply:
        turn = sum(isinstance(each, Replied) for each in prompt.messages)
        killed = folder / f"killed-{turn}"
        if not killed.exists():
            killed.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        note(f"turn {turn}")
        return REPLIES[turn]

    agents = Agents(ScriptedModels(answer), lambda: Catalogue([add, keep]))

    @capability("sum.agent")
    def work(given: Numbers, context: Context) -> Summed:
        """Let an agent add figures up."""
        return agents.run(AGENT, Material("Add up.", (Section("Figures", str(given.values)),)), context)

    plan = Plan((step("sum", "sum.agent", values=[1, 2, 3, 4]),), result=Reference.parse("sum.total"))
    return TestInstallation(folder, plan, more=[work], most_lost=1000)  # type: ignore[list-item]  # as Catalogue


def main(folder: Path) -> None:
    installation = build(folder)
    with installation.database.read() as tx:
        known = reading.task_views(tx, status=None, limit=1)
    task = known[0].id if known else installation.submit()
    installation.registry.presume_lost()
    installation.engine.let_leases_end()
    with installation.working():
        installation.until(task, lambda view: view.status.ended)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
