"""What an agent can do with the files of a workspace."""

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errand.capabilities.child import TookTooLong
from errand.capabilities.files.folder import Folder
from errand.capabilities.files.looking import ListInput, ReadInput, list_files, read_file
from errand.capabilities.files.searching import SearchInput, search_files
from errand.capabilities.files.writing import EditInput, WriteInput, edit_file, write_file
from errand.domain.errors import InputRefused
from errand.testing import FolderContext
from tests.unit.tools.files_made import with_files

APP = "import os\n\n\ndef main():\n    print('hello')\n    print('bye')\n"


@pytest.fixture
def context(tmp_path: Path) -> FolderContext:
    return with_files(tmp_path, {"src/app.py": APP, "README.md": "# App\n", "data.bin": b"\x00\x01\x02" * 90})


def edit(context: FolderContext, old: str, new: str, occurrence: int | None = None) -> bool:
    given = EditInput(path="src/app.py", old=old, new=new, occurrence=occurrence)
    return edit_file.run(given, context).changed


def text_of(context: FolderContext, path: str = "src/app.py") -> str:
    return (context.workspace / path).read_bytes().decode()


def test_files_are_listed_with_their_sizes(context: FolderContext) -> None:
    listed = list_files.run(ListInput(pattern="*.py"), context)

    assert [(each.path, each.size) for each in listed.files] == [("src/app.py", len(APP))]
    assert listed.found == 1


def test_of_many_files_the_first_are_listed_and_all_counted(tmp_path: Path) -> None:
    context = with_files(tmp_path, {f"f{number:03}": "x" for number in range(600)})
    listed = list_files.run(ListInput(), context)

    assert (len(listed.files), listed.found) == (500, 600)


def test_what_tools_leave_behind_is_passed_over_unless_it_is_named(tmp_path: Path) -> None:
    context = with_files(tmp_path, {"a.js": "a", "node_modules/b/c.js": "c"})

    assert [each.path for each in list_files.run(ListInput(), context).files] == ["a.js"]
    named = list_files.run(ListInput(folder="node_modules"), context).files
    assert [each.path for each in named] == ["node_modules/b/c.js"]


def test_lines_are_read_and_it_is_said_how_to_read_on(context: FolderContext) -> None:
    read = read_file.run(ReadInput(path="src/app.py", from_line=4, lines=2), context)

    assert read.text == "def main():\n    print('hello')"
    assert (read.from_line, read.to_line, read.lines) == (4, 5, 6)
    assert read.go_on == "Call files.read with from_line 6."


def test_going_on_as_told_reads_all_of_a_long_file(tmp_path: Path) -> None:
    lines = [f"{number} " + "é" * 70 for number in range(3_000)]
    context = with_files(tmp_path, {"long.txt": "\n".join(lines)})
    got: list[str] = []
    sizes = []
    at: int | None = 1
    while at is not None:
        read = read_file.run(ReadInput(path="long.txt", from_line=at, lines=2_000), context)
        got += read.text.split("\n")
        sizes.append(len(read.model_dump_json().encode()))
        at = read.to_line + 1 if read.go_on else None

    assert got == lines
    assert max(sizes) < 64 * 1024


def test_a_line_that_is_too_long_is_cut_and_so_it_is_told(tmp_path: Path) -> None:
    context = with_files(tmp_path, {"min.js": "x" * 200_000 + "\nend"})
    read = read_file.run(ReadInput(path="min.js"), context)

    assert "left out" in read.go_on
    assert "from_line 2" in read.go_on
    assert read_file.run(ReadInput(path="min.js", from_line=2), context).text == "end"


def test_a_binary_file_is_said_to_be_one(context: FolderContext) -> None:
    with pytest.raises(InputRefused, match="binary file of 270 bytes"):
        read_file.run(ReadInput(path="data.bin"), context)


def test_a_search_is_literal_unless_it_is_said_to_be_an_expression(context: FolderContext) -> None:
    literal = search_files.run(SearchInput(text="print('"), context)
    expression = search_files.run(SearchInput(text=r"^import\s", regex=True), context)

    assert [(hit.path, hit.line) for hit in literal.hits] == [("src/app.py", 5), ("src/app.py", 6)]
    assert [hit.text for hit in expression.hits] == ["import os"]
    assert literal.complete
    assert literal.searched == 2


def test_a_search_that_finds_too_much_says_so(tmp_path: Path) -> None:
    context = with_files(tmp_path, {"many.txt": "here\n" * 500})
    found = search_files.run(SearchInput(text="HERE", ignore_case=True), context)

    assert len(found.hits) == 200
    assert not found.complete


def test_what_is_no_expression_is_refused_with_the_reason(context: FolderContext) -> None:
    with pytest.raises(InputRefused, match="no regular expression"):
        search_files.run(SearchInput(text="(", regex=True), context)


def test_an_expression_that_would_never_end_is_ended(tmp_path: Path) -> None:
    context = with_files(tmp_path, {"a.txt": "a" * 60 + "\n"})
    began = time.monotonic()

    with pytest.raises(TookTooLong, match="simpler expression"):
        search_files.run(SearchInput(text="(a+)+$b", regex=True), context)

    assert time.monotonic() - began < 30


def test_a_file_is_written_with_its_folders(context: FolderContext) -> None:
    made = write_file.run(WriteInput(path="out/a/b.txt", text="é\n"), context)
    again = write_file.run(WriteInput(path="out/a/b.txt", text="new\n"), context)

    assert (made.created, made.size, again.created) == (True, 3, False)
    assert text_of(context, "out/a/b.txt") == "new\n"


