"""The companies of `companies/`: one of each kind that real filings come from, with what is true of each.

A file tells the filing line by line: its cover, `statement | KIND` with rows `label | concept | values, the
newest first | marks`, tables of the notes after `note`, and at its end the truth, `item | newest prior`;
`none` says that the item must not be reported at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from tests.made.filing import Filing, Row, Span, Statement, Value

FOLDER = Path(__file__).parent / "companies"
NAMES = sorted(path.stem for path in FOLDER.glob("*.txt"))


@dataclass(frozen=True)
class Known:
    filing: Filing
    truth: Mapping[str, tuple[Value, ...]]


@dataclass
class _Draft:
    cover: dict[str, str] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    statements: list[tuple[str, str, list[Row]]] = field(default_factory=list)
    truth: dict[str, tuple[Value, ...]] = field(default_factory=dict)
    in_truth: bool = False


def known(name: str) -> Known:
    draft = _Draft()
    for line in (FOLDER / f"{name}.txt").read_text().splitlines():
        if line.strip():
            _take(draft, [cell.strip() for cell in line.split("|")])
    cover = draft.cover
    filing = Filing(
        company=cover["company"],
        spans=tuple(draft.spans),
        statements=tuple(
            Statement(kind, tuple(rows), note=word == "note") for word, kind, rows in draft.statements
        ),
        form=cover["form"],
        currency=cover["currency"],
        power=int(cover["power"]),
        taxonomy=cover["taxonomy"],
        focus=int(cover["year"]),
        risks=_risks(),
        newest_words=cover.get("heading", ""),
        swapped="swapped" in cover,
    )
    return Known(filing, draft.truth)


def _take(draft: _Draft, cells: list[str]) -> None:
    if cells == ["truth"]:
        draft.in_truth = True
    elif draft.in_truth:
        draft.truth[cells[0]] = _values(cells[1])
    elif cells[0] == "span":
        draft.spans.append((date.fromisoformat(cells[1]), date.fromisoformat(cells[2])))
    elif cells[0] in ("statement", "note"):
        draft.statements.append((cells[0], cells[1], []))
    elif not draft.statements:
        draft.cover[cells[0]] = cells[1]
    else:
        draft.statements[-1][2].append(_row(cells))


def _row(cells: list[str]) -> Row:
    if len(cells) == 1:
        return Row(cells[0])
    marks = cells[3].split() if len(cells) > 3 else []
    unit = next((mark for mark in marks if mark in ("shares", "each")), "")
    return Row(cells[0], cells[1], _values(cells[2]), unit, negated="negated" in marks)


def _values(text: str) -> tuple[Value, ...]:
    return tuple(None if word == "none" else word if "." in word else int(word) for word in text.split())


def _risks() -> tuple[tuple[str, str], ...]:
    parts = (Path(__file__).parent / "risks.txt").read_text().strip().split("\n\n")
    return tuple(
        (heading, " ".join(text.split())) for heading, _, text in (part.partition("\n") for part in parts)
    )
