"""The commands that start a process which stands until it is told to stop."""

from typing import Annotated, Never

import typer


def up(
    context: typer.Context,
    port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, metavar="N", help="Where health is served, on loopback; 0: any free port."
        ),
    ] = None,
) -> None:
    """Start the assistant: work on all tasks.

    It serves health on loopback, and stops by Ctrl-C or SIGTERM once what runs is finished.
    """
    from errand.frontends.serving import serve

    end(serve(context.obj, port))


def worker(
    context: typer.Context,
    offer: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Only this of what it can do; a pattern such as 'web.*' will do. May be repeated.",
        ),
    ] = None,
    slots: Annotated[
        int | None, typer.Option(min=1, max=256, metavar="N", help="How many steps run here at once.")
    ] = None,
    pool: Annotated[
        str | None, typer.Option(metavar="NAME", help="A name for workers that are set up alike.")
    ] = None,
) -> None:
    """Start a worker: one of many processes that carry out steps.

    They need ERRAND_DATABASE_URL and ERRAND_BROKER_URL. It stops by Ctrl-C or SIGTERM: what runs is finished,
    or handed back to other workers.
    """
    from errand.frontends.processes import work
    from errand.service import WorkerSetup

    end(work(context.obj, WorkerSetup(tuple(offer) if offer else None, slots, pool)))


def rescuer(context: typer.Context) -> None:
    """Start a rescuer: it finds what got lost.

    It stops by Ctrl-C or SIGTERM.
    """
    from errand.frontends.processes import rescue

    end(rescue(context.obj))


def api(
    context: typer.Context,
    host: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Where it listens (default: ERRAND_API_HOST).")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, metavar="N", help="On which port; 0: any free one.")
    ] = None,
) -> None:
    """Start the API: the service over HTTP, for programs.

    It listens on loopback unless told otherwise, and stops by Ctrl-C or SIGTERM.
    """
    from errand.frontends.rest.serving import serve_api

    end(serve_api(context.obj, host, port))


def end(status: int) -> Never:
    raise typer.Exit(status)
