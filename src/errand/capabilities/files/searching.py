"""`files.search`: lines that hold a text, or fit a regular expression.

An expression can take longer than the universe lasts (`(a+)+$`), and nothing stops Python's `re` once it has
begun: it runs in a process of its own, which is ended.
"""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from pydantic import BaseModel, Field

from errand.capabilities.child import Work
from errand.capabilities.documents.charset import decode
from errand.capabilities.files.folder import Folder
from errand.capabilities.files.looking import LARGEST_TEXT, lines_of
from errand.capabilities.files.names import fits
from errand.capability import Audience, Context, capability
from errand.domain.errors import InputRefused

SECONDS = 10.0
_MOST_HITS = 200
_MOST_UNREAD_TOLD = 5
_LONGEST_LINE = 2_000
_SHOWN_OF_A_LINE = 300
_LONGEST_PATTERN = 500

Matches = Callable[[str], "tuple[int, int] | None"]


class SearchInput(BaseModel):
    text: str = Field(
        min_length=1, max_length=_LONGEST_PATTERN, description="What to look for, within one line."
    )
    pattern: str = Field(default="", description="Only in files like this: `*.py`, or `src/**/test_*.py`.")
    folder: str = Field(default="", description="Only in this folder, as `src/app`; empty: everywhere.")
    regex: bool = Field(
        default=False, description="True: `text` is a regular expression (Python's); else it is literal."
    )
    ignore_case: bool = Field(default=False, description="True: capital and small letters are alike.")


class Hit(BaseModel):
    path: str = Field(description="File that the line is in.")
    line: int = Field(description="Its number, from 1.")
    text: str = Field(description="The line, or the part of it round the place.")


class SearchOutput(BaseModel):
    hits: list[Hit] = Field(description="Lines that fit, by file and line; 200 at most.")
    complete: bool = Field(description="False: there may be more; ask for less.")
    searched: int = Field(description="Number of text files that were looked through.")
    remarks: list[str] = Field(default_factory=list, description="Why it is not complete.")


class _Search(BaseModel):
    root: Path
    wanted: SearchInput


@capability("files.search", audience=Audience.AGENTS)
def search_files(given: SearchInput, context: Context) -> SearchOutput:
    """Search the text files of the workspace for a text or a regular expression: path, line number and line.

    Stops after 200 lines or 10 seconds and says so.
    """
    search = _Search(root=context.workspace.resolve(), wanted=given)
    return WORK.in_child(search) if given.regex else _found(search)


def _found(search: _Search) -> SearchOutput:
    until = time.monotonic() + SECONDS
    matches, wanted = _matcher(search.wanted), search.wanted
    made = SearchOutput(hits=[], complete=True, searched=0)
    unread: list[str] = []
    for path, lines in _texts(Folder(search.root), wanted, unread):
        made.searched += 1
        for hit in _hits(path, lines, matches):
            if len(made.hits) == _MOST_HITS:
                said = f"Only the first {_MOST_HITS} lines are told: search for more of the text."
                return _ended(made, unread, said)
            made.hits.append(hit)
        if time.monotonic() > until:
            said = f"The search was ended after {SECONDS:g} seconds: search in fewer files."
            return _ended(made, unread, said)
    return _ended(made, unread)


def _texts(folder: Folder, wanted: SearchInput, unread: list[str]) -> Iterator[tuple[str, list[str]]]:
    """The text files to search; `unread` takes why one can not be read."""
    for entry in folder.walk(wanted.folder):
        if fits(entry.path, wanted.pattern):
            try:
                content = decode(folder.read(entry.path, LARGEST_TEXT))
            except InputRefused as refusal:  # too large, gone by now, or not to be read by us
                unread.append(str(refusal))
                continue
            if content.is_text:
                yield entry.path, lines_of(content.text)


def _hits(path: str, lines: list[str], matches: Matches) -> Iterator[Hit]:
    for number, line in enumerate(lines, 1):
        if place := matches(line):
            yield Hit(path=path, line=number, text=_round(line, *place))


def _round(line: str, start: int, end: int) -> str:
    if len(line) <= _SHOWN_OF_A_LINE:
        return line
    first = max(0, min(start - 80, len(line) - _SHOWN_OF_A_LINE))
    shown = line[first : max(first + _SHOWN_OF_A_LINE, min(end, first + 2 * _SHOWN_OF_A_LINE))]
    return f"{'…' if first else ''}{shown}{'…' if first + len(shown) < len(line) else ''}"


def _matcher(wanted: SearchInput) -> Matches:
    text = wanted.text if wanted.regex else re.escape(wanted.text)
    longest = _LONGEST_LINE if wanted.regex else None
    try:
        compiled = re.compile(text, re.IGNORECASE if wanted.ignore_case else 0)
    except (re.error, RecursionError, OverflowError) as error:
        raise InputRefused(f"{text!r} is no regular expression ({error}): search literally.") from error

    def place(line: str) -> tuple[int, int] | None:
        found = compiled.search(line[:longest])
        return found.span() if found else None

    return place


def _ended(made: SearchOutput, unread: list[str], why: str = "") -> SearchOutput:
    """With why it is not complete, if it is not."""
    more = len(unread) - _MOST_UNREAD_TOLD
    remarks = [*filter(None, [why]), *(f"Not searched: {each}" for each in unread[:_MOST_UNREAD_TOLD])]
    if more > 0:
        remarks.append(f"{more} more files could not be opened.")
    return made.model_copy(update={"complete": not remarks, "remarks": remarks})


WORK = Work(
    module="errand.capabilities.files.searching",
    takes=_Search,
    gives=SearchOutput,
    do=_found,
    seconds=SECONDS + 2,
    megabytes=1_000,
    advice="search with a simpler expression, for a literal text, or in fewer files",
)
