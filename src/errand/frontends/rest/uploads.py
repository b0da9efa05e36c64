"""A task as it is handed in: JSON, or a form with files, which go to disk and not into memory."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from anyio.to_thread import run_sync
from pydantic import ValidationError
from starlette.datastructures import FormData, Headers, UploadFile
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from errand.domain.errors import InputRefused
from errand.frontends.rest.problems import problem
from errand.frontends.rest.shapes import LimitsIn, TaskIn

LARGEST_JSON = 2_000_000
"""Bytes of a request without attachments."""
MOST_FILES = 200


@dataclass(frozen=True, slots=True)
class Handed:
    wanted: TaskIn
    attachments: tuple[Path, ...] = ()


@asynccontextmanager
async def handed_in(request: Request) -> AsyncIterator[Handed]:
    """The files can be read until this is left. Raises InputRefused when the body is none of a task."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        yield Handed(_read(await request.body()))
    elif kind == "multipart/form-data":
        async with request.form(max_files=MOST_FILES, max_fields=10) as form:
            with TemporaryDirectory(prefix="errand-") as folder:
                yield await run_sync(_from_form, form, Path(folder))
    else:
        raise InputRefused("Hand a task in as application/json, or with files as multipart/form-data.")


def _from_form(form: FormData, folder: Path) -> Handed:
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    if unknown := fields.keys() - TaskIn.model_fields.keys():
        raise InputRefused(f"The form has a field {min(unknown)!r}, which a task has not.")
    limits = fields.pop("limits", "{}")
    try:
        wanted = TaskIn.model_validate({**fields, "limits": LimitsIn.model_validate_json(limits)})
    except ValidationError as error:
        raise InputRefused(_faults(error)) from error
    files = [each for each in form.getlist("attachments") if isinstance(each, UploadFile)]
    return Handed(wanted, tuple(_kept(each, folder / str(n)) for n, each in enumerate(files)))


def _kept(file: UploadFile, folder: Path) -> Path:
    """In a folder of its own: names may repeat, and none leads anywhere else."""
    name = PurePosixPath((file.filename or "").replace("\\", "/")).name
    if not name or name in (".", "..") or "\0" in name:
        raise InputRefused("An attachment has no name: give it the name of its file.")
    folder.mkdir()
    path = folder / name
    with path.open("wb") as written:
        shutil.copyfileobj(file.file, written)
    return path


def _read(body: bytes) -> TaskIn:
    try:
        return TaskIn.model_validate_json(body)
    except ValidationError as error:
        raise InputRefused(_faults(error)) from error


def _faults(error: ValidationError) -> str:
    said = "; ".join(f"{'.'.join(map(str, each['loc'])) or 'body'}: {each['msg']}" for each in error.errors())
    return f"The task can not be read ({said})."


class BodyLimit:
    """Refuses a body that is too large, before or while it is read."""

    def __init__(self, app: ASGIApp, largest_upload: int) -> None:
        self._app, self._largest_upload = app, largest_upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        upload = headers.get("content-type", "").startswith("multipart/")
        most = self._largest_upload if upload else LARGEST_JSON
        said = headers.get("content-length", "0")
        if not said.isdecimal() or int(said) > most:
            await problem(413, "Too large", _too_large(most))(scope, receive, send)
            return
        read = 0

        async def limited() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                raise InputRefused(_too_large(most))
            return message

        await self._app(scope, limited, send)


def _too_large(most: int) -> str:
    return f"The request is larger than {most / 1e6:.0f} MB: attach less, or raise ERRAND_MAX_ATTACHMENT_MB."
