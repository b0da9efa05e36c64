"""Tables of typewritten pages: columns held apart by blanks or dots, as text filings print statements."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_FIGURE = re.compile(
    r"(?<![\w.,/-])(?:US)?[$£€¥]?\s{0,9}\(?[$£€¥]?\s{0,9}(?:\d[\d,]*(?:\.\d+)?|\.\d+)\s?\)?%?(?![\w/,])|(?<!\S)[$]?\s{0,9}(?:--+|[—–-])(?!\S)"
)
_LEADER = re.compile(r"(?:\s*\.){3,}\s*$|\s*_{3,}\s*$")
_RULE = re.compile(r"^[\s\-=_*.<>SC]+$|^\s*</?(?:caption|table|page|s|c|fn|f\d+)>[\s\-=_*.]*$", re.IGNORECASE)
_MARKS = re.compile(r"<(?:S|C|CAPTION|FN|F\d+)>", re.IGNORECASE)
_TABLE = re.compile(r"^[ \t]*<TABLE>(.*?)^[ \t]*</TABLE>", re.IGNORECASE | re.DOTALL | re.MULTILINE)
_WORDS = re.compile(r"\S+(?: \S+)*")
_PERIOD = re.compile(
    r"(?:19|20)\d{2}|\b(?:years?|months?|weeks?) ended|\b(?:january|february|march|april|may|june|july|august"
    r"|september|october|november|december)\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d{2}")
_TOLERANCE = 3
"""Characters that the right edges of one column's figures may lie apart: parentheses and signs."""
_LONGEST_LINE = 250
_MOST_LINES = 600
_LONG_LABEL = 30

Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Typed:
    """Either a table's rows, or lines of prose without an empty one between them."""

    rows: Rows = ()
    lines: tuple[str, ...] = ()


def typed_parts(text: str) -> Iterator[Typed]:
    """Tables, marked by SGML or told by their columns, and what stands between them."""
    done = 0
    for marked in _TABLE.finditer(text):
        yield from _unmarked(text[done : marked.start()])
        rows = table_rows(marked[1].split("\n"))
        yield from [Typed(rows=rows)] if rows else _unmarked(marked[1])
        done = marked.end()
    yield from _unmarked(text[done:])


def table_rows(lines: Sequence[str]) -> Rows:
    """Cells by the columns that the figures end in; empty when there are none."""
    kept = [_MARKS.sub(lambda m: " " * len(m[0]), line.expandtabs(8)) for line in lines]
    kept = [line for line in kept if line.strip() and not _RULE.match(line) and len(line) <= _LONGEST_LINE]
    figures = [_figures(line) for line in kept]
    edges = _edges([end for found in figures for _, end, _ in found])
    if ragged := _ragged(figures, len(edges)):
        edges = list(range(0, 16 * ragged, 16))
    if not edges:
        return ()
    first = _first_body(kept, figures)
    rows = [_ragged_heading(line, ragged) if ragged else _heading(line, edges) for line in kept[:first]]
    rows += [
        _body(line, [] if ragged and len(found) != ragged else found, edges)
        for line, found in zip(kept[first:], figures[first:], strict=True)
    ]
    indents = [len(line) - len(line.lstrip()) for line in kept]
    return tuple(_joined(rows, indents, first))


def looks_like_table(lines: Sequence[str]) -> bool:
    """Most of its lines end in two figures or more."""
    return len(lines) <= _MOST_LINES and _columned(lines) >= 2 and 2 * _columned(lines) >= len(lines)


def split_row(line: str) -> tuple[str, list[str]]:
    """A line's label, and the figures that it ends in."""
    found = _figures(line)
    end = found[0][0] if found else len(line)
    return _LEADER.sub("", line[:end].rstrip(" $(")).strip(), [text for _, _, text in found]


def _ragged(figures: Sequence[Sequence[tuple[int, int, str]]], edges: int) -> int:
    """How many figures most rows hold, when they do not stand below each other; 0 when they do."""
    counts = [len(found) for found in figures if found]
    usual = max(sorted(set(counts)), key=counts.count, default=0)
    return usual if usual > 1 and usual != edges and 5 * counts.count(usual) > 3 * len(counts) else 0


def _first_body(lines: Sequence[str], figures: Sequence[Sequence[tuple[int, int, str]]]) -> int:
    """The index after the last line above the figures that says a period."""
    first = next((n for n, found in enumerate(figures) if found and not _is_heading(lines[n], found)), 0)
    return max((n + 1 for n in range(first) if _PERIOD.search(lines[n])), default=0)


def _columned(lines: Sequence[str]) -> int:
    return sum(1 for line in lines if len(line) <= _LONGEST_LINE and len(_figures(line.expandtabs(8))) >= 2)


def _unmarked(text: str) -> Iterator[Typed]:
    """Groups of lines; neighbouring tables, and what little stands between them, are one table."""
    groups = [[line for line in group.split("\n") if line.strip()] for group in re.split(r"\n\s*\n", text)]
    groups = [group for group in groups if group]
    at = 0
    while at < len(groups):
        end = _run(groups, at)
        rows = table_rows([line for group in groups[at:end] for line in group]) if end > at else ()
        if rows:
            yield Typed(rows=rows)
            at = end
        else:
            yield Typed(lines=tuple(groups[at]))
            at += 1


