"""What this installation can do, and what it lacks; on a screen or as JSON."""

from contextlib import closing
from dataclasses import asdict

from errand.domain.worker import Performance
from errand.frontends import wording
from errand.frontends.running import Open
from errand.frontends.terminal import say, show_json
from errand.service import CapabilityView


def list_capabilities(open_installation: Open, *, as_json: bool) -> None:
    with closing(open_installation()) as installation:
        views = sorted(installation.service.capabilities(), key=lambda each: each.description.name)
        lately = {each.capability: each for each in installation.service.performance() if not each.worker}
    if as_json:
        show_json([_capability_json(each, lately.get(each.description.name)) for each in views])
        return
    for each in views:
        known = each.description
        say(known.name if each.offered else f"{known.name}  (not offered here)", "bold")
        say(f"  {wording.line(known.description)}")
        takes, gives = (
            ", ".join(_slot(slot.name, slot.type, many=slot.many, required=slot.required) for slot in slots)
            for slots in (known.inputs, known.outputs)
        )
        say(f"  takes {takes or 'nothing'}; gives {gives}")
        if of_it := lately.get(known.name):
            say(f"  in the last day {wording.performance(of_it)}")
        for how in each.why_not:
            say(f"  {wording.line(how)}", "yellow")


def examine(open_installation: Open, *, as_json: bool) -> None:
    with closing(open_installation()) as installation:
        findings = installation.examine()
    if as_json:
        show_json([asdict(each) for each in findings])
        return
    for each in findings:
        say(
            f"{'✓' if each.ok else '✗'} {each.name:<24} {wording.line(each.found)}",
            "" if each.ok else "yellow",
        )
        if not each.ok and each.how_to_get_it:
            say(f"{'':<27}{wording.line(each.how_to_get_it)}")


def _slot(name: str, kind: str, *, many: bool, required: bool) -> str:
    return f"{name}: {kind}{' list' if many else ''}{'' if required else '?'}"


def _capability_json(view: CapabilityView, lately: Performance | None) -> object:
    known = {**asdict(view.description), "offered": view.offered, "why_not": view.why_not}
    return {**known, "performance": lately and asdict(lately)}
