"""What this installation can do, who works here, and what it lacks; on a screen or as JSON."""

from contextlib import closing
from dataclasses import asdict

from rich.text import Text

from errand.frontends import wording
from errand.frontends.running import Open
from errand.frontends.terminal import console, now, say, show_json, show_table
from errand.service import CapabilityView


def list_capabilities(open_installation: Open, *, as_json: bool) -> None:
    with closing(open_installation()) as installation:
        views = sorted(installation.service.capabilities(), key=lambda each: each.description.name)
    if as_json:
        show_json([_capability_json(each) for each in views])
        return
    for each in views:
        known = each.description
        told = console()
        told.print(
            Text(known.name, style="bold")
            + Text("" if each.offered else "  not offered here", style="yellow")
        )
        told.print(Text(f"  {wording.line(known.description)}"), soft_wrap=True)
        takes, gives = (
            ", ".join(_slot(slot.name, slot.type, many=slot.many, required=slot.required) for slot in slots)
            for slots in (known.inputs, known.outputs)
        )
        told.print(Text(f"  takes {takes or 'nothing'}; gives {gives}"), soft_wrap=True)
        for how in each.why_not:
            told.print(Text(f"  {wording.line(how)}", style="yellow"), soft_wrap=True)


def list_workers(open_installation: Open, *, as_json: bool) -> None:
    with closing(open_installation()) as installation:
        workers = installation.service.workers()
    if as_json:
        show_json([asdict(each) for each in workers])
    elif not workers:
        say("There has been no worker yet; `errand up` starts one.")
    else:
        rows = [
            (each.id, each.state.value, str(each.process), str(each.slots), str(len(each.capabilities)),
             each.version, wording.ago(each.heartbeat, now()))
            for each in workers
        ]  # fmt: skip
        show_table(("worker", "state", "process", "slots", "capabilities", "version", "last heard of"), rows)


def examine(open_installation: Open, *, as_json: bool) -> None:
    with closing(open_installation()) as installation:
        findings = installation.examine()
    if as_json:
        show_json([asdict(each) for each in findings])
        return
    for each in findings:
        mark = Text("✓ ", style="green") if each.ok else Text("✗ ", style="yellow")
        console().print(mark + Text(f"{each.name:<24} {wording.line(each.found)}"), soft_wrap=True)
        if not each.ok and each.how_to_get_it:
            say(f"{'':<27}{wording.line(each.how_to_get_it)}")


def _slot(name: str, kind: str, *, many: bool, required: bool) -> str:
    return f"{name}: {kind}{' list' if many else ''}{'' if required else '?'}"


def _capability_json(view: CapabilityView) -> object:
    return {**asdict(view.description), "offered": view.offered, "why_not": view.why_not}