def _run(groups: Sequence[Sequence[str]], at: int) -> int:
    """The index after the last group of the table that begins at `at`; `at` itself when none does."""
    start = at + 1 if _is_head(groups[at]) else at
    if start >= len(groups) or not looks_like_table(groups[start]):
        return at
    end, lines = start + 1, len(groups[start])
    while end < len(groups) and lines < _MOST_LINES:
        ahead = next((n for n in (end, end + 1) if n < len(groups) and looks_like_table(groups[n])), None)
        if ahead is None or any(not _is_short(group) or _is_head(group) for group in groups[end:ahead]):
            break
        lines += sum(len(group) for group in groups[end : ahead + 1])
        end = ahead + 1
    return end


def _is_head(group: Sequence[str]) -> bool:
    """Years or dates over columns."""
    return (
        len(group) <= 6
        and all(len(line) <= _LONGEST_LINE for line in group)
        and any(
            len(_YEAR.findall(line)) >= 2 and not re.search(r"[a-z]{3,} [a-z]{3,} [a-z]{3,}", line)
            for line in group
        )
    )


def _is_short(group: Sequence[str]) -> bool:
    return len(group) <= 3 and all(
        len(line.strip()) <= 60 and not line.rstrip().endswith(".") for line in group
    )


def _figures(line: str) -> list[tuple[int, int, str]]:
    """Those that the line ends in, with nothing but blanks and currency signs between them."""
    kept: list[tuple[int, int, str]] = []
    after = len(line)
    for found in reversed(list(_FIGURE.finditer(line))):
        text = found[0].strip()
        of_a_note = text.rstrip("%").endswith(")") and "(" not in text
        if of_a_note or line[found.end() : after].strip(" \t$)%"):
            break
        kept.append((found.start(), found.end(), text))
        after = found.start()
    return kept[::-1]


def _edges(ends: Sequence[int]) -> list[int]:
    """Right edges of columns: ends that lie close together and are many enough."""
    clusters: list[list[int]] = []
    for end in sorted(ends):
        if clusters and end - clusters[-1][-1] <= _TOLERANCE and end - clusters[-1][0] <= 2 * _TOLERANCE:
            clusters[-1].append(end)
        else:
            clusters.append([end])
    most = max((len(cluster) for cluster in clusters), default=0)
    return [cluster[-1] for cluster in clusters if len(cluster) >= max(2, most * 0.3)]


def _is_heading(line: str, found: Sequence[tuple[int, int, str]]) -> bool:
    """Nothing but years and dates are figures in it."""
    return all(_YEAR.fullmatch(text) or re.fullmatch(r"\d{1,2},?", text) for _, _, text in found) and (
        not line.strip()[:1].isalpha() or bool(_PERIOD.search(line))
    )


def _heading(line: str, edges: Sequence[int]) -> tuple[str, ...]:
    cells = [""] * (len(edges) + 1)
    pieces = [(m.start(), m.end(), m[0]) for m in re.finditer(r"\S+(?: {1,2}\S+)*", line)]
    apart = list(re.finditer(r"\S+(?: \S+)*", line))
    if len(pieces) < len(edges) and len(apart) > len(pieces):
        pieces = [(m.start(), m.end(), m[0]) for m in apart]
    left = edges[0] - 16
    over = [piece for piece in pieces if piece[1] > left]
    for start, end, text in pieces:
        if end <= left:
            place = 0
        elif len(over) == 1:
            place = 1
        else:
            middle = (start + end) / 2
            place = 1 + min(range(len(edges)), key=lambda n: abs(edges[n] - 5 - middle))
        cells[place] = f"{cells[place]} {text}".strip()
    return tuple(cells)


def _ragged_heading(line: str, width: int) -> tuple[str, ...]:
    """Years by their order, when there is one for each column; else words that speak of all."""
    years = [found[0] for found in _YEAR.finditer(line)]
    if len(years) == width:
        return (line[: line.index(years[0])].strip(), *years)
    return ("", line.strip(), *[""] * (width - 1))


def _body(line: str, found: Sequence[tuple[int, int, str]], edges: Sequence[int]) -> tuple[str, ...]:
    cells = [""] * (len(edges) + 1)
    first = len(line)
    in_order = len(found) == len(edges)
    for number, (start, end, text) in enumerate(found):
        near = number if in_order else min(range(len(edges)), key=lambda n: abs(edges[n] - end))
        if in_order or abs(edges[near] - end) <= 2 * _TOLERANCE:
            cells[near + 1] = re.sub(r"\s+", " ", text)
            first = min(first, start)
    cells[0] = _LEADER.sub("", line[:first].rstrip(" $(")).strip()
    return tuple(cells)


def _joined(rows: Sequence[tuple[str, ...]], indents: Sequence[int], first: int) -> Iterator[tuple[str, ...]]:
    """A label that is broken over two lines stands whole beside its figures."""
    begun = ""
    for number, row in enumerate(rows):
        alone = number >= first and row[0] and not any(row[1:])
        following = rows[number + 1] if number + 1 < len(rows) else ()
        long_and_indented = (
            bool(following) and len(row[0]) >= _LONG_LABEL and indents[number + 1] > indents[number]
        )
        goes_on = bool(following) and (following[0][:1].islower() or long_and_indented)
        if alone and goes_on and not row[0].endswith(":") and not row[0].isupper():
            begun = f"{begun} {row[0]}".strip()
            continue
        yield (f"{begun} {row[0]}".strip(), *row[1:]) if begun else row
        begun = ""
