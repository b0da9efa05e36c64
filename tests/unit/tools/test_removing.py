"""What an agent can take out of a workspace."""

from dataclasses import replace
from pathlib import Path

import pytest

from errand.capabilities.files.keeping import ChangesInput, workspace_changes
from errand.capabilities.files.removing import RemoveInput, remove_file
from errand.capabilities.files.taking import TakeInput, take_files
from errand.capabilities.files.writing import WriteInput, write_file
from errand.domain.errors import InputRefused
from errand.testing import FolderContext
from tests.unit.tools.files_made import attached, with_files


@pytest.fixture
def context(tmp_path: Path) -> FolderContext:
    return with_files(tmp_path, {"src/app.py": "pass\n", "README.md": "# App\n"})


def test_a_file_is_removed_and_told_among_the_changes(context: FolderContext) -> None:
    taken = attached(context, "old.txt", b"a\n")
    take_files.run(TakeInput(files=[taken]), context)

    assert remove_file.run(RemoveInput(path="old.txt"), context).removed
    assert not (context.workspace / "old.txt").exists()
    assert workspace_changes.run(ChangesInput(), context).removed == ["old.txt"]
    assert context.load(taken) == b"a\n"


def test_what_was_removed_does_not_come_back_when_a_successor_takes_the_files_again(
    context: FolderContext,
) -> None:
    given = TakeInput(files=[attached(context, "old.txt", b"a\n")])
    take_files.run(given, context)
    remove_file.run(RemoveInput(path="old.txt"), context)
    take_files.run(given, replace(context, attempt=2))

    assert not (context.workspace / "old.txt").exists()


def test_a_removal_called_again_by_a_successor_is_known(context: FolderContext) -> None:
    assert remove_file.run(RemoveInput(path="README.md"), context).removed

    assert not remove_file.run(RemoveInput(path="./README.md"), replace(context, attempt=2)).removed


@pytest.mark.parametrize("attempt", [1, 2])
def test_what_is_not_there_is_not_removed(context: FolderContext, attempt: int) -> None:
    with pytest.raises(InputRefused, match=r"There is no src/none\.py in the workspace"):
        remove_file.run(RemoveInput(path="src/none.py"), replace(context, attempt=attempt))


def test_only_an_empty_folder_is_removed(context: FolderContext) -> None:
    with pytest.raises(InputRefused, match="holds files"):
        remove_file.run(RemoveInput(path="src"), context)
    remove_file.run(RemoveInput(path="src/app.py"), context)

    assert remove_file.run(RemoveInput(path="src"), context).removed


def test_a_link_is_removed_and_not_where_it_leads(context: FolderContext, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("kept")
    (context.workspace / "link.txt").symlink_to(outside)
    (context.workspace / "up").symlink_to(tmp_path)

    assert remove_file.run(RemoveInput(path="link.txt"), context).removed
    with pytest.raises(InputRefused, match="leads through a link"):
        remove_file.run(RemoveInput(path="up/outside.txt"), context)
    assert outside.read_text() == "kept"


@pytest.mark.parametrize("path", ["", ".", "../a", "/etc/passwd", ".errand/taken/a"])
def test_nothing_but_what_is_in_the_workspace_is_removed(context: FolderContext, path: str) -> None:
    with pytest.raises(InputRefused):
        remove_file.run(RemoveInput(path=path), context)


def test_a_folder_in_the_place_of_a_file_counts_as_the_file_gone(context: FolderContext) -> None:
    take_files.run(TakeInput(files=[attached(context, "notes", b"a\n")]), context)
    remove_file.run(RemoveInput(path="notes"), context)
    write_file.run(WriteInput(path="notes/first.md", text="b\n"), context)
    changes = workspace_changes.run(ChangesInput(folder="notes"), context)

    assert (changes.removed, changes.added) == (["notes"], ["notes/first.md"])
