"""`files.list` and `files.read`: what is in the workspace, and what is in a file."""

from itertools import islice

from pydantic import BaseModel, Field

from errand.capabilities.documents.charset import Decoded, decode
from errand.capabilities.files.folder import Folder
from errand.capabilities.files.names import fits
from errand.capability import Audience, Context, capability
from errand.domain.errors import InputRefused

MOST_LISTED = 500
MOST_LINES = 2_000
MOST_BYTES = 50_000
"""Of one answer, as JSON: it must go through a conversation, and into a subtask's output."""
LARGEST_TEXT = 20_000_000


class ListInput(BaseModel):
    folder: str = Field(
        default="", description="Folder to look in, as `src/app`; empty: all of the workspace."
    )
    pattern: str = Field(
        default="",
        description="Only files like this: `*.py` by their name, `src/**/test_*.py` by their whole path.",
    )


class Listed(BaseModel):
    path: str = Field(description="Path in the workspace.")
    size: int = Field(description="Bytes.")


class ListOutput(BaseModel):
    files: list[Listed] = Field(description="The files by path, folders within folders included.")
    found: int = Field(description="How many fit; of more than 500 only the first are in `files`.")


@capability("files.list", audience=Audience.AGENTS)
def list_files(given: ListInput, context: Context) -> ListOutput:
    """List the files of the workspace, all folders included.

    Names up to 500 that fit. `.git`, `node_modules` and the like are passed over unless `folder` names them.
    """
    entries = (
        each for each in Folder(context.workspace).walk(given.folder) if fits(each.path, given.pattern)
    )
    kept = list(islice(entries, MOST_LISTED))
    files = [Listed(path=each.path, size=each.size) for each in kept]
    return ListOutput(files=files, found=len(files) + sum(1 for _ in entries))


class ReadInput(BaseModel):
    path: str = Field(description="Path of the file in the workspace, as `src/app.py`.")
    from_line: int = Field(default=1, ge=1, description="The line to begin with, from 1.")
    lines: int = Field(default=500, ge=1, le=MOST_LINES, description="How many lines at most.")


class ReadOutput(BaseModel):
    text: str = Field(description="The lines as they are in the file.")
    from_line: int = Field(description="Number of the first of them.")
    to_line: int = Field(description="Number of the last of them.")
    lines: int = Field(description="How many lines the file has.")
    go_on: str = Field(default="", description="How to read what follows; empty at the end of the file.")


@capability("files.read", audience=Audience.AGENTS)
def read_file(given: ReadInput, context: Context) -> ReadOutput:
    """Read a text file of the workspace, or some lines of it: up to 2,000 lines or 50,000 bytes at once.

    `go_on` says how to read what follows.
    """
    lines = lines_of(decoded(Folder(context.workspace), given.path).text)
    if given.from_line > max(1, len(lines)):
        raise InputRefused(f"{given.path} has {len(lines):,} lines: begin with one of them.")
    first = given.from_line - 1
    shown, cut = _within(lines[first : first + given.lines])
    last = first + len(shown)
    more = f"Call files.read with from_line {last + 1}." if last < len(lines) else ""
    of_it = (
        f"Line {last} is longer than can be shown: its end was left out; find what matters by files.search."
    )
    return ReadOutput(
        text="\n".join(shown),
        from_line=given.from_line,
        to_line=last,
        lines=len(lines),
        go_on=" ".join(filter(None, [of_it if cut else "", more])),
    )


def decoded(folder: Folder, path: str) -> Decoded:
    """The text of a file. Raises InputRefused when it is none."""
    content = folder.read(path, LARGEST_TEXT)
    text = decode(content)
    if not text.is_text or b"\x00\x00\x00" in content[:4_096]:
        raise InputRefused(
            f"{path} is a binary file of {len(content):,} bytes, which can not be shown as text."
        )
    return text


def lines_of(text: str) -> list[str]:
    """Without their ends, `\\n` or `\\r\\n`; an end of line that ends the text begins no further line."""
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    return lines if lines[-1] else lines[:-1]


def _within(lines: list[str]) -> tuple[list[str], bool]:
    """As many as an answer may hold; a first one that is too long by itself is cut, and so it is told."""
    room = MOST_BYTES
    for number, line in enumerate(lines):
        room -= _bytes(line) + 2
        if room < 0:
            return (lines[:number], False) if number else ([_start(line)], True)
    return lines, False


def _bytes(line: str) -> int:
    escaped = sum(line.count(each) for each in '"\\\t')
    return len(line.encode(errors="replace")) + escaped


def _start(line: str) -> str:
    return line[: MOST_BYTES // 4]
