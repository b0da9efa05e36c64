"""The command line: what can be typed. What a command does is in the module that it loads when it runs."""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from errand import __version__
from errand.domain.budget import MICRO, CostsBy
from errand.domain.errors import ErrandError, InputRefused, PlaybookRefused, SetupError
from errand.domain.request import Limits
from errand.domain.task import TaskStatus
from errand.frontends import cli_queues, wording
from errand.frontends.cli_processes import api, end, rescuer, up, worker

if TYPE_CHECKING:  # the service loads a database library: longer than `errand --help` may take
    from errand.service import Installation

    Open = Callable[[], Installation]


def _path(typed: str) -> Path:
    """An empty one is a variable that was not set, never the folder that one happens to be in."""
    if not typed:
        raise InputRefused("The name of a file or folder is empty: give one, or leave the option out.")
    return Path(typed)


_AttachOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--attach",
        "-a",
        metavar="PATH",
        parser=_path,
        help="A file, or a folder of files, to work on. May be repeated.",
    ),
]
_OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="DIR",
        parser=_path,
        help="Folder for the result (default: errand-out/TASK).",
    ),
]
_WriteOption = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="DIR", parser=_path, help="Write the result into this folder."),
]
_TimeoutOption = Annotated[
    float | None,
    typer.Option(
        "--timeout", metavar="S", help="Seconds that the task may take; then it ends with what it has."
    ),
]
_UsdOption = Annotated[
    float | None,
    typer.Option("--max-usd", metavar="USD", help="What models may cost; then it ends with what it has."),
]
_TokensOption = Annotated[
    int | None, typer.Option("--max-tokens", min=0, metavar="N", help="Tokens that models may use.")
]
_CallsOption = Annotated[
    int | None, typer.Option("--max-calls", min=0, metavar="N", help="How often models may be called.")
]
_PriorityOption = Annotated[
    int,
    typer.Option("--priority", min=-100, max=100, metavar="N", help="Among your tasks; the highest first."),
]
_ParallelOption = Annotated[
    int | None,
    typer.Option("--parallel", min=0, metavar="N", help="Steps of it that run at once; 0: no limit."),
]
_JsonOption = Annotated[bool, typer.Option("--json", help="JSON on standard output, and nothing else.")]
_Text = Annotated[str, typer.Argument(metavar="TEXT", help="What is to be done, in your own words.")]
_HELP = "Hand it a task in your own words, get a finished result whose every claim can be checked."
_Task = Annotated[str, typer.Argument(metavar="TASK", help="Its id, or how it begins.")]


def command_line(open_installation: "Open", arguments: Sequence[str] | None = None) -> int:
    """Carry out what was typed; the exit status. Errors that a person meets are one sentence."""
    try:
        try:
            typer.main.get_command(build_app(open_installation)).main(arguments, prog_name="errand")
        finally:
            sys.stdout.flush()  # while there is still somebody to tell that it can not be written
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except (InputRefused, SetupError) as error:
        _complain(error)
        return wording.BAD_INPUT
    except ErrandError as error:
        _complain(error)
        return wording.FAILED
    except OSError as error:
        if error.filename is not None:
            raise
        _give_up_output()
        _complain(SetupError(f"The output can not be written ({error.strerror}): send it somewhere else."))
        return wording.FAILED
    return wording.SUCCEEDED


def build_app(open_installation: "Open") -> typer.Typer:
    """The opener is called by each command, once it knows what to do."""
    app = typer.Typer(
        no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False,
        context_settings={"obj": open_installation, "help_option_names": ["-h", "--help"]},
    )  # fmt: skip
    app.callback(help=_HELP)(_options)
    for command in (
        run, plan, submit, up, worker, rescuer, api, tasks, show, costs, watch, cancel, retry, replan,
        questions, answer, capabilities, models, workers, cli_queues.queues, doctor,
    ):  # fmt: skip
        app.command()(command)
    app.add_typer(cli_queues.dead_letters(), name="dead-letters")
    return app


def _show_version(wanted: bool) -> None:  # noqa: FBT001  # how Typer calls it
    if wanted:
        sys.stdout.write(f"errand {__version__}\n")
        raise typer.Exit


_VersionOption = Annotated[
    bool, typer.Option("--version", help="Show the version.", is_eager=True, callback=_show_version)
]


def _options(*, version: _VersionOption = False) -> None:
    """Before any command."""
    del version


def run(
    context: typer.Context,
    text: _Text,
    attach: _AttachOption = None,
    out: _OutOption = None,
    timeout: _TimeoutOption = None,
    max_usd: _UsdOption = None,
    max_tokens: _TokensOption = None,
    max_calls: _CallsOption = None,
    priority: _PriorityOption = 0,
    parallel: _ParallelOption = None,
    *,
    as_json: _JsonOption = False,
) -> None:
    """Carry out one task to its end.

    Exit status: 0 succeeded, 1 failed, 2 bad input, 3 an answer from a person is needed, 4 partial.
    """
    from errand.frontends.running import Wanted, run_task

    limits = _limits(timeout, max_usd, max_tokens, max_calls)
    end(run_task(context.obj, Wanted(text, tuple(attach or ()), out, limits, as_json, priority, parallel)))


def plan(
    context: typer.Context, text: _Text, attach: _AttachOption = None, *, as_json: _JsonOption = False
) -> None:
    """Show the plan that a task would get."""
    from errand.frontends.listing import show_plan

    show_plan(context.obj, text, attach or (), as_json=as_json)


