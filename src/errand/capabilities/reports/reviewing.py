"""`result.review`: somebody other than the author looks at a result, as the person who asked would."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from pydantic import BaseModel, Field

from errand.agents.agent import Agent, Bounds, Material, Section
from errand.agents.runner import Agents
from errand.capabilities.cited.evidence import Evidence, gather
from errand.capabilities.cited.shelf import room_of
from errand.capabilities.cited.writing import READING, needs_model
from errand.capabilities.reports.check_figures import decimal
from errand.capabilities.reports.figures import exact
from errand.capabilities.reports.model import Claim, Claims, ClaimsRef, ReportRef, Verdict
from errand.capabilities.reports.reading import folded
from errand.capability import STEERS, ArtifactRef, Audience, Capability, Context, capability
from errand.domain.errors import AgentFailed, ModelDeclined
from errand.model import Models, Role

_LONGEST_RESULT = 80_000
_MOST_CLAIMS = 150
_MOST_FAULTS = 10


class ReviewInput(Evidence):
    request: Annotated[str, STEERS] = Field(
        min_length=1, description="What the person asked for, in their own words."
    )
    report: ReportRef | None = Field(default=None, description="The result to review.")
    text: str = Field(default="", description="The result, when it is a text and no report.")
    changes: list[ArtifactRef] = Field(
        default=[],
        description="Text files that are part of the result, such as the difference of a code change.",
    )
    claims: ClaimsRef | None = Field(default=None, description="On what the report rests.")
    checked: Verdict | None = Field(
        default=None, description="What result.check said of it; the review passes only when that did."
    )


class Objection(BaseModel):
    what: str = Field(min_length=1, description="What is wrong, in a sentence.")
    where: str = Field(min_length=1, description="The words of the text, or the part of the request.")
    why: str = Field(min_length=1, description="Why the person who asked would not accept it, in a sentence.")


class Review(BaseModel):
    """The decision: no faults, and the result is handed over; else it is made again."""

    faults: list[Objection] = Field(
        max_length=_MOST_FAULTS, description="The gravest first; empty: it passes."
    )


REVIEWER: Agent[Review] = Agent(
    name="reviewer",
    role=Role.REVIEW,
    output_type=Review,
    tools=(*READING, "math.solve"),
    bounds=Bounds(turns=12, tool_calls=24, output_tokens=4_000),
)


def review_capability(agents: Agents, models: Models) -> Capability[ReviewInput, Verdict]:
    @capability(
        "result.review",
        needs=[needs_model(models, Role.REVIEW)],
        time_limit_seconds=1_800.0,
        audience=Audience.MODELS,
    )
    def review(given: ReviewInput, context: Context) -> Verdict:
        """Review a result against the request and the evidence, by a model that did not write it.

        Says what the person who asked would not accept. Takes in what result.check said, which counts too.
        """
        before = given.checked or Verdict(passed=True)
        material = _material(given, before, context, room_of(models, Role.REVIEW))
        agent = REVIEWER if material.files else replace(REVIEWER, tools=("math.solve",))
        try:
            objections = agents.run(agent, material, context).faults
        except (AgentFailed, ModelDeclined) as error:
            if before.passed:  # nothing was found: to make the result again would not help
                raise
            found: Sequence[str] = (f"The result could not be reviewed: {error}",)
        else:
            found = [f"{each.what.rstrip('.')} ({each.where}): {each.why}" for each in objections]
        faults = tuple(dict.fromkeys((*before.faults, *found)))
        passed = before.passed and not found
        return Verdict(passed=passed, faults=faults, checked=(*before.checked, "a review by a model"))

    return review


def _material(given: ReviewInput, before: Verdict, context: Context, room: int) -> Material:
    gathered = gather(given, context, room)
    result = given.text or "(see the files below)"
    if given.report:
        result = context.load(given.report).decode("utf-8", "replace")
    files = [
        Section(
            f"Part of the result: {each.name}",
            context.load(each).decode("utf-8", "replace")[:_LONGEST_RESULT],
        )
        for each in given.changes
    ]
    sections = (
        Section("The request", given.request, trusted=True),
        Section("The result", result[:_LONGEST_RESULT]),
        *files,
        Section("What the program found", _verdict(before)),
        *_claims(given.claims, result, context),
        *gathered.sections(given.request),
    )
    return Material("Review the result that is given below.", sections, gathered.files)


def _verdict(verdict: Verdict) -> str:
    said = "It passed." if verdict.passed else "It did not pass:"
    return "\n".join((said, *(f"- {fault}" for fault in verdict.faults), *verdict.checked))


def _claims(ref: ClaimsRef | None, result: str, context: Context) -> tuple[Section, ...]:
    """Without what the result quotes itself, in its list of sources."""
    claims = context.load_model(ref, Claims).claims if ref else ()
    told = _bare(result)
    untold = [each for each in claims if _bare(_evidence(each)) not in told]
    lines = [_line(each) for each in untold[:_MOST_CLAIMS]]
    return (Section("More that the result rests on", "\n".join(lines)),) if lines else ()


def _evidence(claim: Claim) -> str:
    """What a list of sources says of it: its computation, the passage, or the exact value."""
    if claim.formula:
        return claim.formula.partition(" = ")[2] or claim.formula
    quoted = next((source.quote for source in claim.sources if source.quote), None)
    value = decimal(claim.value or "")
    return quoted or (claim.shown if value is None else exact(value, claim.unit or ""))


def _bare(text: str) -> str:
    """As it reads, whatever was escaped for Markdown."""
    return folded(text.replace("\\", ""))


def _line(claim: Claim) -> str:
    said = f"“{claim.shown}”"
    if claim.value:
        said = f"{claim.about or 'figure'} {claim.shown}: {claim.formula or claim.value}"
    return f"[{claim.mark}] {claim.sources[0].document}, {claim.sources[0].where}: {said}"
