"""The folder that a person gets: `result.md`, `artifacts/…` and `task.json`."""

import json
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path, PurePosixPath

from errand.domain.errors import InputRefused, SetupError
from errand.domain.ids import TaskId
from errand.domain.json import Json, JsonObject
from errand.frontends.page import result_page
from errand.service import Service

RESULT, RECORD, ARTIFACTS = "result.md", "task.json", "artifacts"
IN_BETWEEN = frozenset({"document"})
"""Kinds that only stand between an attachment and a result: each subtask's lie in a folder of their own."""
_LONGEST_NAME = 120
"""Characters; the shortest limit of usual file systems is 255 bytes."""


@dataclass(frozen=True, slots=True)
class Written:
    folder: Path
    page: str
    """What stands in `result.md`."""
    record: JsonObject
    files: tuple[str, ...]
    """Of the artifacts, relative to the folder; those for a person first."""


def refuse_unusable(folder: Path) -> None:
    """Raises InputRefused when results can not be put there. Changes nothing."""
    try:
        existing = next(each for each in (folder, *folder.absolute().parents) if os.path.lexists(each))
    except FileNotFoundError as error:
        raise InputRefused("The folder that this was started in is gone: change to another one.") from error
    if not existing.is_dir():
        raise InputRefused(f"{existing} is not a folder: name another one for the result.")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise InputRefused(f"The folder {existing} may not be written: name another one for the result.")
    taken = [name for name in (RESULT, ARTIFACTS, RECORD) if os.path.lexists(folder / name)]
    if taken and _earlier(folder) is None:
        raise InputRefused(
            f"The folder {folder} holds a {taken[0]} that is not Errand's: name another one for the result."
        )


def write_result(service: Service, task: TaskId, folder: Path) -> Written:
    """Put there what there is of a task; what an earlier result left there is replaced.

    Raises InputRefused when the folder can not be used, SetupError when the disk is full.
    """
    refuse_unusable(folder)
    record = service.record(task)
    places = layout(latest_first(record))
    result = record.get("result")
    held = str(result.get("sha256")) if isinstance(result, dict) else ""
    page = result_page(record, places, service.content(held) if held in places else None)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _remove_earlier(folder)
        for digest, place in sorted(places.items()):
            _write(folder, place, service.content(digest))
        _write(folder, RESULT, page.encode())
        _write(folder, RECORD, to_json(record).encode())
    except OSError as error:
        raise SetupError(
            f"The result could not be written to {folder} ({error.strerror}): nothing of the task is lost, "
            f"write it elsewhere by `errand show {task} --out FOLDER`."
        ) from error
    files = sorted(places.values(), key=lambda place: (place.count("/"), place))
    return Written(folder, page, record, tuple(files))


def latest_first(record: JsonObject) -> list[JsonObject]:
    """Its artifacts; those of a later revision of the plan take a name before those that they correct."""
    plan = record.get("plan")
    steps = _objects(plan.get("subtasks")) if isinstance(plan, dict) else []
    revisions = {step.get("key"): step.get("revision") for step in steps}

    def revision(artifact: JsonObject) -> int:
        found = revisions.get(artifact.get("subtask"))
        return found if isinstance(found, int) else 0

    return sorted(_objects(record.get("artifacts")), key=revision, reverse=True)


def layout(artifacts: Sequence[JsonObject]) -> dict[str, str]:
    """Hash -> path below the folder, with `/`. Each path is safe, and no two contents share one."""
    places: dict[str, str] = {}
    files: set[str] = set()
    folders: set[str] = set()
    for each in artifacts:
        digest = str(each.get("sha256"))
        if digest in places:
            continue
        place = next(
            place
            for place in _candidates(each, digest)
            if not {place.casefold()} & (files | folders) and not _folders(place) & files
        )
        files.add(place.casefold())
        folders |= _folders(place)
        places[digest] = place
    return places


def _candidates(artifact: JsonObject, digest: str) -> Iterator[str]:
    name, subtask = _safe(str(artifact.get("name"))), _safe(str(artifact.get("subtask")))
    if artifact.get("kind") not in IN_BETWEEN:
        yield f"{ARTIFACTS}/{name}"
    yield f"{ARTIFACTS}/{subtask}/{name}"
    for n in count():
        yield f"{ARTIFACTS}/{digest[: 12 + n]}-{name}"


def _folders(place: str) -> set[str]:
    return {str(each).casefold() for each in PurePosixPath(place).parents}


def to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _safe(name: str) -> str:
    """One file name: no folders, no control characters, nothing hidden, not too long."""
    kept = re.sub(
        r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff/\\:*?\"<>|]", "_", name
    ).strip()
    kept = re.sub(r"^\.+", "_", kept).rstrip(". ") or "_"
    while len(kept) > _LONGEST_NAME or len(kept.encode()) > 240:
        stem, dot, ending = kept.rpartition(".")
        kept = f"{stem[:-1]}.{ending}" if dot and len(ending) <= 16 and len(stem) > 1 else kept[:-1]
    return kept


def _write(folder: Path, place: str, content: bytes) -> None:
    """Beside, then moved into place: never half there, and never through a link out of the folder."""
    target = folder / place
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.parent.resolve().is_relative_to(folder.resolve()):
        raise InputRefused(f"{target.parent} leads out of {folder}: name another folder for the result.")
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".new-")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        temporary.chmod(0o644)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _earlier(folder: Path) -> JsonObject | None:
    """The record that an earlier result left there; None when there is none of ours."""
    try:
        found: Json = json.loads((folder / RECORD).read_bytes())
    except (OSError, ValueError):
        return None
    ours = isinstance(found, dict) and str(found.get("format", "")).startswith("errand.task/")
    return found if ours and isinstance(found, dict) else None


def _remove_earlier(folder: Path) -> None:
    """Only what its record says that it put there."""
    earlier = _earlier(folder)
    for place in layout(latest_first(earlier)).values() if earlier else ():
        path = folder / place
        if path.parent.resolve().is_relative_to(folder.resolve()) and not path.is_dir():
            path.unlink(missing_ok=True)


def _objects(value: Json) -> list[JsonObject]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def shown_folder(folder: Path) -> str:
    """As short as it can be typed here."""
    absolute = folder.absolute()
    here = Path.cwd()
    return str(absolute.relative_to(here)) if absolute.is_relative_to(here) else str(absolute)


def names_for_a_person(files: Sequence[str]) -> list[str]:
    """Of the files that a person opens: not the data in JSON, not what lies deeper."""
    flat = [file.removeprefix(f"{ARTIFACTS}/") for file in files if file.count("/") == 1]
    return [name for name in flat if not name.endswith(".json")]
