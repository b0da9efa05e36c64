"""Attachments in the workspace, what was changed of them, and what is kept."""

import gzip
import io
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

from errand.capabilities.files.keeping import (
    ChangesInput,
    ChangesOutput,
    KeepInput,
    keep_file,
    workspace_changes,
)
from errand.capabilities.files.taking import TakeInput, TakeOutput, take_files
from errand.capability import ArtifactRef
from errand.domain.errors import InputRefused
from errand.testing import FolderContext
from tests.unit.tools.files_made import attached, member, tarred, with_files, zipped

PROJECT = {
    "shop/app.py": b"a = 1\nb = 2\n",
    "shop/run.sh": b"#!/bin/sh\n",
    "shop/logo.png": b"\x89PNG\x00\x00",
}


@pytest.fixture
def context(tmp_path: Path) -> FolderContext:
    return FolderContext(tmp_path)


def take(context: FolderContext, *files: ArtifactRef, folder: str = "") -> TakeOutput:
    return take_files.run(TakeInput(files=list(files), folder=folder), context)


def taken(context: FolderContext, name: str, content: bytes) -> TakeOutput:
    return take(context, attached(context, name, content))


def changes(context: FolderContext, folder: str = "") -> ChangesOutput:
    return workspace_changes.run(ChangesInput(folder=folder), context)


def test_a_file_is_brought_in_as_it_is(context: FolderContext) -> None:
    found = take(context, attached(context, "notes.txt", b"n"), folder="in/here")

    assert found.paths == ["in/here/notes.txt"]
    assert (context.workspace / "in/here/notes.txt").read_bytes() == b"n"


def test_an_archive_of_one_folder_is_unpacked_as_that_folder(context: FolderContext) -> None:
    found = taken(context, "shop-main.zip", zipped(PROJECT, {"shop/run.sh": 0o100755}))

    assert sorted(found.paths) == sorted(PROJECT)
    assert (context.workspace / "shop/app.py").read_bytes() == PROJECT["shop/app.py"]
    assert (context.workspace / "shop/run.sh").stat().st_mode & 0o100
    assert not (context.workspace / "shop/app.py").stat().st_mode & 0o100


@pytest.mark.parametrize("name", ["code.tar.gz", "code.tgz", "code.zip"])
def test_an_archive_of_several_files_gets_a_folder_of_its_own(context: FolderContext, name: str) -> None:
    files = {"a.py": b"a", "b/c.py": b"c", "__MACOSX/._a.py": b"x"}
    packed = tarred(*((member(each), content) for each, content in files.items()))
    found = taken(context, name, zipped(files) if name.endswith(".zip") else packed)

    assert found.paths == ["code/a.py", "code/b/c.py"]


@pytest.mark.parametrize("path", ["../evil", "/evil", "a/../../evil", "..\\evil", ".errand/evil", "a\nb"])
@pytest.mark.parametrize("name", ["evil.zip", "evil.tar.gz"])
def test_an_archive_that_leads_out_is_not_unpacked_at_all(
    context: FolderContext, name: str, path: str
) -> None:
    files = {"good.txt": b"good", path: b"evil"}
    packed = tarred(*((member(each), content) for each, content in files.items()))

    with pytest.raises(InputRefused, match="not unpacked"):
        taken(context, name, zipped(files) if name.endswith(".zip") else packed)

    assert not [each for each in context.folder.rglob("*") if each.name in ("evil", "good.txt")]


def test_links_and_devices_are_left_out_and_told(context: FolderContext) -> None:
    packed = tarred(
        (member("app/link", tarfile.SYMTYPE, "/etc/passwd"), b""),
        (member("app/hard", tarfile.LNKTYPE, "/etc/passwd"), b""),
        (member("app/pipe", tarfile.FIFOTYPE), b""),
        (member("app/device", tarfile.CHRTYPE), b""),
        (member("app/link/through"), b"x"),
        (member("app/main.py"), b"main"),
    )
    found = taken(context, "app.tar.gz", packed)

    assert sorted(found.paths) == ["app/link/through", "app/main.py"]
    assert found.remarks == ["4 links or devices in app.tar.gz were left out."]
    assert not any(each.is_symlink() for each in context.workspace.rglob("*"))


def test_a_link_in_a_zip_archive_is_left_out(context: FolderContext) -> None:
    packed = zipped({"a/link": b"/etc/passwd", "a/b": b"b"}, {"a/link": 0o120777})

    assert taken(context, "a.zip", packed).paths == ["a/b"]


