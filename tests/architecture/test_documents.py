"""Promises about what people read: links lead somewhere, commands exist, tables are complete."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from errand.domain.task import SubtaskStatus, TaskStatus
from tests.architecture.commands import command_names, make_targets
from tests.architecture.project import ROOT, files, name, source_files

_LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
_BLOCK = re.compile(r"^```(?P<language>\w*)[^\n]*\n(?P<body>.*?)^```", re.MULTILINE | re.DOTALL)
_TYPED = re.compile(r"`((?:errand|make) [a-z][^`\n]*)`")

every_page = pytest.mark.parametrize("page", files(".md"), ids=name)


@every_page
def test_its_links_lead_to_files_and_headings_that_are_there(page: Path) -> None:
    assert [link for link in links(page) if not leads_somewhere(page, link)] == []


@every_page
def test_the_make_targets_it_names_exist(page: Path) -> None:
    assert {words[1] for words in typed(page, "make") if "=" not in words[1]} <= make_targets()


@every_page
def test_the_commands_it_names_exist(page: Path) -> None:
    assert {command for words in typed(page, "errand") if (command := unknown(words))} == set()


def test_the_commands_that_messages_tell_people_to_type_exist() -> None:
    told = [(path, words) for path in source_files() for words in typed(path, "errand")]

    assert {(name(path), command) for path, words in told if (command := unknown(words))} == set()


def test_every_direct_dependency_is_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [
        *project["dependencies"],
        *(each for more in project["optional-dependencies"].values() for each in more),
    ]
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")

    assert [each for each in named if f"`{re.split('[^a-z0-9-]', each)[0]}`" not in page] == []


@pytest.mark.parametrize("status", [*TaskStatus, *SubtaskStatus])
def test_every_state_is_drawn_and_explained(status: TaskStatus | SubtaskStatus) -> None:
    page = (ROOT / "docs" / "states.md").read_text(encoding="utf-8")
    title = "## Task" if isinstance(status, TaskStatus) else "## Subtask"
    section = page.split(title + "\n")[1].split("\n## ")[0]

    assert re.search(rf"(-->|^\s+) *{status.value}\b", section, re.MULTILINE)
    assert f"| {status.value} |" in section


def links(page: Path) -> list[str]:
    prose = _BLOCK.sub("", page.read_text(encoding="utf-8"))
    return [link for link in _LINK.findall(prose) if not re.match(r"[a-z]+:", link)]


def leads_somewhere(page: Path, link: str) -> bool:
    path, _, heading = link.partition("#")
    target = (page.parent / path) if path else page
    return target.exists() and (not heading or heading in headings(target))


def headings(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def typed(path: Path, program: str) -> Iterator[list[str]]:
    """The command lines of this program in shell blocks and between backticks, as words."""
    text = path.read_text(encoding="utf-8")
    blocks = [
        each for each in _BLOCK.finditer(text) if each["language"] in ("sh", "bash", "shell", "console")
    ]
    lines = [line for each in blocks for line in each["body"].replace("\\\n", " ").splitlines()]
    for line in [*lines, *_TYPED.findall(text)]:
        words = _words(line.strip().removeprefix("$ "))
        if len(words) > 1 and words[0].rpartition("/")[2] == program:
            yield words


def unknown(words: list[str]) -> str:
    """The command that does not exist among these words, or an empty string."""
    known = command_names()
    first, second = words[1], words[2] if len(words) > 2 else ""
    if first.startswith("-"):
        return ""
    if first not in known:
        return first
    return (
        f"{first} {second}"
        if known[first] and re.fullmatch("[a-z-]+", second) and second not in known[first]
        else ""
    )


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line, comments=True)
    except ValueError:  # an apostrophe in prose
        return line.split()
