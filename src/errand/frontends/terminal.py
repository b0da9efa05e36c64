"""What is printed: text, tables and JSON, none of which can steer a terminal."""

import json
import sys
from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDTH_WHEN_PIPED = 160


def console(*, stderr: bool = False) -> Console:
    """Markup is off: what a person or a file says is never read as an instruction to the terminal."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(
        file=stream, markup=False, highlight=False, emoji=False,
        width=None if stream.isatty() else WIDTH_WHEN_PIPED,
    )  # fmt: skip


def now() -> datetime:
    """For what is shown only."""
    return datetime.now(UTC)


def show_table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, dimmed: Collection[int] = ()) -> None:
    """The last column gives way when the screen is narrow. `dimmed`: rows that matter no more, from 0."""
    table = Table(box=None, pad_edge=False, header_style="dim", show_edge=False)
    for head in heads[:-1]:
        table.add_column(head, overflow="fold")
    table.add_column(heads[-1], overflow="fold", ratio=1)
    for n, row in enumerate(rows):
        table.add_row(*(Text(cell) for cell in row), style="dim" if n in dimmed else None)
    console().print(table)


def show_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def tell(out: Console, text: str, style: str = "") -> None:
    """Words are kept whole on a terminal; anywhere else a line is as long as it is."""
    out.print(Text(text, style=style), soft_wrap=not out.is_terminal)


def say(text: str, style: str = "") -> None:
    """On standard output."""
    tell(console(), text, style)
