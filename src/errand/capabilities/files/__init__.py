"""The files of a task's workspace, for agents: looked at, changed, brought in and kept."""

from typing import Any

from errand.capabilities.files.keeping import keep_file, workspace_changes
from errand.capabilities.files.looking import list_files, read_file
from errand.capabilities.files.removing import remove_file
from errand.capabilities.files.searching import search_files
from errand.capabilities.files.taking import take_files
from errand.capabilities.files.writing import edit_file, write_file
from errand.capability import Capability

CAPABILITIES: tuple[Capability[Any, Any], ...] = (
    list_files,
    read_file,
    search_files,
    write_file,
    edit_file,
    remove_file,
    take_files,
    keep_file,
    workspace_changes,
)