def submit(
    context: typer.Context,
    text: _Text,
    attach: _AttachOption = None,
    timeout: _TimeoutOption = None,
    max_usd: _UsdOption = None,
    max_tokens: _TokensOption = None,
    max_calls: _CallsOption = None,
    priority: _PriorityOption = 0,
    parallel: _ParallelOption = None,
) -> None:
    """Store a task for whoever works; print its id."""
    from errand.frontends.running import Wanted, submit_task

    limits = _limits(timeout, max_usd, max_tokens, max_calls)
    end(
        submit_task(
            context.obj,
            Wanted(text, tuple(attach or ()), limits=limits, priority=priority, parallel=parallel),
        )
    )


def costs(
    context: typer.Context,
    by: Annotated[CostsBy, typer.Option(help="What costs are added up by.")] = CostsBy.TASK,
    task: Annotated[
        str | None, typer.Option(metavar="TASK", help="Only of this task: its id, or how it begins.")
    ] = None,
    days: Annotated[
        int | None, typer.Option(min=1, max=36_500, metavar="N", help="Only of the last N days (UTC).")
    ] = None,
    *,
    as_json: _JsonOption = False,
) -> None:
    """Show what language models cost."""
    from errand.frontends.costing import show_costs

    show_costs(context.obj, by, task, days, as_json=as_json)


def tasks(
    context: typer.Context,
    status: Annotated[TaskStatus | None, typer.Option(help="Only those in this status.")] = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="At most so many.")] = 50,
    *,
    as_json: _JsonOption = False,
) -> None:
    """List tasks, the newest first."""
    from errand.frontends.listing import list_tasks

    list_tasks(context.obj, status, limit, as_json=as_json)


def show(
    context: typer.Context, task: _Task, out: _WriteOption = None, *, as_json: _JsonOption = False
) -> None:
    """Show a task, or write its result to a folder."""
    from errand.frontends.listing import show_task

    show_task(context.obj, task, out, as_json=as_json)


def watch(
    context: typer.Context, task: _Task, out: _WriteOption = None, *, as_json: _JsonOption = False
) -> None:
    """Watch a task until it ends. Exit status as for `errand run`."""
    from errand.frontends.running import watch_task

    end(watch_task(context.obj, task, out, as_json=as_json))


def cancel(context: typer.Context, task: _Task) -> None:
    """Cancel a task; what it made so far is kept."""
    from errand.frontends.listing import cancel_task

    cancel_task(context.obj, task)


def retry(
    context: typer.Context,
    task: _Task,
    subtask: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY", help="This step and what rests on it, whatever became of it. May be repeated."
        ),
    ] = None,
) -> None:
    """Run again what did not succeed."""
    from errand.frontends.listing import retry_task

    retry_task(context.obj, task, subtask or ())


def replan(
    context: typer.Context,
    task: _Task,
    remark: Annotated[str, typer.Argument(metavar="REMARK", help="What should be done otherwise.")],
) -> None:
    """Have the rest of a task planned anew; what is done stays done."""
    from errand.frontends.listing import replan_task

    replan_task(context.obj, task, remark)


def questions(context: typer.Context, *, as_json: _JsonOption = False) -> None:
    """List questions that wait for an answer."""
    from errand.frontends.listing import list_questions

    list_questions(context.obj, as_json=as_json)


def answer(
    context: typer.Context,
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="Its id.")],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The answer; of a choice, its number will do.")],
) -> None:
    """Answer a question; the task goes on."""
    from errand.frontends.running import answer_question

    end(answer_question(context.obj, question, text))


def capabilities(context: typer.Context, *, as_json: _JsonOption = False) -> None:
    """List what can be done here, what not, and why."""
    from errand.frontends.installed import list_capabilities

    list_capabilities(context.obj, as_json=as_json)


def models(
    context: typer.Context,
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Try out also those that were tried lately.")
    ] = False,
    as_json: _JsonOption = False,
) -> None:
    """List the language models: what they are for, what they can do, what they cost."""
    from errand.frontends.installed_models import list_models

    list_models(context.obj, again=check, as_json=as_json)


def workers(context: typer.Context, *, as_json: _JsonOption = False) -> None:
    """List the workers: who is alive, what each does now, how it fares."""
    from errand.frontends.workforce import list_workers

    list_workers(context.obj, as_json=as_json)


def doctor(context: typer.Context, *, as_json: _JsonOption = False) -> None:
    """Say what is installed, what is off, and how to get it."""
    from errand.frontends.installed import examine

    examine(context.obj, as_json=as_json)


def _limits(wall_seconds: float | None, usd: float | None, tokens: int | None, calls: int | None) -> Limits:
    if usd is not None and not 0 <= usd <= 1e9:
        raise InputRefused("--max-usd is an amount in US dollars, 0 or more: give another one.")
    return Limits(wall_seconds, None if usd is None else round(usd * MICRO), tokens, calls)


def _give_up_output() -> None:
    """What is still kept for it would be written once more when Python ends, and fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(error: ErrandError) -> None:
    faults = str(error).splitlines() if isinstance(error, PlaybookRefused) else [str(error)]
    sys.stderr.write("".join(f"errand: {wording.line(each)}\n" for each in faults))
