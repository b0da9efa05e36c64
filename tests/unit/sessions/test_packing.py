"""Folders of code become one archive, the same each time, with nothing from outside."""

import zipfile
from pathlib import Path

import pytest

from errand.capabilities.documents.inspect import inspect
from errand.domain.errors import InputRefused
from errand.sessions.packing import is_code, pack


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def project(folder: Path) -> Path:
    return written(folder / "app", src__main_dot_py="print(1)", readme_dot_md="# App", pyproject_dot_toml="")


def test_a_project_is_code_and_a_folder_of_papers_is_not(tmp_path: Path) -> None:
    papers = written(tmp_path / "papers", a_dot_md="A", b_dot_pdf="B", tool_dot_py="1")
    scripts = written(tmp_path / "scripts", a_dot_py="1", b_dot_py="2", notes_dot_md="N")

    assert [is_code(each) for each in (project(tmp_path), papers, scripts)] == [True, False, True]


def test_files_keep_their_places_and_what_others_wrote_stays_out(tmp_path: Path) -> None:
    folder = written(
        project(tmp_path), node_modules__left_dot_js="x", _dot_git__config="secret", _dot_env="KEY=1"
    )
    (folder / "link").symlink_to("/etc/passwd")

    packed = pack(folder, tmp_path)

    assert zipfile.ZipFile(packed).namelist() == ["app/pyproject.toml", "app/readme.md", "app/src/main.py"]


def test_the_same_files_give_the_same_archive(tmp_path: Path) -> None:
    folder = project(tmp_path)
    first = pack(folder, tmp_path).read_bytes()
    (folder / "readme.md").touch()

    assert pack(folder, tmp_path).read_bytes() == first


def test_archives_are_taken_only_where_there_are_tools_for_them(tmp_path: Path) -> None:
    packed = pack(project(tmp_path), tmp_path)

    assert inspect(packed, limit_bytes=10_000, packed=True).media_type == "application/zip"
    with pytest.raises(InputRefused, match="ZIP archive"):
        inspect(packed, limit_bytes=10_000)


def test_a_damaged_archive_is_refused_at_the_edge(tmp_path: Path) -> None:
    packed = pack(project(tmp_path), tmp_path)
    packed.write_bytes(packed.read_bytes()[:-30])

    with pytest.raises(InputRefused, match="damaged"):
        inspect(packed, limit_bytes=10_000, packed=True)
