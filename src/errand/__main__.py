"""`errand`, and `python -m errand`: the command line on the real installation."""

import io
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from errand.frontends.cli import command_line

if TYPE_CHECKING:  # loaded when a command opens it: help needs none of it
    from errand.service import Installation


def main(open_installation: "Callable[[], Installation] | None" = None) -> int:
    """The exit status. Another opener than the real one is for whoever embeds or tests the command line."""
    sys.excepthook = _say_defect
    threading.excepthook = _say_defect_of_thread
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that has no ✓ shows a ?
    return command_line(open_installation or _open_installation)


def _nowhere() -> TextIO:
    """For a stream that was closed by whoever started this process (`errand … >&-`)."""
    return Path(os.devnull).open("w", encoding="utf-8")


def _open_installation() -> "Installation":
    """Raises SetupError when a setting, ERRAND_HOME or a server can not be used."""
    from errand.config import read_settings
    from errand.container.opening import open_installation
    from errand.observability.logs import configure

    settings = read_settings()
    configure(settings.log_level, as_json=settings.log_json)
    return open_installation(settings)


def _say_defect(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """One sentence; the traceback where somebody asked for it."""
    if issubclass(kind, KeyboardInterrupt):
        return
    if _is_debugging():
        sys.__excepthook__(kind, error, trace)
        return
    said = " ".join(f"{kind.__name__}: {error}".split())
    sys.stderr.write(
        f"errand: This is a defect of Errand itself ({said[:300]}); "
        "run it again with ERRAND_LOG_LEVEL=debug to see where it is.\n"
    )


def _say_defect_of_thread(failed: threading.ExceptHookArgs) -> None:
    if failed.exc_value is not None and not issubclass(failed.exc_type, SystemExit):
        _say_defect(failed.exc_type, failed.exc_value, failed.exc_traceback)


def _is_debugging() -> bool:
    from errand.config import read_settings
    from errand.domain.errors import SetupError

    try:
        return read_settings().log_level == "debug"
    except SetupError:
        return False


if __name__ == "__main__":
    sys.exit(main())
