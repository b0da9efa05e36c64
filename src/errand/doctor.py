"""What is installed, what stays off without it, and how to get it."""

import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from errand import __version__
from errand.capability import Catalogue
from errand.domain.errors import SetupError
from errand.domain.finding import Finding

LEAST_FREE_BYTES = 200_000_000


@dataclass(frozen=True, slots=True)
class Program:
    names: tuple[str, ...]
    package: str
    off_without: str


PROGRAMS = (
    Program(("git",), "git", "working on a codebase"),
    Program(("rg",), "ripgrep", "fast search in a codebase"),
    Program(("bwrap",), "bubblewrap", "running code in a sandbox"),
    Program(("chromium", "chromium-browser", "google-chrome"), "chromium", "browsing"),
    Program(("redis-server",), "redis-server", "many workers on one machine for a trial"),
)
"""System packages that parts of Errand use; the main job needs none of them."""


def examine(home: Path, catalogue: Catalogue) -> Sequence[Finding]:
    """Looks only; changes nothing."""
    version = ".".join(map(str, sys.version_info[:3]))
    free = shutil.disk_usage(home).free
    return [
        Finding("errand", ok=True, found=__version__),
        Finding(
            "python", ok=sys.version_info >= (3, 11), found=version, how_to_get_it="Install Python 3.11."
        ),
        Finding(
            "state",
            ok=free >= LEAST_FREE_BYTES,
            found=f"{home}, {free / 1e9:.1f} GB free",
            how_to_get_it="Free some space, or set ERRAND_HOME to another disk.",
        ),
        *(_program(each) for each in PROGRAMS),
        *(
            Finding(
                each.name,
                ok=not (missing := each.missing()),
                found="offered" if not missing else f"off: it needs {missing[0].name}",
                how_to_get_it=missing[0].how_to_get_it if missing else "",
            )
            for each in catalogue
        ),
    ]


def answering(name: str, ask: Callable[[], object], *, well: str = "answers") -> Finding:
    """Of a server, whether it can be asked; `well` is said when it can."""
    try:
        ask()
    except SetupError as error:
        return Finding(name, ok=False, found=str(error))
    return Finding(name, ok=True, found=well)


def _program(program: Program) -> Finding:
    path = next((found for name in program.names if (found := shutil.which(name))), None)
    return Finding(
        program.names[0],
        ok=path is not None,
        found=path or f"not installed: {program.off_without} stays off",
        how_to_get_it=f"Install the package {program.package}, for example by `scripts/setup` as root.",
    )
