"""A workspace, and archives that mean harm."""

import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from errand.capability import ArtifactRef
from errand.testing import FolderContext


def with_files(folder: Path, files: Mapping[str, str | bytes]) -> FolderContext:
    context = FolderContext(folder)
    for name, content in files.items():
        path = context.workspace / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return context


def attached(context: FolderContext, name: str, content: bytes) -> ArtifactRef:
    return context.save(ArtifactRef, name, content, "application/octet-stream")


def zipped(files: Mapping[str, bytes], modes: Mapping[str, int] | None = None) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = (modes or {}).get(name, 0o100644) << 16
            archive.writestr(info, content)
    return kept.getvalue()


def tarred(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    kept = io.BytesIO()
    with tarfile.open(fileobj=kept, mode="w:gz") as archive:
        for member, content in members:
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return kept.getvalue()


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "", mode: int = 0o644) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname, made.mode = kind, link, mode
    return made
