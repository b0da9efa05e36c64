"""The commands about what waits, and about steps that used up their attempts."""

from typing import Annotated

import typer

from errand.domain.task import Fault

_Task = Annotated[str, typer.Argument(metavar="TASK", help="Its id, or how it begins.")]
_SomeTask = Annotated[str | None, typer.Argument(metavar="TASK", help="Its id, or how it begins.")]
_Key = Annotated[str, typer.Argument(metavar="KEY", help="Which step of the task.")]
_SomeKey = Annotated[
    str | None, typer.Argument(metavar="KEY", help="Which step; without it, all of the task.")
]
_Capability = Annotated[
    str | None, typer.Option("--capability", metavar="NAME", help="Only those of this capability.")
]
_Fault = Annotated[Fault | None, typer.Option("--fault", help="Only those with this kind of fault.")]
_All = Annotated[bool, typer.Option("--all", help="All of them.")]
_Json = Annotated[bool, typer.Option("--json", help="JSON on standard output, and nothing else.")]


def queues(context: typer.Context, *, as_json: _Json = False) -> None:
    """Show what waits and what runs, by capability."""
    from errand.frontends.queueing import show_queues

    show_queues(context.obj, as_json=as_json)


def dead_letters() -> typer.Typer:
    """`errand dead-letters …`."""
    letters = typer.Typer(
        help="Steps that used up all attempts.", no_args_is_help=True, rich_markup_mode=None
    )
    letters.command("list")(_list)
    letters.command("show")(_show)
    letters.command("retry")(_retry)
    letters.command("discard")(_discard)
    return letters


def _list(
    context: typer.Context, capability: _Capability = None, fault: _Fault = None, *, as_json: _Json = False
) -> None:
    """List the steps that used up their attempts."""
    from errand.frontends.queueing import Kind, list_dead_letters

    list_dead_letters(context.obj, Kind(capability, fault), as_json=as_json)


def _show(context: typer.Context, task: _Task, key: _Key, *, as_json: _Json = False) -> None:
    """Show everything that says why a step is a dead letter."""
    from errand.frontends.queueing import show_dead_letter

    show_dead_letter(context.obj, task, key, as_json=as_json)


def _retry(
    context: typer.Context,
    task: _SomeTask = None,
    key: _SomeKey = None,
    capability: _Capability = None,
    fault: _Fault = None,
    *,
    every: _All = False,
) -> None:
    """Give dead letters new attempts, and run all that rests on them; what is done stays done."""
    from errand.frontends.queueing import Kind, retry_all, retry_dead_letters

    kind = Kind(capability, fault)
    kind.refuse_unclear(task, every=every)
    if task is None:
        retry_all(context.obj, kind)
    else:
        retry_dead_letters(context.obj, task, key)


def _discard(
    context: typer.Context,
    task: _SomeTask = None,
    key: _SomeKey = None,
    capability: _Capability = None,
    fault: _Fault = None,
    *,
    every: _All = False,
) -> None:
    """Take dead letters off the list."""
    from errand.frontends.queueing import Kind, discard_all, discard_dead_letters

    kind = Kind(capability, fault)
    kind.refuse_unclear(task, every=every)
    if task is None:
        discard_all(context.obj, kind)
    else:
        discard_dead_letters(context.obj, task, key)
