"""Markdown with marks, as a model hands it in, and what becomes of it: a report and its claims."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pydantic import BaseModel, Field

from errand.capabilities.cited.evidence import Gathered, Given, computation
from errand.capabilities.cited.shelf import Cited
from errand.capabilities.financials.model import Figure
from errand.capabilities.reports.check import REQUEST, verdict_of
from errand.capabilities.reports.check_figures import CONSTANTS, POWERS, Shown, figures_shown, near, said
from errand.capabilities.reports.figures import exact
from errand.capabilities.reports.formula import recompute
from errand.capabilities.reports.markdown import Picture, Span, escape, inline_runs
from errand.capabilities.reports.model import ChartRef, Claim, Claims
from errand.capabilities.reports.reading import Amount, amounts, folded, numbers_in_words
from errand.capabilities.sources import Source
from errand.capability import ArtifactRef

_MARK = re.compile(r"\[(\d{1,3})\]")
_FENCED = re.compile(r"^```.*?^```[^\n]*$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
_OWN_SOURCES = re.compile(r"^#+\s*(?:sources|references)\s*$", re.IGNORECASE | re.MULTILINE)
_LEAST_WORDS = 6


class Entry(BaseModel):
    """What a mark [n] leads to. Exactly one of: `document` with `quote`; `figures`; `calculation`."""

    n: int = Field(ge=1, le=999, description="The number in the mark: 1 for [1].")
    document: str = Field(
        default="",
        description="Of a quotation: its document, named as it is listed; `the request` for the request.",
    )
    quote: str = Field(
        default="",
        description="The passage, copied letter for letter: a whole sentence or a whole line of a table.",
    )
    figures: list[str] = Field(default=[], description="Ids of given figures, such as F12.")
    calculation: str = Field(
        default="",
        description="`result unit = expression`, with its numbers: `23.97 % = 93,736 / 391,035 × 100`. Only "
        "+ - × / ^ and parentheses.",
    )
    of: list[int] = Field(
        default=[], description="Of a calculation: the marks whose passages or figures hold its numbers."
    )


class MarkedText(BaseModel):
    """A finished text in Markdown, and what its marks lead to."""

    markdown: str = Field(
        min_length=1,
        description="The text, with marks [1], [2] … after what rests on a source. No list of sources.",
    )
    sources: list[Entry] = Field(description="One for each mark that the text uses.")
    files: list[ArtifactRef] = Field(
        default=[],
        description="Text files made by tools, such as results of queries, that sources quote by name.",
    )


class IllustratedText(MarkedText):
    """A marked text that may show charts which its author drew."""

    charts: list[ChartRef] = Field(
        default=[],
        description="Names of the charts that you drew and the text shows, as chart_draw gave them.",
    )


@dataclass(frozen=True)
class Known:
    """An entry that was looked up."""

    n: int
    sources: tuple[Source, ...]
    line: str
    """For the list of sources."""
    values: tuple[tuple[Decimal, str], ...] = ()
    """What it holds, each with its unit."""
    formula: str | None = None
    quote: str = ""


@dataclass(frozen=True)
class Finished:
    markdown: str
    claims: Claims
    faults: tuple[str, ...] = ()
    held: tuple[Decimal, ...] = ()
    """The numbers that its sources hold."""


def finish(text: MarkedText, gathered: Gathered, request: str, *, pictures: Sequence[str] = ()) -> Finished:
    """The text with its list of sources, and its claims; and all that is wrong with it, in sentences."""
    from errand.capabilities.reports.parsing import parse

    known, faults = _look_up(text, gathered, request)
    wrong = {entry.n for entry in text.sources} - {each.n for each in known}
    faults += _mark_faults(text)
    markdown = _with_sources(text.markdown, known)
    blocks = parse(markdown)
    verbatim = sorted((k.quote for k in known if k.quote), key=len, reverse=True)
    claims = [Claim(shown=k.quote, mark=k.n, sources=k.sources) for k in known if k.quote]
    for shown in figures_shown(blocks, [" ".join(quote.split()) for quote in verbatim]):
        claims += _claims_of(shown, known)
    runs = list(inline_runs(blocks))
    faults += _picture_faults((p.name for r in runs for p in r if isinstance(p, Picture)), pictures)
    faults += _link_faults(
        (s.link for r in runs for s in r if isinstance(s, Span) and s.link), gathered, request
    )
    claims = list(dict.fromkeys(claims))
    faults += verdict_of(
        markdown, claims, gathered.shelf.documents, request=request, passed_over=wrong
    ).faults
    held = tuple(value for each in known for value, _unit in each.values)
    return Finished(markdown, Claims(claims=tuple(claims)), tuple(dict.fromkeys(faults)), held)


def _look_up(text: MarkedText, gathered: Gathered, request: str) -> tuple[list[Known], list[str]]:
    known: dict[int, Known] = {}
    faults = []
    for entry in _in_order(text.sources):
        if entry.n in known:
            found: Known | str = f"There are two sources [{entry.n}]; give each mark one."
        elif entry.calculation:
            found = _calculation(entry, known, request)
        elif entry.figures:
            found = _figures(entry, gathered)
        else:
            found = _quotation(entry, gathered, request)
        if isinstance(found, str):
            faults.append(f"Source [{entry.n}]: {found}")
        else:
            known[entry.n] = found
    return sorted(known.values(), key=lambda each: each.n), faults


def _in_order(entries: Sequence[Entry]) -> Iterator[Entry]:
    """A calculation after all that it rests on, whatever their numbers; a circle as it comes."""
    left = sorted(entries, key=lambda each: (bool(each.calculation), each.n))
    while left:
        waiting = {each.n for each in left}
        entry = next((each for each in left if not waiting.intersection(each.of)), left[0])
        left.remove(entry)
        yield entry


def _quotation(entry: Entry, gathered: Gathered, request: str) -> Known | str:
    if not entry.quote.strip():
        return "it has neither a quotation nor figures nor a calculation."
    if entry.document.strip().casefold() == REQUEST:
        if folded(entry.quote) not in folded(request):
            return f"“{entry.quote[:160]}” does not stand in the request."
        found: Source | str = _in_request(entry.quote)
    else:
        found = gathered.shelf.place(Cited(document=entry.document, quote=entry.quote))
    if isinstance(found, str):
        return found
    quote = found.quote or ""
    line = f"{escape(found.document)}, {escape(found.where)}: “{_inner(quote)}”"
    held = tuple((each.value, each.unit) for each in amounts(quote))
    return Known(entry.n, (found,), line, held, quote=quote)


def _in_request(quote: str) -> Source:
    return Source(document=REQUEST, sha256="", where="as it was asked", quote=quote)


def _inner(quote: str) -> str:
    """Quotation marks inside a quotation become single ones, as in all our reports."""
    return escape(quote.translate({ord("“"): "‘", ord("”"): "’", ord('"'): "'"}))


def _figures(entry: Entry, gathered: Gathered) -> Known | str:
    strange = [name for name in entry.figures if name not in gathered.figures]
    if strange:
        return f"there is no given figure {strange[0]}."
    given = [gathered.figures[name] for name in entry.figures]
    line = "; ".join(_figures_line(*each) for each in _by_place(given).items())
    if len(given) == 1:
        only = given[0].figure
        return Known(entry.n, only.sources, line, ((only.value, only.unit),), only.formula)
    if any(g.figure.formula for g in given):
        return "a figure that was computed needs a source of its own: name one figure there, not several."
    sources = tuple(dict.fromkeys(source for g in given for source in g.figure.sources))
    return Known(entry.n, sources, line, tuple((g.figure.value, g.figure.unit) for g in given))


def _by_place(given: Iterable[Given]) -> dict[tuple[str, tuple[str, ...]], list[Figure]]:
    """Figures of one row of one table are told together, and so are their places."""
    found: dict[tuple[str, tuple[str, ...]], list[Figure]] = {}
    for each in given:
        documents = dict.fromkeys(s.document for s in each.figure.sources)
        places = tuple(_places_in(document, each.figure.sources) for document in documents)
        found.setdefault((each.subject, places), []).append(each.figure)
    return found


def _places_in(document: str, sources: Iterable[Source]) -> str:
    return ", ".join((document, *dict.fromkeys(s.where for s in sources if s.document == document)))


def _figures_line(named: tuple[str, tuple[str, ...]], figures: Iterable[Figure]) -> str:
    subject, places = named
    values = ", ".join(f"{each.period} {_said_exactly(each)}" for each in figures)
    return escape(f"{subject}: {values} ({'; '.join(places)})")


def _said_exactly(figure: Figure) -> str:
    return f"{exact(figure.value, figure.unit)}{computation(figure)}"


def _calculation(entry: Entry, known: dict[int, Known], request: str) -> Known | str:
    again = recompute(entry.calculation)
    stated = next(iter(amounts(entry.calculation.partition("=")[0])), None)
    if again is None or stated is None:
        return f"`{entry.calculation}` is not of the form `result unit = expression over numbers`."
    if not near(again.stated, again.result):
        return f"`{entry.calculation}` comes to {again.result:,.8g}."
    missing = [n for n in entry.of if n not in known]
    if missing:
        return f"it rests on [{missing[0]}], which is no source, a faulty one, or rests on this one."
    parents = [known[n] for n in entry.of]
    held = {abs(value) for parent in parents for value, _ in parent.values}
    held |= {value for parent in parents for source in parent.sources for value in said(source)}
    held |= {Decimal(n) for parent in parents for n in numbers_in_words(parent.quote)}
    held |= {each.value for each in amounts(request)}
    strange = [o for o in again.operands if o not in CONSTANTS and not any(_scaled_near(o, h) for h in held)]
    if strange:
        return (
            f"its number {strange[0]:,f} stands in none of the sources that `of` names, nor in the request."
        )
    sources = tuple(dict.fromkeys(s for parent in parents for s in parent.sources)) or (_in_request(request),)
    line = f"computed: {escape(f'= {entry.calculation}').removeprefix(chr(92) + '= ')}"
    if parents:
        line += f" (from {', '.join(f'[{each.n}]' for each in parents)})"
    return Known(entry.n, sources, line, ((stated.value, stated.unit),), entry.calculation)


def _scaled_near(operand: Decimal, held: Decimal) -> bool:
    return any(near(operand.scaleb(power), abs(held)) for power in POWERS)


def _mark_faults(text: MarkedText) -> list[str]:
    used = {int(n) for n in _MARK.findall(_FENCED.sub("", text.markdown))}
    given = {entry.n for entry in text.sources}
    needed = used | {n for entry in text.sources for n in entry.of}
    faults = [f"The text has the mark [{n}], but there is no source {n}." for n in sorted(used - given)]
    faults += [
        f"Source [{n}] is not used in the text: use it or leave it out." for n in sorted(given - needed)
    ]
    if _OWN_SOURCES.search(text.markdown):
        faults.append("Leave out the list of sources: it is made from `sources`.")
    return faults


def _picture_faults(shown: Iterable[str], there: Sequence[str]) -> Iterator[str]:
    for name in shown:
        if name not in there:
            known = ", ".join(there) or "none"
            yield f"There is no picture {name!r} to show; there are: {known}."


def _link_faults(links: Iterable[str], gathered: Gathered, request: str) -> Iterator[str]:
    for link in links:
        if link.startswith("#") or link in request:
            continue
        if not any(link in document.text for document in gathered.shelf.documents):
            yield f"The link {link} stands neither in the request nor in a document: leave it out."


def _with_sources(markdown: str, known: Sequence[Known]) -> str:
    if not known:
        return markdown.rstrip() + "\n"
    lines = [f"- [{each.n}] {each.line}" for each in known]
    return "\n".join((markdown.rstrip(), "", "## Sources", "", *lines, ""))


def _claims_of(shown: Shown, known: Sequence[Known]) -> Iterator[Claim]:
    """Of the entry that accounts for it: one that its marks name, before any other."""
    about = f"{shown.row}, {shown.column}" if shown.column else ""
    for each in sorted(known, key=lambda each: each.n not in shown.marks):
        value = _value_in(each, shown.amount, shown.power)
        if value is not None:
            yield Claim(
                shown=shown.amount.text, value=f"{value:f}", unit=shown.amount.unit, formula=each.formula,
                about=about, mark=each.n, sources=each.sources,
            )  # fmt: skip
            return


def _value_in(known: Known, amount: Amount, power: int) -> Decimal | None:
    """What the entry says exactly, when it is what is shown."""
    written = amount.value.scaleb(0 if amount.unit else power)
    for value, unit in known.values:
        base = unit.partition("/")[0]
        if amount.unit and base not in (amount.unit, ""):
            continue
        for scale in POWERS if not base else (0,):
            if near(abs(written), abs(value.scaleb(scale))):
                return value.scaleb(scale)
    return None


__all__ = ["Entry", "Finished", "MarkedText", "finish"]