def too_many() -> bytes:
    return zipped({f"a/{number}": b"" for number in range(20_001)})


def bomb() -> bytes:
    kept = io.BytesIO()
    with gzip.GzipFile(fileobj=kept, mode="wb", compresslevel=1) as packed:
        for _ in range(210):
            packed.write(bytes(1_000_000))
    return kept.getvalue()


def zip_bomb() -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(3):
            archive.writestr(f"a/{number}", bytes(70_000_000))
    return kept.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("many.zip", too_many(), "more than"),
        ("bomb.tar.gz", bomb(), "unpacks to"),
        ("bomb.zip", zip_bomb(), "unpacks to"),
        ("cut.zip", zipped(PROJECT)[:-40], "damaged"),
        ("cut.tar.gz", tarred((member("a"), b"a" * 99_999))[:-20], "damaged"),
        ("none.tar.gz", b"no archive at all" * 99, "damaged"),
        ("empty.zip", zipped({}), "no files"),
    ],
)
def test_archives_that_are_too_large_or_damaged_are_refused(
    context: FolderContext, name: str, content: bytes, says: str
) -> None:
    with pytest.raises(InputRefused, match=says):
        taken(context, name, content)

    assert not [each for each in context.workspace.rglob("*") if each.is_file()]


def test_taken_again_nothing_that_was_edited_is_touched(context: FolderContext) -> None:
    archive = attached(context, "shop.zip", zipped(PROJECT))
    take(context, archive)
    (context.workspace / "shop/app.py").write_text("edited")
    take(context, archive)

    assert (context.workspace / "shop/app.py").read_text() == "edited"
    assert changes(context).changed == ["shop/app.py"]


def test_another_file_of_the_same_name_is_refused(context: FolderContext) -> None:
    taken(context, "a.txt", b"one")

    with pytest.raises(InputRefused, match="another folder"):
        taken(context, "a.txt", b"two")


def test_changes_are_told_as_a_diff_with_counts(context: FolderContext) -> None:
    taken(context, "shop.zip", zipped(PROJECT))
    (context.workspace / "shop/app.py").write_text("a = 1\nb = 3\nc = 4")
    (context.workspace / "shop/new.py").write_text("new\n")
    (context.workspace / "shop/run.sh").unlink()
    (context.workspace / "shop/logo.png").write_bytes(b"\x89PNG\x00\x01")
    found = changes(context)

    assert found.changed == ["shop/app.py", "shop/logo.png"]
    assert (found.added, found.removed) == (["shop/new.py"], ["shop/run.sh"])
    assert (found.lines_added, found.lines_removed) == (3, 2)
    assert "-b = 2\n+b = 3\n+c = 4\n\\ No newline at end of file\n" in found.shown
    assert context.load(found.diff).decode() == found.shown
    assert changes(context, "other").shown == ""


def test_nothing_changed_is_an_empty_diff(context: FolderContext) -> None:
    taken(context, "shop.zip", zipped(PROJECT))
    found = changes(context)

    assert (found.shown, found.changed, found.added, found.removed) == ("", [], [], [])


@pytest.mark.skipif(shutil.which("git") is None, reason="git applies the diff")
def test_the_diff_is_one_that_git_applies(context: FolderContext, tmp_path: Path) -> None:
    texts = {"p/a b.py": b"one\ntwo", "p/gone.txt": b"gone\n", "p/c.py": b"x\n" * 50}
    taken(context, "p.zip", zipped(texts))
    (context.workspace / "p/a b.py").write_text("one\nthree\n")
    (context.workspace / "p/gone.txt").unlink()
    (context.workspace / "p/c.py").write_text("y\n" + "x\n" * 49 + "z\n")
    (context.workspace / "p/new.txt").write_text("new")
    diff = context.load(changes(context).diff)
    other = with_files(tmp_path / "other", dict(texts))
    subprocess.run(["git", "apply", "-"], input=diff, cwd=other.workspace, check=True)  # noqa: S607  # the system's

    assert contents(other) == contents(context)


def contents(context: FolderContext) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in (context.workspace / "p").iterdir()}


def test_a_file_is_kept_as_it_is_now(context: FolderContext) -> None:
    (context.workspace / "out").mkdir()
    (context.workspace / "out/table.csv").write_text("a,b\n")
    kept = keep_file.run(KeepInput(path="out/table.csv"), context).file

    assert (kept.name, kept.media_type) == ("table.csv", "text/csv")
    assert context.load(kept) == b"a,b\n"
