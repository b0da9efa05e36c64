"""What a report says, entered as it is written: each figure and quotation with its mark and its sources."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from errand.capabilities.financials.model import Figure
from errand.capabilities.reports.figures import exact, show
from errand.capabilities.reports.markdown import escape
from errand.capabilities.reports.model import Claim, Claims
from errand.capabilities.sources import Source

_FORMULAS_LISTED = 1
"""Of a computed series, for how many periods the formula is written out; the claims hold all of them."""

_PLACES_LISTED = 8
"""Of many passages under one mark, only the pages are said; the claims hold the characters of each."""


@dataclass
class _Entry:
    """What one mark leads to."""

    number: int
    subject: str
    note: str = ""
    figures: list[Figure] = field(default_factory=list)
    places: list[Source] = field(default_factory=list)


class Ledger:
    """One per report. A mark covers what stands before it, back to the mark before that."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self._claims: dict[Claim, None] = {}

    def figure(
        self, figure: Figure, subject: str, column: str = "", *, note: str = "", as_shown: str = ""
    ) -> str:
        """The figure as it is written; it is about `subject` in `column` (its period, when not given)."""
        entry = self._entry(subject, note)
        if not any(figure == known for known in entry.figures):
            entry.figures.append(figure)
        shown = as_shown or show(figure.value, figure.unit)
        self._enter(
            Claim(
                shown=shown, value=f"{figure.value:f}", unit=figure.unit, formula=figure.formula,
                about=f"{subject}, {column or figure.period}", mark=entry.number, sources=figure.sources,
            )
        )  # fmt: skip
        return shown

    def quote(self, text: str, source: Source, subject: str) -> str:
        """Verbatim, in typographic quotation marks; quotation marks inside it become single ones."""
        self.passage(text, source, subject)
        inner = text.replace("“", "‘").replace("”", "’")
        while '"' in inner:
            inner = inner.replace('"', "‘", 1).replace('"', "’", 1)
        return f"“{escape(inner)}”"

    def passage(self, text: str, source: Source, subject: str) -> str:
        """Verbatim without quotation marks: a heading."""
        entry = self._entry(subject)
        entry.places.append(source)
        self._enter(Claim(shown=text, mark=entry.number, sources=(source,)))
        return escape(text)

    def mark(self, subject: str) -> str:
        """`[12]`; the subject must have been entered."""
        return f"[{self._entries[subject].number}]"

    def claims(self) -> Claims:
        return Claims(claims=tuple(self._claims))

    def documents(self) -> dict[str, str]:
        """Every file that something rests on, with the hash of its content, in order of mention."""
        return {source.document: source.sha256 for claim in self._claims for source in claim.sources}

    def source_lines(self) -> Iterator[str]:
        """Markdown, one list item per mark."""
        reported = {
            _key(figure.sources[0]): entry.number
            for entry in reversed(self._entries.values())
            for figure in entry.figures
            if figure.formula is None
        }
        for entry in self._entries.values():
            yield f"- [{entry.number}] {_described(entry, reported)}"

    def _entry(self, subject: str, note: str = "") -> _Entry:
        entry = self._entries.setdefault(subject, _Entry(len(self._entries) + 1, subject))
        entry.note = entry.note or note
        return entry

    def _enter(self, claim: Claim) -> None:
        self._claims[claim] = None


def _key(source: Source) -> tuple[str, str]:
    return source.document, source.fact or source.cell or source.where


def _described(entry: _Entry, reported: dict[tuple[str, str], int]) -> str:
    subject = escape(entry.subject) + (f" = {escape(entry.note)}" if entry.note else "")
    if entry.places:
        return f"{subject}: {_passages(entry.places)}"
    plain = [figure for figure in entry.figures if figure.formula is None]
    computed = [figure for figure in entry.figures if figure.formula is not None]
    parts = list(_reported(plain))
    parts += [_computed(figure, reported, entry.number) for figure in computed[:_FORMULAS_LISTED]]
    if len(computed) > _FORMULAS_LISTED:
        parts.append("other periods likewise")
    return f"{subject}: {'; '.join(parts)}{_standing(plain)}"


def _reported(figures: list[Figure]) -> Iterator[str]:
    """Each with its fact; a concept that is the same as in the one before is not said again."""
    before = ""
    for figure in figures:
        concept, space, rest = _spot(figure.sources[0]).partition(" ")
        again = space and concept == before and rest.startswith("(")
        yield f"{_dated(figure)}{' ' if again else ', '}{escape(rest if again else concept + space + rest)}"
        before = concept


def _dated(figure: Figure) -> str:
    return f"{escape(figure.period)} {exact(figure.value, figure.unit)}"


def _spot(source: Source) -> str:
    return source.fact or source.cell or source.where


def _standing(figures: list[Figure]) -> str:
    """The documents, said once for all figures of an entry."""
    names = dict.fromkeys(f"{f.sources[0].document}, {f.sources[0].where}" for f in figures)
    return f" ({escape('; '.join(names))})" if names else ""


def _computed(figure: Figure, reported: dict[tuple[str, str], int], own: int) -> str:
    numbers = sorted(
        {reported[_key(source)] for source in figure.sources if _key(source) in reported} - {own}
    )
    others = [_spot(source) for source in figure.sources if _key(source) not in reported]
    origin = [f"[{number}]" for number in numbers] + [escape(spot) for spot in dict.fromkeys(others)]
    ending = f", from {', '.join(origin)}" if origin else ""
    return f"{escape(figure.period)}, computed: {_formula(figure)}{ending}"


def _formula(figure: Figure) -> str:
    """It begins with a number; that is no list here."""
    return escape(f"= {figure.formula}").removeprefix("\\= ")


def _passages(places: list[Source]) -> str:
    by_document: dict[str, list[str]] = {}
    many = len(places) > _PLACES_LISTED
    for place in places:
        known = not many and place.start is not None and place.end is not None
        span = f" (characters {place.start:,}–{place.end:,})" if known else ""
        by_document.setdefault(place.document, []).append(f"{place.where}{span}")
    return "; ".join(
        f"{escape(name)}, {escape('; '.join(dict.fromkeys(spots)))}" for name, spots in by_document.items()
    )


def change(current: Figure, prior: Figure) -> Figure | None:
    """By how many percent it grew; None when that says nothing, because the earlier value is not positive."""
    if prior.value <= 0 or current.unit != prior.unit:
        return None
    value = (current.value - prior.value) / prior.value * Decimal(100)
    now, before = exact(current.value, ""), exact(prior.value, "")
    return Figure(
        value=value,
        unit="%",
        period=current.period,
        formula=f"{exact(value, '%')} = ({now} - {before}) / {before} × 100",
        sources=tuple(dict.fromkeys((*current.sources, *prior.sources))),
    )
