"""`files.keep` and `files.changes`: what becomes of the workspace, as artifacts of the task."""

import difflib
import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel, Field

from errand.capabilities.documents.charset import decode
from errand.capabilities.files.folder import Folder, NoSuchFile, NotAFile
from errand.capabilities.files.names import parts
from errand.capabilities.files.taking import TAKEN
from errand.capability import ArtifactRef, Audience, Context, capability

_LARGEST_COMPARED = 2_000_000
_MOST_SHOWN = 20_000
_MOST_TOLD = 200


class DiffRef(ArtifactRef):
    """A unified diff."""

    kind: ClassVar[str] = "diff"


class KeepInput(BaseModel):
    path: str = Field(description="Path of the file in the workspace, as `out/table.csv`.")


class KeepOutput(BaseModel):
    file: ArtifactRef = Field(description="The file as it is now, kept with the task's results.")


@capability("files.keep", audience=Audience.AGENTS)
def keep_file(given: KeepInput, context: Context) -> KeepOutput:
    """Keep a file of the workspace as a result, as it is now, so that later steps and the person get it."""
    content = Folder(context.workspace).read(given.path)
    name = parts(given.path)[-1]
    media_type = mimetypes.guess_type(name)[0] or _media_type(content)
    return KeepOutput(file=context.save(ArtifactRef, name, content, media_type))


class ChangesInput(BaseModel):
    folder: str = Field(default="", description="Only changes in this folder; empty: all.")
    relative: bool = Field(
        default=False, description="True: paths in the diff begin in `folder`, for whoever applies it there."
    )


class ChangesOutput(BaseModel):
    diff: DiffRef = Field(
        description="All changes as a unified diff, which `git apply` and `patch -p1` take."
    )
    shown: str = Field(description="The diff, up to 20,000 characters of it.")
    changed: list[str] = Field(description="Files that differ from what was brought in.")
    added: list[str] = Field(description="Files that are new.")
    removed: list[str] = Field(description="Files that are gone.")
    lines_added: int = Field(description="Lines that the diff adds.")
    lines_removed: int = Field(description="Lines that it takes out.")


@capability("files.changes", audience=Audience.AGENTS)
def workspace_changes(given: ChangesInput, context: Context) -> ChangesOutput:
    """Compare the workspace with what files.take brought into it: a unified diff of all that was changed."""
    found = list(_changes(Folder(context.workspace), given.folder, relative=given.relative))
    lines = [line for each in found for line in each.diff]
    text = "".join(lines)
    diff = context.save(DiffRef, "changes.diff", text.encode(), "text/x-diff")
    return ChangesOutput(
        diff=diff,
        shown=text[:_MOST_SHOWN],
        changed=[each.path for each in found if each.before is not None and each.after is not None][
            :_MOST_TOLD
        ],
        added=[each.path for each in found if each.before is None][:_MOST_TOLD],
        removed=[each.path for each in found if each.after is None][:_MOST_TOLD],
        lines_added=sum(each.count("+") for each in found),
        lines_removed=sum(each.count("-") for each in found),
    )


@dataclass(frozen=True)
class _Change:
    path: str
    before: bytes | None
    after: bytes | None
    diff: tuple[str, ...]

    def count(self, sign: str) -> int:
        """Of its lines; the two that name the file are none."""
        return sum(line.startswith(sign) for line in self.diff[2:])


def _changes(folder: Folder, start: str, *, relative: bool) -> Iterator[_Change]:
    originals, top = folder.hidden(TAKEN), parts(start)
    taken = {each.path for each in originals.walk()}
    paths = taken | {each.path for each in folder.walk()}
    for path in sorted(each for each in paths if tuple(each.split("/"))[: len(top)] == top):
        before = originals.read(path) if path in taken else None
        after = _now(folder, path)
        if before != after:
            name = "/".join(path.split("/")[len(top) :]) if relative else path
            yield _Change(path, before, after, tuple(_diff(name, before, after)))


def _now(folder: Folder, path: str) -> bytes | None:
    """None also when something else has taken its place."""
    try:
        return folder.read(path)
    except (NoSuchFile, NotAFile):
        return None


def _diff(path: str, before: bytes | None, after: bytes | None) -> Iterator[str]:
    """Its first two lines name the file; binary and very large files are only said to differ."""
    end = "\t" if " " in path else ""  # where a name with blanks ends, as git and diff write it
    yield f"--- {'/dev/null' if before is None else f'a/{path}{end}'}\n"
    yield f"+++ {'/dev/null' if after is None else f'b/{path}{end}'}\n"
    old, new = _lines(before), _lines(after)
    if old is None or new is None:
        yield f"Binary files a/{path} and b/{path} differ\n"
        return
    for number, line in enumerate(difflib.unified_diff(old, new)):
        if number >= len(("---", "+++")):
            yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(content: bytes | None) -> list[str] | None:
    """With their ends; None when it is not for reading."""
    if content is None:
        return []
    text = decode(content)
    if not text.is_text or text.damaged or len(content) > _LARGEST_COMPARED:
        return None
    *lines, last = text.text.split("\n")
    return [f"{line}\n" for line in lines] + ([last] if last else [])


def _media_type(content: bytes) -> str:
    return "text/plain" if decode(content[:65_536], partial=True).is_text else "application/octet-stream"
