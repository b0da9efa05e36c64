"""From the lines of pages to blocks: running headers go, broken lines are joined, headings are found."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from errand.capabilities.documents.blocks import BlockWriter, fold
from errand.capabilities.documents.model import BlockKind, Emphasis

_HEADING_SCALE = 1.15
_LONGEST_HEADING = 200
_EDGE_LINES = 3
"""How many lines at the head and foot of a page may belong to a running header or footer."""

_BULLET = re.compile(r"^\s*(?:[•●▪■◦‣∙·]\s*|[-–—*]\s+|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]\s+(?=\S))")
_FIGURE = r"(?:[$€£¥]\s?)?\(?[-–−+]?(?:[$€£¥]\s?)?\d[\d,.]*\)?\s?%?|[—–-]"
_ROW = re.compile(rf"^(?P<label>.*?\S)?(?P<figures>(?:\s+(?:[$€£¥]\s+)?(?:{_FIGURE})(?=\s|$)){{2,}})\s*$")
_ONE_FIGURE = re.compile(rf"(?:[$€£¥]\s+)?(?:{_FIGURE})(?=\s|$)")
_PAGE_NUMBER = re.compile(
    r"^\s*(?:[-–—]\s*)?(?:page\s+)?(?:\d{1,4}|[ivxlc]{1,6})(?:\s+of\s+\d+)?(?:\s*[-–—])?\s*$", re.I
)
_NUMBER_AFTER = re.compile(r"^(?P<text>.*\S)(?:\s+|(?<=-))(?P<number>\d{1,2})\s*$")
_NUMBER_BEFORE = re.compile(r"^\s*(?P<number>\d{1,2})\s+(?P<text>\S.*)$")
_OF_STATEMENTS = re.compile(r"\b(thousands|millions|billions|000s)\b|\b(years?|months) ended\b|^[# ]+$", re.I)
"""What stands over every statement and says what its figures are."""
_BROKEN_WORD = re.compile(r"([A-Za-z]+)-$")


@dataclass
class Line:
    text: str = ""
    height: float | None = None
    """Distance from the foot of the page, in points."""
    sizes: Counter[float] = field(default_factory=Counter)
    bold: int = 0
    """How many of its characters are."""

    def add(self, text: str, size: float, height: float, *, bold: bool) -> None:
        weight = len(text.strip())
        self.text += text
        if weight:
            self.height = height if self.height is None else self.height
            self.sizes[size] += weight
            self.bold += weight if bold else 0

    @property
    def size(self) -> float:
        """Of most of its characters, in points."""
        return self.sizes.most_common(1)[0][0] if self.sizes else 0.0

    @property
    def is_bold(self) -> bool:
        return self.bold >= 0.9 * self.sizes.total() > 0


@dataclass
class PageLines:
    number: int
    lines: list[Line]


def write_pages(pages: Sequence[PageLines], writer: BlockWriter) -> None:
    running = _running_lines(pages)
    if running:
        writer.remark("Headers and footers that run along the pages were left out.")
    sizes: Counter[float] = Counter()
    words: Counter[str] = Counter()
    for page in pages:
        page.lines = [line for line in page.lines if _shape(line.text) not in running]
        _drop_page_number(page.lines)
        _drop_line_numbers(page.lines)
        for line in page.lines:
            sizes.update(line.sizes)
            words.update(word.lower() for word in re.findall(r"[A-Za-z]+(?:-[A-Za-z]+)*", line.text))
    levels = _levels(sizes)
    for page in pages:
        for group in _groups(page.lines, levels):
            _write(group, page.number, levels, words, writer)
        if writer.full:
            return


def _running_lines(pages: Sequence[PageLines]) -> set[str]:
    """Lines at the edges that most pages share but for their numbers: dates, the name of the company."""
    if len(pages) < 4:
        return set()
    seen: Counter[str] = Counter()
    for page in pages:
        edges = page.lines[:_EDGE_LINES] + page.lines[_EDGE_LINES:][-_EDGE_LINES:]
        seen.update({_shape(line.text) for line in edges})
    return {
        shape
        for shape, count in seen.items()
        if count >= max(3, 0.5 * len(pages)) and not _OF_STATEMENTS.search(shape)
    }


def _drop_page_number(lines: list[Line]) -> None:
    for edge in (0, -1):
        if len(lines) > 1 and _PAGE_NUMBER.match(lines[edge].text):
            del lines[edge]


def _drop_line_numbers(lines: list[Line]) -> None:
    """Bills and pleadings number the lines of each page from 1, in the left or the right margin."""
    for pattern in (_NUMBER_AFTER, _NUMBER_BEFORE):
        numbered: list[tuple[Line, str]] = []
        for line in lines:
            match = pattern.match(line.text)
            if match and int(match["number"]) == len(numbered) + 1:
                numbered.append((line, match["text"]))
        if len(numbered) >= max(5, 0.6 * len(lines)):
            for line, text in numbered:
                line.text = text


def _shape(text: str) -> str:
    return re.sub(r"\d+", "#", fold(text))


def _levels(sizes: Counter[float]) -> dict[float, int]:
    """Type sizes that are clearly larger than the text's, the largest being level 1."""
    if not sizes:
        return {}
    body = sizes.most_common(1)[0][0]
    larger = sorted({size for size in sizes if size >= body * _HEADING_SCALE}, reverse=True)
    return {size: min(level, 6) for level, size in enumerate(larger, 1)}


