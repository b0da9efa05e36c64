"""What a person can type: make's targets, and Errand's commands with their subcommands."""

import functools
import re

import typer

from errand.frontends.cli import build_app
from errand.service import Installation
from tests.architecture.project import ROOT


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):(?!=)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@functools.cache
def command_names() -> dict[str, frozenset[str]]:
    """Command -> its subcommands."""
    root = typer.main.get_command(build_app(_never))
    return {name: frozenset(_below(command)) for name, command in _below(root).items()}


def _never() -> Installation:
    raise NotImplementedError("looking at the commands opens no installation")


def _below(command: object) -> dict[str, object]:
    """Empty for a command that has none below it."""
    return dict(getattr(command, "commands", {}))
