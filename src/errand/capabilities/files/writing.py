"""`files.write` and `files.edit`: a whole file at once, or one exact change."""

import difflib
import hashlib
import re
from dataclasses import dataclass

from pydantic import BaseModel, Field

from errand.capabilities.files.folder import Folder
from errand.capabilities.files.looking import decoded, lines_of
from errand.capability import Audience, Context, Effects, capability
from errand.domain.errors import InputRefused

LARGEST_WRITE = 5_000_000
_MOST_COMPARED = 4_000
_SHOWN = 3


class WriteInput(BaseModel):
    path: str = Field(description="Path of the file in the workspace, as `src/app.py`; folders are made.")
    text: str = Field(description="All that the file shall hold. What it held before is replaced.")


class WriteOutput(BaseModel):
    path: str = Field(description="The file that was written.")
    created: bool = Field(description="False: there was a file of this name, which was replaced.")
    size: int = Field(description="Bytes that it has now.")


@capability("files.write", effects=Effects.WORKSPACE, audience=Audience.AGENTS)
def write_file(given: WriteInput, context: Context) -> WriteOutput:
    """Write a text file in the workspace: a new one, or the whole of an old one anew.

    To change a part of a file, use files.edit.
    """
    content = _encoded(given.text, "utf-8")
    folder = Folder(context.workspace)
    folder.refuse_excess(len(content))
    created = folder.write(given.path, content)
    return WriteOutput(path=given.path, created=created, size=len(content))


class EditInput(BaseModel):
    path: str = Field(description="Path of the file in the workspace, as `src/app.py`.")
    old: str = Field(
        min_length=1,
        description="The text to replace, exactly as it is in the file, white space and ends of lines too. "
        "It must occur once: take in as much round it as makes it so.",
    )
    new: str = Field(description="What shall stand in its place; empty to take it out.")
    occurrence: int | None = Field(
        default=None, ge=1, description="Which one to replace, from 1, where `old` occurs several times."
    )


class EditOutput(BaseModel):
    path: str = Field(description="The file that was edited.")
    changed: bool = Field(description="False: this very edit had been made already, nothing was done.")
    line: int = Field(description="Line that the new text begins in.")
    text: str = Field(description="The lines round it as they are now.")


@capability("files.edit", effects=Effects.WORKSPACE, audience=Audience.AGENTS)
def edit_file(given: EditInput, context: Context) -> EditOutput:
    """Change a part of a text file in the workspace: `old` is replaced by `new`, exactly, in one place.

    Says what stands nearest when `old` does not occur, and in which lines when it occurs several times.
    """
    folder = Folder(context.workspace)
    text = _Text.read(folder, given.path)
    old, new = text.as_there(given.old), text.as_there(given.new)
    if old == new:
        raise InputRefused("`old` and `new` are the same: there is nothing to change.")
    made = _Made(folder.hidden("edits"), given, context)
    if (start := made.before(text)) is not None:
        return _told(given.path, text, start, len(new), changed=False)
    start = _place(text.text, old, given)
    after = text.with_text(text.text[:start] + new + text.text[start + len(old) :])
    folder.refuse_excess(max(0, len(after.content) - len(text.content)))
    made.intend(after, start)
    folder.write(given.path, after.content)
    return _told(given.path, after, start, len(new), changed=True)


@dataclass(frozen=True)
class _Text:
    text: str
    content: bytes
    encoding: str

    @classmethod
    def read(cls, folder: Folder, path: str) -> "_Text":
        """Raises InputRefused when writing it back would change more than what is edited."""
        found = decoded(folder, path)
        content = folder.read(path)
        if found.damaged or found.text.encode(found.encoding) != content:
            raise InputRefused(f"{path} is in an encoding that can not be edited: write it anew as UTF-8.")
        return cls(found.text, content, found.encoding)

    def as_there(self, given: str) -> str:
        """With the ends of lines that the file has."""
        plain = given.replace("\r\n", "\n")
        ends = self.text.count("\r\n")
        return plain.replace("\n", "\r\n") if ends and ends == self.text.count("\n") else plain

    def with_text(self, text: str) -> "_Text":
        return _Text(text, _encoded(text, self.encoding), self.encoding)