def _groups(lines: Sequence[Line], levels: dict[float, int]) -> Iterator[list[Line]]:
    """Lines that make one block."""
    group: list[Line] = []
    usual = _usual_gap(lines)
    widest = max((len(line.text) for line in lines), default=0)
    for line in lines:
        if group and _begins_block(group[-1], line, levels, usual, widest):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _begins_block(
    before: Line, line: Line, levels: dict[float, int], usual: float | None, widest: int
) -> bool:
    if _BULLET.match(line.text) or levels.get(before.size) != levels.get(line.size):
        return True
    if before.is_bold != line.is_bold or _is_row(before) != _is_row(line):
        return True
    if _is_row(line):
        return False
    gap = _gap(before, line)
    if gap is not None and usual is not None and not 0 <= gap <= 1.4 * usual + 1:
        return not _runs_on(before, line)
    ended = before.text.rstrip().endswith((".", ":", "?", "!", ";", "”", '"'))
    return ended and len(before.text) < 0.75 * widest


def _runs_on(before: Line, line: Line) -> bool:
    """At the top of a column the gap is meaningless: a word broken, or a sentence in lower case, goes on."""
    return bool(_BROKEN_WORD.search(before.text.rstrip())) and line.text.lstrip()[:1].islower()


def _gap(before: Line, line: Line) -> float | None:
    if before.height is None or line.height is None:
        return None
    return before.height - line.height


def _usual_gap(lines: Sequence[Line]) -> float | None:
    gaps = Counter(round(gap) for one, two in pairwise(lines) if (gap := _gap(one, two)) and gap > 0)
    return gaps.most_common(1)[0][0] if gaps else None


def _write(
    group: Sequence[Line], page: int, levels: dict[float, int], words: Counter[str], writer: BlockWriter
) -> None:
    if len(group) > 1 and all(_is_row(line) for line in group):
        writer.table([_cells(line.text) for line in group], page=page)
        return
    text = _joined([line.text for line in group], words)
    level = levels.get(group[0].size)
    bold = all(line.is_bold for line in group)
    if (
        len(text) <= _LONGEST_HEADING
        and any(map(str.isalpha, text))
        and (level or _reads_as_heading(text, bold=bold))
    ):
        writer.add(
            BlockKind.HEADING,
            text,
            level=level or min(len(set(levels.values())) + 1, 6),
            emphasis=Emphasis.BOLD if bold else None,
            page=page,
        )
        return
    kind = BlockKind.ITEM if _BULLET.match(text) else BlockKind.PARAGRAPH
    writer.add(kind, text, emphasis=Emphasis.BOLD if bold else None, page=page)


def _reads_as_heading(text: str, *, bold: bool) -> bool:
    stops = text.rstrip().endswith((".", ",", ";", ":")) and not text.isupper()
    return bold and not stops and not _BULLET.match(text)


def _is_row(line: Line) -> bool:
    return bool(_ROW.match(line.text))


def _cells(text: str) -> list[str]:
    match = _ROW.match(text)
    if match is None:
        return [text]
    label = match["label"] or ""
    figures = [found.group() for found in _ONE_FIGURE.finditer(match["figures"])]
    if _ONE_FIGURE.fullmatch(label):  # years above columns: a row without a label
        return ["", label, *figures]
    while len(figures) > 1 and figures[0].endswith(")") and "(" not in figures[0]:
        label = f"{label} {figures.pop(0)}"  # the end of a reference, `(Note 14)`
    return [label, *figures]


def _joined(lines: Sequence[str], words: Counter[str]) -> str:
    """A word broken at the end of a line is put together the way the document writes it elsewhere."""
    text = ""
    for line in (fold(line) for line in lines):
        broken = _BROKEN_WORD.search(text)
        rest = re.match(r"[a-z]+", line)
        if broken and rest:
            whole, hyphened = (broken[1] + rest.group()).lower(), f"{broken[1]}-{rest.group()}".lower()
            text = (text if words[hyphened] > words[whole] else text[:-1]) + line
        else:
            text = f"{text} {line}" if text else line
    return text
