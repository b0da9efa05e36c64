"""What the model is told to plan with: capabilities, attachments, a playbook, the state of a task.

The same request, catalogue and state give the same bytes.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping

from errand.agents.agent import Section
from errand.capability import CapabilityDescription, Context, Effects, Slot
from errand.domain.artifact import Artifact
from errand.domain.json import Json, JsonObject
from errand.domain.plan import Plan, Step
from errand.planning.state import StepState, TaskState

Describe = Callable[[Artifact, Context], str]
"""What is in an attachment, in a line or a few; empty: nothing is known of it."""

LONGEST_OUTPUT = 400
"""Characters of a step's output that are shown when a plan is made anew. Errors are shown whole."""
LONGEST_WHY = 4_000


def nothing_known(_attachment: Artifact, _context: Context) -> str:
    """Keeps `Describe`."""
    return ""


def capabilities(catalogue: Mapping[str, CapabilityDescription]) -> Section:
    told = "\n\n".join(_capability(catalogue[name]) for name in sorted(catalogue))
    return Section("Capabilities", told, trusted=True)


def _capability(described: CapabilityDescription) -> str:
    acts = "" if described.effects is Effects.NONE else f" [effects: {described.effects}]"
    takes = [f"  - {_slot(slot)}" for slot in described.inputs]
    gives = ", ".join(f"{slot.name} ({_type(slot)})" for slot in described.outputs)
    return "\n".join(
        (
            f"## {described.name}{acts}",
            " ".join(described.description.split()),
            "- inputs:" if takes else "- inputs: none",
            *takes,
            f"- outputs: {gives or 'none'}",
        )
    )


def _slot(slot: Slot) -> str:
    told = " ".join(slot.description.split())
    said = f"{slot.name} ({_type(slot)}, {'required' if slot.required else 'optional'})"
    one_of = f" One of: {', '.join(slot.choices)}." if slot.choices else ""
    inside = f" Written out as an object: {{{_inside(slot)}}}." if slot.inside else ""
    return f"{said}: {told}{one_of}{inside}" if told or one_of or inside else said


def _inside(slot: Slot) -> str:
    return ", ".join(
        f"{each.name}: {_type(each)}{'' if each.required else '?'}"
        + (f" one of {'/'.join(each.choices)}" if each.choices else "")
        + (f" {{{_inside(each)}}}" if each.inside and each.type != slot.type else "")
        for each in slot.inside
    )


def _type(slot: Slot) -> str:
    return f"list of {slot.type}" if slot.many else slot.type


def attachments(attached: Iterable[Artifact], describe: Describe, context: Context) -> Section:
    """Their names and what they hold are other people's words."""
    lines = []
    for place, each in enumerate(attached):
        name = json.dumps(each.name, ensure_ascii=False)
        lines.append(f"request.attachments[{place}]: {name}, {each.media_type}, {each.size:,} bytes")
        lines += [f"  {line}" for line in describe(each, context).splitlines() if line.strip()]
    return Section("Attachments", "\n".join(lines) or "Nothing is attached.")


def playbook(plan: Plan, name: str) -> Section:
    """Its titles repeat names of attachments, so that it is shown as data."""
    shown: JsonObject = {
        "playbook": name,
        "fits because": plan.steps[0].because if plan.steps else "",
        "steps": [_planned(step) for step in plan.steps],
        "result": str(plan.result) if plan.result else None,
        "check": plan.check,
    }
    return Section("A playbook that may fit", _json(shown))


def _planned(step: Step) -> JsonObject:
    shown: JsonObject = {
        "key": step.key,
        "capability": step.capability,
        "title": step.title,
        "inputs": step.inputs,
    }
    if step.after:
        shown["after"] = list(step.after)
    if step.optional:
        shown["optional"] = True
    return shown


def task_state(state: TaskState) -> Section:
    """Every step that counts, with what it gave, shortened, and the whole of what went wrong."""
    shown: JsonObject = {
        "result": state.result,
        "check": state.check,
        "not covered": list(state.not_covered),
    }
    lines = [_json_line(shown), *_states(state.steps)]
    return Section("The task as it stands", "\n".join(lines))


def _states(steps: Iterable[StepState]) -> Iterator[str]:
    for step in steps:
        flags = [str(step.status), *(["optional"] if step.optional else [])]
        flags += ["superseded"] if step.superseded else []
        yield f"\n{step.key}: {step.capability} ({', '.join(flags)})"
        if step.title:
            yield f"  title: {step.title}"
        yield f"  inputs: {_json_line(step.inputs)}"
        if step.output is not None:
            yield f"  output: {shortened(_json_line(_without_hashes(step.output)), LONGEST_OUTPUT)}"
        if step.error:
            yield f"  error: {step.error}"


def why_anew(why: str) -> Section:
    """It repeats what capabilities and checks said, and with that what documents said."""
    return Section("Why the plan is made anew", shortened(why, LONGEST_WHY))


def _without_hashes(value: Json) -> Json:
    """A file by its name: hashes say nothing to a planner."""
    if isinstance(value, dict):
        if {"name", "media_type", "size", "sha256"} <= value.keys():
            return f"[file {value['name']}]"
        return {name: _without_hashes(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_without_hashes(inner) for inner in value]
    return value


def shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}… [{len(text):,} characters]"


def _json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)


def _json_line(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)