@pytest.mark.parametrize("text", ["x" * 5_000_001, "\ud800"])
def test_what_can_not_be_written_is_refused_before_anything_is_changed(
    context: FolderContext, text: str
) -> None:
    with pytest.raises(InputRefused):
        write_file.run(WriteInput(path="README.md", text=text), context)

    assert text_of(context, "README.md") == "# App\n"


def test_an_edit_replaces_one_place_exactly(context: FolderContext) -> None:
    edited = edit_file.run(EditInput(path="src/app.py", old="'hello'", new="'hi'"), context)

    assert text_of(context) == APP.replace("hello", "hi")
    assert (edited.changed, edited.line) == (True, 5)
    assert "    print('hi')" in edited.text


def test_text_that_occurs_several_times_is_refused_with_its_lines(context: FolderContext) -> None:
    with pytest.raises(InputRefused, match=r"2 times .*lines 5, 6"):
        edit(context, "print(", "log(")

    assert edit(context, "print(", "log(", occurrence=2)
    assert text_of(context) == APP.replace("print('bye')", "log('bye')")


def test_text_that_does_not_occur_is_refused_with_what_is_nearest(context: FolderContext) -> None:
    with pytest.raises(InputRefused, match=r"(?s)does not occur.*\n5:     print\('hello'\)"):
        edit(context, "   print('helo')", "x")
    with pytest.raises(InputRefused, match=r"(?s)white space.*\n4: def main\(\):"):
        edit(context, "\tdef main():\n\t\tprint()", "x")
    with pytest.raises(InputRefused, match="read the file first"):
        edit(context, "§§§§§§§§", "x")


def test_an_edit_keeps_ends_of_lines_and_encoding(tmp_path: Path) -> None:
    context = with_files(
        tmp_path, {"src/app.py": "a\r\nb\r\nc\r\n", "old.txt": "größe\nb\n".encode("cp1252")}
    )
    edit(context, "a\nb\n", "x\ny\n")
    edit_file.run(EditInput(path="old.txt", old="b", new="ä"), context)

    assert text_of(context) == "x\r\ny\r\nc\r\n"
    assert (context.workspace / "old.txt").read_bytes() == "größe\nä\n".encode("cp1252")


def test_a_file_that_is_half_binary_is_not_edited(tmp_path: Path) -> None:
    context = with_files(tmp_path, {"src/app.py": "a" * 3_000 + "\n" + "ü" * 600 + "\n"})
    (context.workspace / "src/app.py").write_bytes(text_of(context).encode() + b"\xff\xfe\xc3")

    with pytest.raises(InputRefused):
        edit(context, "a\n", "b\n")


def test_an_edit_called_again_by_a_successor_is_not_made_twice(context: FolderContext) -> None:
    assert edit(context, "import os\n", "import os\nimport os\n"[:10] + "import re\n")
    successor = replace(context, attempt=2)

    assert not edit(successor, "import os\n", "import os\nimport re\n")
    assert text_of(context).count("import re") == 1


def test_an_agent_may_make_the_same_edit_twice_itself(context: FolderContext) -> None:
    assert edit(context, "import os\n", "import os\n#\n")
    assert edit(context, "import os\n", "import os\n#\n")
    assert text_of(context).startswith("import os\n#\n#\n")


LETTERS = st.text("ab(\n", max_size=12)


@given(before=LETTERS, old=LETTERS.filter(bool), new=LETTERS, after=LETTERS)
def test_an_edit_is_made_once_however_often_workers_are_killed_after_it(
    tmp_path_factory: pytest.TempPathFactory, before: str, old: str, new: str, after: str
) -> None:
    context = with_files(tmp_path_factory.mktemp("edits"), {"src/app.py": before + old + after})
    tries = [tried(replace(context, attempt=attempt), old, new) for attempt in (1, 2, 3)]

    assert tries in ([True, False, False], [None, None, None])
    assert (text_of(context) == before + old + after) == (tries[0] is None)


def tried(context: FolderContext, old: str, new: str) -> bool | None:
    """None: it was refused."""
    try:
        return edit(context, old, new)
    except InputRefused:
        return None


def test_edits_are_noted_out_of_sight(context: FolderContext) -> None:
    edit(context, "os", "re")

    assert [each.path for each in Folder(context.workspace).walk()] == ["README.md", "data.bin", "src/app.py"]


def test_a_file_that_is_too_large_to_search_is_told(tmp_path: Path) -> None:
    context = with_files(tmp_path, {"a.txt": "", "b.txt": "hello"})
    os.truncate(context.workspace / "a.txt", 20_000_001)
    found = search_files.run(SearchInput(text="hello"), context)

    assert (len(found.hits), found.complete) == (1, False)
    assert found.remarks == [
        "Not searched: a.txt has 20,000,001 bytes, more than the 20,000,000 read of a file."
    ]


def test_a_file_that_can_not_be_opened_is_told_and_the_others_are_searched(tmp_path: Path) -> None:
    context = with_files(tmp_path, {"/".join(["d" * 250] * 5) + "/a.txt": "hello", "b.txt": "hello"})
    found = search_files.run(SearchInput(text="hello"), context)

    assert [each.path for each in found.hits] == ["b.txt"]
    assert not found.complete
    assert found.remarks[0].startswith("Not searched: ")
