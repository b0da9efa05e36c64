"""The files of a workspace as they are recorded: each by the hash of its content."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from errand.domain.json import JsonObject


@dataclass(frozen=True, slots=True)
class StoredFile:
    sha256: str
    size: int
    executable: bool = False


Tree = dict[str, StoredFile]
"""By path, as `src/app.py`."""
Changes = Mapping[str, StoredFile | None]
"""By path, what is there now; None: nothing any more."""


def changed(tree: Tree, changes: Changes) -> Tree:
    """The tree with these changes on it. Where one makes a file of a folder, what was in that is gone; where
    one puts something into what is a file, so is the file: of two that contradict, the later holds."""
    after = dict(tree)
    folders = set(folders_of(after))
    for path, file in changes.items():
        after.pop(path, None)
        if file is None:
            continue
        for above in folders_above(path):
            after.pop(above, None)
        if path in folders:
            after = {each: kept for each, kept in after.items() if not each.startswith(f"{path}/")}
        after[path] = file
        folders.update(folders_above(path))
    return after


def difference(before: Tree, after: Tree) -> Changes:
    """What makes the second of the first."""
    gone: dict[str, StoredFile | None] = {path: None for path in before if path not in after}
    return gone | {path: file for path, file in after.items() if before.get(path) != file}


def folders_of(paths: Iterable[str]) -> Iterator[str]:
    """Every folder that something of it is in, some more than once."""
    for path in paths:
        yield from folders_above(path)


def folders_above(path: str) -> Iterator[str]:
    end = path.find("/")
    while end != -1:
        yield path[:end]
        end = path.find("/", end + 1)


def written(changes: Changes) -> JsonObject:
    return {
        path: None if file is None else [file.sha256, file.size, file.executable]
        for path, file in changes.items()
    }


def read(values: JsonObject) -> Changes:
    """Raises ValueError when something else wrote it."""
    return {path: None if value is None else _file(path, value) for path, value in values.items()}


def _file(path: str, value: object) -> StoredFile:
    match value:
        case [str() as sha256, int() as size, bool() as executable]:
            return StoredFile(sha256, size, executable)
    raise ValueError(f"What is recorded of {path!r} can not be read: {value!r}")
