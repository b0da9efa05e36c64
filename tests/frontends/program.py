"""`python -m tests.frontends.program …`: the command line on the real installation, with tiny capabilities.

The first word of a request names the plan that it gets.
"""

import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from errand.capability import ArtifactRef, Capability, CapabilityDescription, Context, Need, capability
from errand.config import read_settings
from errand.container.abilities import Abilities
from errand.container.distributed import Distributed
from errand.container.embedded import Embedded
from errand.container.opening import open_installation
from errand.domain.errors import InputRefused, NothingFits, NotOffered, Transient
from errand.domain.ids import SubtaskKey
from errand.domain.json import Json
from errand.domain.plan import FROM, Estimate, Plan, Proposal, Reference, Step
from errand.domain.question import Question, QuestionKind
from errand.domain.request import Request
from errand.frontends.cli import command_line
from errand.observability.logs import configure
from errand.planning.plain import PlainPlanner
from errand.planning.planner import Planner, TaskPlanner

REPORT = """# The report

What matters most is said first.

![Revenue](revenue.png)

## Findings

- It went well. See [the page](report.html).

## Sources

Everything else.
"""


class Report(ArtifactRef):
    kind: ClassVar[str] = "report"


class Document(ArtifactRef):
    kind: ClassVar[str] = "document"


class Said(BaseModel):
    text: str = Field(default="", description="Any text.")


class Written(BaseModel):
    report: Report = Field(description="The report.")


@capability("test.say")
def say(given: Said, context: Context) -> Said:
    """Say a text back."""
    context.progress("saying it", 0.5)
    return given


@capability("test.report")
def report(given: Said, context: Context) -> Written:
    """Write a report with a chart."""
    del given
    context.save(Document, "input.json", b'{"parsed": true}', "application/json")
    context.save(ArtifactRef, "revenue.png", b"\x89PNG", "image/png")
    context.save(ArtifactRef, "report.html", b"<p>", "text/html")
    return Written(report=context.save(Report, "report.md", REPORT.encode(), "text/markdown"))


@capability("test.ask")
def ask(given: Said, context: Context) -> Said:
    """Ask a person for a colour."""
    del given
    return Said(text=f"It is {context.ask(Question('colour', 'Which colour?'))}.")


@capability("test.choose")
def choose(given: Said, context: Context) -> Said:
    """Ask a person to choose a size."""
    del given
    asked = Question("size", "Which size?", QuestionKind.CHOICE, ("small", "large"))
    return Said(text=f"It is {context.ask(asked)}.")


@capability("test.refuse")
def refuse(given: Said, context: Context) -> Said:
    """Refuse any text."""
    del given, context
    raise InputRefused("The document has a password: attach one without.")


@capability("test.lack")
def lack(given: Said, context: Context) -> Said:
    """Lack what is needed."""
    del given, context
    raise NotOffered("A key is missing: set one.")


@capability("test.flaky")
def flaky(given: Said, context: Context) -> Said:
    """Fail as long as a file is not there."""
    del context
    if not Path(given.text).exists():
        raise Transient("The other side did not answer.", retry_after_seconds=0.01)
    return Said(text="It came through.")


@capability("test.wait")
def wait(given: Said, context: Context) -> Said:
    """Wait until a file is there."""
    for _ in range(1200):
        if Path(given.text).exists():
            return Said(text="It is there.")
        context.progress("waiting")
        time.sleep(0.05)
    raise InputRefused("It never came.")


@capability("test.off", needs=[Need("moon", "Wait for the full moon.", lambda: False)])
def off(given: Said, context: Context) -> Said:
    """Do what can not be done here."""
    del context
    return given


CAPABILITIES = (say, report, ask, choose, refuse, lack, flaky, wait, off)


class ProgramPlanner:
    """Keeps `Planner`."""

    def propose(self, request: Request, catalogue: Mapping[str, CapabilityDescription]) -> Proposal:
        word, _, rest = request.text.partition(" ")
        if word == "unsure":
            return Proposal(_plan("test.say", rest), score=0.3, sure=False, remarks=("I am guessing.",))
        if word == "dear":
            expected = Estimate(150_000, 2.0, basis="So far.")
            return Proposal(_plan("test.say", rest), score=0.9, sure=True, estimate=expected)
        if word == "assuming":
            remarks = ("“Report” is taken to be the one of today.",)
            return Proposal(_plan("test.say", rest), score=0.9, sure=True, remarks=remarks)
        if word == "uncovered":
            return Proposal(
                _plan("test.say", rest), score=0.9, sure=True, not_covered=("paint it: not done.",)
            )
        if word == "partial":
            broken = Step(SubtaskKey("extra"), "test.refuse", "Look closer", optional=True)
            return Proposal(_with(_plan("test.report", rest, "report"), broken), score=1.0, sure=True)
        if f"test.{word}" not in catalogue:
            raise NothingFits(f"Nothing here can {word}: add a capability that does.")
        field = "report" if word == "report" else "text"
        return Proposal(_plan(f"test.{word}", rest, field), score=0.9, sure=True)


def _with(plan: Plan, step: Step) -> Plan:
    return replace(plan, steps=(*plan.steps, step))


def _plan(name: str, text: str, field: str = "text") -> Plan:
    given: dict[str, Json] = {"text": text} if text else {"text": {FROM: "request.text"}}
    step = Step(SubtaskKey("one"), name, "The only step", given, because="the first word")
    return Plan((step,), result=Reference(SubtaskKey("one"), (field,)), made_by="rules")


class ProgramAbilities(Abilities):
    """What a process of ours is started with, but for what it can do and how it plans."""

    def capabilities(self) -> list[Capability[Any, Any]]:
        return list(CAPABILITIES)

    @cached_property
    def planner(self) -> Planner:
        return ProgramPlanner()

    @cached_property
    def task_planner(self) -> TaskPlanner:
        return PlainPlanner(self.planner)


def open_program() -> Embedded | Distributed:
    settings = read_settings()
    configure(settings.log_level, as_json=settings.log_json)
    return open_installation(settings, ProgramAbilities)


def main() -> int:
    return command_line(open_program)


if __name__ == "__main__":
    from tests.frontends import program  # under its own name, by which other processes find it

    sys.exit(program.main())