@dataclass(frozen=True)
class _Made:
    """Edits are noted before they are made, with the file that they lead to, so that a successor of a killed
    worker, which calls the tool again, knows its own edit from a text that merely looks like it."""

    notes: Folder
    given: EditInput
    context: Context

    @property
    def _name(self) -> str:
        who = f"{self.context.subtask}\x00{self.given.model_dump_json()}"
        return hashlib.sha256(who.encode()).hexdigest()

    def before(self, text: _Text) -> int | None:
        """Where an earlier attempt made this edit, when the file is still as that left it."""
        if self.notes.entry(self._name) is None:
            return None
        attempt, after, start = self.notes.read(self._name).decode().split()
        is_so = int(attempt) < self.context.attempt and after == _hash(text)
        return int(start) if is_so else None

    def intend(self, after: _Text, start: int) -> None:
        self.notes.write(self._name, f"{self.context.attempt} {_hash(after)} {start}".encode())


def _place(text: str, old: str, given: EditInput) -> int:
    starts = [found.start() for found in re.finditer(re.escape(old), text)]
    if not starts:
        raise InputRefused(f"`old` does not occur in {given.path}. {_nearest(text, given.old)}")
    if given.occurrence is None and len(starts) > 1:
        lines = ", ".join(str(_line(text, start)) for start in starts[:10])
        raise InputRefused(
            f"`old` occurs {len(starts)} times in {given.path} (lines {lines}): take in more of the text "
            "round the one that is meant, or say its number as `occurrence`."
        )
    number = given.occurrence or 1
    if number > len(starts):
        raise InputRefused(f"`old` occurs {len(starts)} times in {given.path}: give one of them.")
    return starts[number - 1]


def _nearest(text: str, old: str) -> str:
    """What may have been meant, from the line of `old` that says most."""
    sought = max((line.strip() for line in lines_of(old) or [old]), key=len)[:300]
    lines = [(number, line) for number, line in enumerate(lines_of(text), 1) if line.strip()]
    near = [each for each in lines if sought and sought in each[1]][:_SHOWN]
    if not near:
        likely = [each for each in lines if len(each[1]) <= 600][:_MOST_COMPARED]
        by_text = {line.strip(): (number, line) for number, line in reversed(likely)}
        near = [by_text[each] for each in difflib.get_close_matches(sought, by_text, _SHOWN, 0.6)]
    if not near:
        return "Nothing in it is like it: read the file first."
    said = "\n".join(f"{number}: {line[:300]}" for number, line in sorted(near))
    return f"Nearest to it are these lines, copy from them exactly, with white space:\n{said}"


def _told(path: str, text: _Text, start: int, length: int, *, changed: bool) -> EditOutput:
    line, last = _line(text.text, start), _line(text.text, start + length)
    shown = lines_of(text.text)[max(0, line - 3) : min(last + 2, line + 40)]
    told = "\n".join(each[:300] for each in shown)
    return EditOutput(path=path, changed=changed, line=line, text=told)


def _line(text: str, start: int) -> int:
    return text.count("\n", 0, start) + 1


def _encoded(text: str, encoding: str) -> bytes:
    try:
        content = text.encode(encoding)
    except UnicodeEncodeError as error:
        said = f"{text[error.start]!r} can not be written in {encoding}, which the file is in: use another."
        raise InputRefused(said) from error
    if len(content) > LARGEST_WRITE:
        raise InputRefused(f"That is more than {LARGEST_WRITE:,} bytes: write several smaller files.")
    return content


def _hash(text: _Text) -> str:
    return hashlib.sha256(text.content).hexdigest()
