"""Paths as a model writes them, and patterns for them."""

import re
from fnmatch import fnmatchcase

from errand.domain.errors import InputRefused

HIDDEN = ".errand"
"""In every workspace: what is kept there to tell changes by. No tool reads or writes it."""
LONGEST_PATH = 1_000
_LONGEST_NAME = 255
_LONGEST_PATTERN = 200
_MOST_DOUBLE_STARS = 3
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\\]")
"""Control characters, what turns the direction of writing, halves of characters; a backslash separates
folders elsewhere."""


def parts(path: str) -> tuple[str, ...]:
    """The folders and the name in it; nothing for the workspace itself (`` or `.`).

    Raises InputRefused when it is absolute, leads upwards, or holds what no name should.
    """
    said = path if len(path) <= 100 else f"{path[:100]}…"
    if _UNSAFE.search(path) or len(path) > LONGEST_PATH:
        raise InputRefused(f"{said!r} is not a usable path: name files as in `src/app.py`.")
    if path.startswith(("/", "~")) or re.match(r"[A-Za-z]:", path):
        raise InputRefused(f"{said!r} is not in the workspace: name files from its top, as in `src/app.py`.")
    named = tuple(part for part in path.split("/") if part not in ("", "."))
    if ".." in named:
        raise InputRefused(f"{said!r} leads out of where it starts: name files without `..`.")
    if any(len(part.encode()) > _LONGEST_NAME for part in named):
        raise InputRefused(f"{said!r} holds a name of more than {_LONGEST_NAME} bytes: use a shorter one.")
    if named and named[0].lower() == HIDDEN:
        raise InputRefused(f"{said!r} is kept for Errand itself: use another folder.")
    return named


def is_plain(name: str) -> bool:
    """Whether a name that stands in a folder can be shown and asked for."""
    return not _UNSAFE.search(name)


def fits(path: str, glob: str) -> bool:
    """Whether a path fits a pattern: `*.py` is about its last name, `src/**/test_*.py` about all of it.

    `**` stands for any number of folders; no pattern fits all. Raises InputRefused when it is too long.
    """
    if not glob:
        return True
    if len(glob) > _LONGEST_PATTERN or glob.count("**") > _MOST_DOUBLE_STARS:
        raise InputRefused("The pattern is too long: use one as in `*.py` or `src/**/test_*.py`.")
    names = path.split("/")
    return fnmatchcase(names[-1], glob) if "/" not in glob else _fits(names, list(parts(glob)))


def _fits(names: list[str], wanted: list[str]) -> bool:
    if not wanted:
        return not names
    if wanted[0] == "**":
        return (wanted == ["**"] and bool(names)) or any(
            _fits(names[skipped:], wanted[1:]) for skipped in range(len(names))
        )
    return bool(names) and fnmatchcase(names[0], wanted[0]) and _fits(names[1:], wanted[1:])
