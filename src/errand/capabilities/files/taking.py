"""`files.take`: attachments and other artifacts as files in the workspace, archives unpacked."""

from pathlib import PurePath

from pydantic import BaseModel, Field

from errand.capabilities.files.archives import MOST_UNPACKED, Packed, is_archive, stem, unpack
from errand.capabilities.files.folder import LARGEST_READ, Entry, Folder
from errand.capabilities.files.names import parts
from errand.capability import ArtifactRef, Audience, Context, Effects, capability
from errand.domain.errors import InputRefused

TAKEN = "taken"
"""Below HIDDEN: what was brought in, as it was."""
_MOST_TOLD = 200


class TakeInput(BaseModel):
    files: list[ArtifactRef] = Field(description="The files to bring in: attachments, or what a step made.")
    folder: str = Field(default="", description="Folder of the workspace to put them in; empty: its top.")


class TakeOutput(BaseModel):
    paths: list[str] = Field(description="Where the files are now, in the workspace; 200 at most are named.")
    taken: int = Field(description="How many files there are, unpacked ones counted each.")
    remarks: list[str] = Field(default_factory=list, description="What was left out, and why.")


@capability("files.take", effects=Effects.WORKSPACE, audience=Audience.AGENTS)
def take_files(given: TakeInput, context: Context) -> TakeOutput:
    """Bring attached files into the workspace, where they can be read, searched and edited.

    ZIP and tar.gz archives are unpacked, each into a folder of its own. Taken again, nothing that was edited
    since is touched.
    """
    top = parts(given.folder)
    files: list[Packed] = []
    remarks: list[str] = []
    for ref in given.files:
        brought, remark = _brought(ref, context.load(ref))
        files += [Packed((*top, *each.path), each.content, each.executable) for each in brought]
        remarks += remark
    folder = Folder(context.workspace)
    _refuse_too_much(files)
    folder.refuse_excess(sum(len(each.content) for each in files), len(files))
    for number, each in enumerate(files):
        _put(each, folder)
        if number % 500 == 0:
            context.progress("Bringing files into the workspace", number / len(files))
    paths = ["/".join(each.path) for each in files]
    return TakeOutput(paths=paths[:_MOST_TOLD], taken=len(paths), remarks=remarks)


def _brought(ref: ArtifactRef, content: bytes) -> tuple[list[Packed], list[str]]:
    """The file, or what is packed in it, below a folder named like the archive unless it holds one folder."""
    name = PurePath(ref.name).name
    if not is_archive(name):
        return [Packed(parts(name), content, executable=False)], []
    found = unpack(content, name)
    has_one_folder = len({each.path[0] for each in found.files}) == 1 and len(found.files[0].path) > 1
    below = () if has_one_folder else parts(stem(name))
    said = f"{found.left_out} links or devices in {name} were left out."
    files = [Packed((*below, *each.path), each.content, each.executable) for each in found.files]
    return files, [said] if found.left_out else []


def _refuse_too_much(files: list[Packed]) -> None:
    if not files:
        raise InputRefused("There is nothing to bring in: name at least one file.")
    if any(len(each.content) > LARGEST_READ for each in files):
        raise InputRefused(f"A file has more than {LARGEST_READ:,} bytes: take a smaller one.")
    if sum(len(each.content) for each in files) > MOST_UNPACKED:
        raise InputRefused(f"The files have more than {MOST_UNPACKED // 1_000_000} MB together: take fewer.")


def _put(file: Packed, folder: Folder) -> None:
    """The original last: without it, an attempt that was cut off is made again; with it, the file may have
    been edited since and is left alone."""
    path, originals = "/".join(file.path), folder.hidden(TAKEN)
    if _is(originals, path, originals.entry(path), file):
        return
    there = folder.entry(path)
    if there is not None and not _is(folder, path, there, file):
        raise InputRefused(f"There is another {path} in the workspace: take this one into another folder.")
    folder.write(path, file.content, executable=file.executable)
    originals.write(path, file.content)


def _is(folder: Folder, path: str, entry: Entry | None, file: Packed) -> bool:
    return entry is not None and entry.size == len(file.content) and folder.read(path) == file.content
