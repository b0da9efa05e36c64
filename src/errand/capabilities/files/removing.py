"""`files.remove`: a file taken out of the workspace."""

import hashlib

from pydantic import BaseModel, Field

from errand.capabilities.files.folder import Folder
from errand.capabilities.files.names import parts
from errand.capability import Audience, Context, Effects, capability


class RemoveInput(BaseModel):
    path: str = Field(
        description="Path of the file in the workspace, as `src/old.py`; or of an empty folder."
    )


class RemoveOutput(BaseModel):
    path: str = Field(description="What was removed.")
    removed: bool = Field(description="False: this had been done already, nothing was there any more.")


@capability("files.remove", effects=Effects.WORKSPACE, audience=Audience.AGENTS)
def remove_file(given: RemoveInput, context: Context) -> RemoveOutput:
    """Remove a file from the workspace, or a folder that is empty. What the person attached stays as it is.

    files.changes shows what was removed.
    """
    folder = Folder(context.workspace)
    notes, name = folder.hidden("removals"), _name(given.path, context)
    if not folder.has(given.path) and _was_noted_before(notes, name, context):
        return RemoveOutput(path=given.path, removed=False)
    if folder.has(given.path):
        notes.write(name, str(context.attempt).encode())
    folder.remove(given.path)
    return RemoveOutput(path=given.path, removed=True)


def _name(path: str, context: Context) -> str:
    return hashlib.sha256(f"{context.subtask}\x00{'/'.join(parts(path))}".encode()).hexdigest()


def _was_noted_before(notes: Folder, name: str, context: Context) -> bool:
    """Removals are noted before they are made: a killed worker's successor, which calls the tool again, knows
    its own removal from a path that is wrong."""
    return notes.entry(name) is not None and int(notes.read(name)) < context.attempt
