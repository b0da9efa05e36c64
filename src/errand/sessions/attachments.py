"""What a person attaches, looked at before anything is stored: which files, under which names."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from errand.domain.errors import InputRefused
from errand.sessions.packing import is_code, pack

MOST_ATTACHMENTS = 200
LONGEST_NAME = 100
"""Characters before the ending; what is longer is cut."""
_LONGEST_ENDING = 10


class Inspected(Protocol):
    @property
    def media_type(self) -> str: ...


Inspect = Callable[[Path], Inspected]
"""Looks at a file before anything is stored. Raises InputRefused when it can not be used."""


@dataclass(frozen=True, slots=True)
class Attached:
    path: Path
    name: str
    """Different for each."""
    media_type: str


@contextmanager
def looked_at(given: Sequence[Path], inspect: Inspect, *, code: bool) -> Iterator[tuple[Attached, ...]]:
    """The files that are attached; they can be read until this is left. A folder stands for all files in it,
    or, with `code`, a folder of source text for one archive of them.

    Raises InputRefused when one can not be used, or they are too many.
    """
    with TemporaryDirectory(prefix="errand-") as packed:
        found: list[Attached] = []
        names: set[str] = set()
        for path in _files(given, Path(packed) if code else None):
            name = _unused(_shown(path.name), names)
            names.add(name)
            found.append(Attached(path, name, inspect(path).media_type))
        yield tuple(found)


def _files(given: Sequence[Path], packed: Path | None) -> list[Path]:
    found: list[Path] = []
    for number, path in enumerate(given):
        try:
            found += _in_folder(path, packed / str(number) if packed else None) if path.is_dir() else [path]
        except OSError as error:
            raise InputRefused(f"{path} can not be read ({error.strerror}): check the name.") from error
    if len(found) > MOST_ATTACHMENTS:
        raise InputRefused(f"More than {MOST_ATTACHMENTS} files are attached: attach fewer.")
    return found


def _in_folder(folder: Path, packed: Path | None) -> list[Path]:
    """Folders in it too; a link to a folder is not followed, so that there is an end."""
    if packed is not None and is_code(folder):
        packed.mkdir()
        return [pack(folder, packed)]
    found = (path for path in folder.rglob("*") if path.is_file())
    shown = (path for path in found if not _is_hidden(path.relative_to(folder)))
    inside = sorted(islice(shown, MOST_ATTACHMENTS + 1))
    if not inside:
        raise InputRefused(f"The folder {folder} holds no files: attach one that does, or the files.")
    return inside


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _shown(name: str) -> str:
    """As it stands in reports: one line, nothing that looks like a tag, room for what is added to it."""
    kept = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029<>]", "_", name.encode(errors="replace").decode())
    stem, dot, ending = kept.rpartition(".")
    if not stem or len(ending) > _LONGEST_ENDING:
        stem, dot, ending = kept, "", ""
    return f"{stem[:LONGEST_NAME]}{dot}{ending}"


def _unused(name: str, used: set[str]) -> str:
    path, n, free = Path(name), 2, name
    while free in used:
        free, n = f"{path.stem} ({n}){path.suffix}", n + 1
    return free
