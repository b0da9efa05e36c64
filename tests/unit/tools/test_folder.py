"""Nothing outside a workspace can be read or written, whatever a path says or a link points to."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errand.capabilities.files.folder import Folder
from errand.capabilities.files.names import HIDDEN, fits, parts
from errand.domain.errors import InputRefused

SECRET = b"a secret outside"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.txt").write_bytes(SECRET)
    root = tmp_path / "workspace"
    root.mkdir()
    made = Folder(root)
    made.write("src/app.py", b"app\n")
    return made


def link(folder: Folder, name: str, target: str) -> None:
    (folder.root / name).symlink_to(target)


PATHS = [
    "/etc/passwd",
    "../outside/secret.txt",
    "src/../../outside/secret.txt",
    "src/..",
    "~/secret",
    "C:\\secret",
    "C:/secret",
    "..\\outside",
    "a\x00b",
    "a\nb",
    "\ud800",
    "a\u202egpj.exe",
    "x" * 300,
    "x/" * 600,
    f"{HIDDEN}/taken/a",
    f"./{HIDDEN.upper()}/a",
]


@pytest.mark.parametrize("path", PATHS)
def test_a_path_that_leads_out_is_refused_in_one_sentence(folder: Folder, path: str) -> None:
    with pytest.raises(InputRefused) as read:
        folder.read(path)
    with pytest.raises(InputRefused):
        folder.write(path, b"x")

    assert re.fullmatch(r".+: .+\.", str(read.value))


@given(st.lists(st.sampled_from(["..", ".", "", "a", "~", " ", "b.txt", HIDDEN, "…", "\u00a0"]), max_size=8))
def test_no_path_that_is_taken_leads_upwards_or_into_what_is_ours(names: list[str]) -> None:
    try:
        found = parts("/".join(names))
    except InputRefused:
        found = ()

    assert not {"..", ".", ""} & set(found)
    assert found[:1] != (HIDDEN,)
    assert Path("/root", *found).is_relative_to("/root")


def link_as_file(folder: Folder) -> str:
    link(folder, "innocent.txt", "../outside/secret.txt")
    return "innocent.txt"


def link_as_folder(folder: Folder) -> str:
    link(folder, "docs", "../outside")
    return "docs/secret.txt"


def link_to_nothing(folder: Folder) -> str:
    link(folder, "new.txt", "../outside/new.txt")
    return "new.txt"


def link_within(folder: Folder) -> str:
    link(folder, "other", "src")
    return "other/app.py"


@pytest.mark.parametrize("made", [link_as_file, link_as_folder, link_to_nothing, link_within])
def test_links_are_never_followed(folder: Folder, made: Callable[[Folder], str]) -> None:
    path = made(folder)

    with pytest.raises(InputRefused, match="link"):
        folder.read(path)
    with pytest.raises(InputRefused, match="link"):
        folder.write(path, b"overwritten")

    outside = folder.root.parent / "outside"
    assert [each.name for each in outside.iterdir()] == ["secret.txt"]
    assert (outside / "secret.txt").read_bytes() == SECRET


def test_links_and_pipes_and_names_that_can_not_be_shown_are_not_listed(folder: Folder) -> None:
    link(folder, "docs", "../outside")
    link(folder, "innocent.txt", "../outside/secret.txt")
    os.mkfifo(folder.root / "pipe")
    (folder.root / "bad\nname").write_text("x")
    (folder.root / os.fsdecode(b"bad\xff")).write_text("x")

    assert [each.path for each in folder.walk()] == ["src/app.py"]


def test_a_pipe_is_refused_and_does_not_block(folder: Folder) -> None:
    os.mkfifo(folder.root / "pipe")

    with pytest.raises(InputRefused, match="regular file"):
        folder.read("pipe")
    with pytest.raises(InputRefused):
        folder.write("pipe", b"x")


def test_a_link_put_in_the_place_of_a_folder_that_is_open_changes_nothing(folder: Folder) -> None:
    with folder._parent("src/new.py") as (descriptor, name):
        (folder.root / "src").rename(folder.root / "moved")
        link(folder, "src", "../outside")
        os.close(os.open(name, os.O_CREAT | os.O_WRONLY, dir_fd=descriptor))

    assert (folder.root / "moved" / "new.py").exists()
    assert not (folder.root.parent / "outside" / "new.py").exists()


def test_what_is_too_large_is_not_read(folder: Folder) -> None:
    with (folder.root / "huge").open("wb") as file:
        file.truncate(200_000_000)

    with pytest.raises(InputRefused, match="200,000,000 bytes"):
        folder.read("huge")


def test_a_workspace_that_is_full_takes_no_more(folder: Folder) -> None:
    with (folder.root / "huge").open("wb") as file:
        file.truncate(499_999_990)

    folder.refuse_excess(5)
    with pytest.raises(InputRefused, match="full"):
        folder.refuse_excess(50)


def test_a_file_replaced_keeps_its_permission_to_run_and_leaves_nothing_behind(folder: Folder) -> None:
    folder.write("run.sh", b"#!/bin/sh\n", executable=True)
    created = folder.write("run.sh", b"#!/bin/sh\necho\n")

    assert not created
    assert (folder.root / "run.sh").stat().st_mode & 0o777 == 0o755
    assert not list((folder.root / HIDDEN / "new").iterdir())


def test_what_is_hidden_is_reached_by_us_alone(folder: Folder) -> None:
    folder.hidden("taken").write("src/node_modules/a.js", b"original")

    assert folder.hidden("taken").read("src/node_modules/a.js") == b"original"
    assert [each.path for each in folder.hidden("taken").walk()] == ["src/node_modules/a.js"]
    assert [each.path for each in folder.walk()] == ["src/app.py"]


@pytest.mark.parametrize(
    ("path", "pattern", "does"),
    [
        ("src/app.py", "*.py", True),
        ("src/app.py", "src/*.py", True),
        ("src/a/b.py", "src/*.py", False),
        ("src/a/b.py", "src/**/*.py", True),
        ("src/b.py", "src/**/*.py", True),
        ("b.py", "**/*.py", True),
        ("src/a/b.py", "src/**", True),
        ("other/b.py", "src/**", False),
        ("src/app.py", "", True),
        ("src/app.PY", "*.py", False),
    ],
)
def test_patterns_fit_names_or_whole_paths(path: str, pattern: str, does: bool) -> None:  # noqa: FBT001  # a table
    assert fits(path, pattern) is does
