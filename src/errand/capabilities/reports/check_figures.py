"""The figures of a report, checked: each stands in the claims as it is shown, and each claim holds."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, DecimalException

from errand.capabilities.filings.model import FactSet
from errand.capabilities.reports.figures import TOLERANCE
from errand.capabilities.reports.formula import recompute
from errand.capabilities.reports.markdown import (
    Blocks,
    Heading,
    Inlines,
    List,
    Paragraph,
    Quote,
    Table,
    plain,
)
from errand.capabilities.reports.model import Claim
from errand.capabilities.reports.reading import Amount, amounts, folded
from errand.capabilities.sources import Source

_MARKS = re.compile(r"(?:\s*\[\d{1,3}\])+")
_NUMBER_ONLY = re.compile(r"\d+")
_NUMBERING = re.compile(r"^\d{1,3}\.\s")
_LONG_ENOUGH = 6
"""Words: shorter passages could stand anywhere by chance."""
_RULE = "Rule "
"""Begins the statement of a rule; its thresholds are not figures of the company."""
_ALTERNATIVE = re.compile(r"\([^)]*\)")
"""`Net income (loss)` is the label of both; only a minus tells which."""
_LOSS_WORDS = (
    "loss",
    "deficit",
    "negative",
    "used",
    "outflow",
    "fell",
    "down",
    "decline",
    "decrease",
    "shrank",
)
_WORD_REACH = 80
_SCALE = re.compile(r"(?:\b[Ii]n|^|,|\(|[$€£¥]|\b[A-Z]{3})\s*(?i:(thousand|million|billion)s?)\b")
"""`in millions`, `USD millions`, `Debt, $ million`: what heads a table, a column or a row."""
_SCALES = {"thousand": 3, "million": 6, "billion": 9}
CONSTANTS = frozenset(
    Decimal(each) for each in (0, 1, 2, 3, 4, 5, 12, 90, 91, 92, 100, 360, 364, 365, 366, 371, 1000)
)
"""What a formula may hold besides reported values: years, days, percent."""
POWERS = (0, 3, 6, 9)
"""Of ten: a number without a unit may stand below `in thousands`, `in millions` or `in billions`."""


@dataclass(frozen=True)
class Shown:
    """A figure as a reader meets it, with all that says what it is of."""

    amount: Amount
    marks: frozenset[int]
    around: str
    row: str = ""
    column: str = ""
    power: int = 0
    """In a table whose head says `in billions`, 9; the heads of a column and a row say so too."""


def figures_shown(blocks: Blocks, verbatim: Sequence[str]) -> Iterator[Shown]:
    """Every figure outside of verbatim passages: those with a unit or a mark, in columns of figures all."""
    for block in blocks:
        if isinstance(block, Table):
            yield from _in_table(block, verbatim)
        elif isinstance(block, List) and not block.sources:
            for item in block.items:
                yield from figures_shown(item, verbatim)
        elif isinstance(block, Quote):
            yield from figures_shown(block.blocks, verbatim)
        elif isinstance(block, Heading | Paragraph):
            yield from _in_prose(block.content, verbatim)


def without(text: str, verbatim: Sequence[str]) -> str:
    """Blank where a passage of the documents stands; a short one counts only when it is all there is."""
    bare = _MARKS.sub("", _NUMBERING.sub("", text)).strip()
    if bare in verbatim:
        return ""
    for passage in verbatim:
        if len(passage.split()) >= _LONG_ENOUGH:
            text = text.replace(passage, " " * len(passage))
    return text


def figure_faults(shown: Sequence[Shown], claims: Sequence[Claim]) -> Iterator[str]:
    """One sentence for each figure that no claim accounts for."""
    figures = [claim for claim in claims if claim.value is not None]
    for each in shown:
        marked = [claim for claim in figures if not each.marks or claim.mark in each.marks]
        if not any(_accounts(claim, each) for claim in marked):
            place = f" beside {each.row}" if each.row else f", in “…{_words_about(each)}…”"
            known = (
                "its mark leads to another figure"
                if any(_accounts(c, each) for c in figures)
                else "none says it within half a percent"
            )
            yield f"The figure {each.amount.text}{place} has no source: {known}."


def _words_about(shown: Shown) -> str:
    before, figure, after = shown.around.partition(shown.amount.text)
    return f"{before[-40:]}{figure}{after[:20]}".strip()


def claim_faults(claims: Sequence[Claim], facts: FactSet | None) -> Iterator[str]:
    """One sentence for each claim whose value is not what is reported, or not what its formula comes to."""
    reported = _Reported(facts, claims) if facts else None
    for claim in claims:
        if claim.value is None:
            continue
        value = decimal(claim.value)
        name = f"{claim.shown} ({claim.about})" if claim.about else claim.shown
        if value is None:
            yield f"The claim {name} has the value {claim.value!r}, which is not a number."
        elif not _is_shown_truly(claim, value):
            yield f"The claim {name} is shown further than half a percent from its value {value:,f}."
        elif claim.formula is not None:
            yield from _formula_faults(claim, value, name, reported)
        elif reported and not reported.holds(claim.sources, value):
            yield f"The claim {name} has the value {value:,f}, which is not what its source reports."


class _Reported:
    """Values by where they stand, and the claims that are computed from them."""

    def __init__(self, facts: FactSet, claims: Iterable[Claim]) -> None:
        self._by_place: dict[tuple[str, str], set[Decimal]] = {}
        for fact in facts.facts:
            self._by_place.setdefault(_place(fact.source), set()).add(fact.value)
        self._made: list[tuple[frozenset[tuple[str, str]], Decimal]] = []
        self._compute([claim for claim in claims if claim.formula is not None])

    def _compute(self, claims: Sequence[Claim]) -> None:
        """What formulas come to, from what is reported and from one another, but never in a circle."""
        left = dict.fromkeys(claims)
        while held := [claim for claim in left if self.strange(claim) is None]:
            for claim in held:
                del left[claim]
                if (value := decimal(claim.value or "")) is not None:
                    self._made.append((frozenset(map(_place, claim.sources)), value))

    def strange(self, claim: Claim) -> Decimal | None:
        """A number in its formula that nothing accounts for."""
        again = recompute(claim.formula or "")
        if again is None:
            return None
        powers = {0, again.power} if again.power else set(POWERS)
        known = self.operands(claim)
        return next((each for each in again.operands if not _is_known(each, powers, known)), None)

    def holds(self, sources: Iterable[Source], value: Decimal) -> bool:
        """True when it is reported at one of these places, up to a sign that only presentation gave it."""
        return any(abs(value) == abs(known) for known in self.values(sources))

    def values(self, sources: Iterable[Source]) -> set[Decimal]:
        """What is reported at these places, and what stands in the passages that are quoted from them."""
        return {
            value for source in sources for value in (*self._by_place.get(_place(source), ()), *said(source))
        }

    def operands(self, claim: Claim) -> set[Decimal]:
        """What its formula may use, without signs: what its sources report, and what others made of those."""
        own = {abs(value) for value in self.values(claim.sources)}
        places = frozenset(map(_place, claim.sources))
        made = {abs(value) for parts, value in self._made if parts <= places}
        return own | made | {abs(a + sign * b) for a in own for b in own for sign in (1, -1)}


def said(source: Source) -> set[Decimal]:
    """The numbers in a quoted passage, in each scale that the head of a table may give them."""
    if not source.quote or source.fact or source.cell:
        return set()
    scales = [(each.value, POWERS if not each.unit else (0,)) for each in amounts(source.quote)]
    return {value.scaleb(power) for value, powers in scales for power in powers}


def quoted_figure_faults(claims: Iterable[Claim]) -> Iterator[str]:
    """One sentence for each figure that is said to stand in a passage which does not hold it."""
    for claim in claims:
        value = decimal(claim.value or "")
        quoted = [said(source) for source in claim.sources]
        if value is None or claim.formula is not None or not all(quoted):
            continue
        if not any(near(abs(known), abs(value)) for known in set().union(*quoted)):
            yield f"The figure {claim.shown} does not stand in the passage that it is said to be from."


def _place(source: Source) -> tuple[str, str]:
    return source.document, source.fact or source.cell or source.where


def _formula_faults(claim: Claim, value: Decimal, name: str, reported: _Reported | None) -> Iterator[str]:
    again = recompute(claim.formula or "")
    if again is None:
        yield f"The formula of {name} can not be computed again: {claim.formula}."
        return
    factors = {Decimal(1), Decimal(10) ** again.power, *([Decimal(100)] if claim.unit == "%" else [])}
    if not any(near(again.result * factor, value) for factor in factors):
        yield f"The formula of {name} comes to {again.result:,.6g}, not to its value: {claim.formula}."
    elif reported and (strange := reported.strange(claim)) is not None:
        yield f"The formula of {name} uses {strange:,f}, which none of its sources reports."


def _is_known(operand: Decimal, powers: Iterable[int], known: set[Decimal]) -> bool:
    return operand in CONSTANTS or any(near(operand.scaleb(p), each) for p in powers for each in known)


def _accounts(claim: Claim, shown: Shown) -> bool:
    value = decimal(claim.value or "")
    if value is None or not _same_unit(claim, shown.amount.unit, shown.power):
        return False
    written = shown.amount.value.scaleb(0 if shown.amount.unit else shown.power)
    if not near(abs(written), abs(value)) or not _sign_holds(written, value, shown):
        return False
    if shown.column and claim.about:
        return claim.about == f"{shown.row}, {shown.column}" or _about(claim, shown)
    return True


def _about(claim: Claim, shown: Shown) -> bool:
    """In a table the claim must be of the row and the column that the figure stands in."""
    about, row, column = folded(claim.about).casefold(), folded(shown.row), folded(shown.column)
    return about == f"{row}, {column}".casefold()


def _same_unit(claim: Claim, unit: str, power: int) -> bool:
    own = (claim.unit or "").partition("/")[0]
    return unit == own if unit else own != "%" and (power > 0 or len(own) != 3 or not own.isupper())


def _sign_holds(written: Decimal, value: Decimal, shown: Shown) -> bool:
    if written < 0 or value >= 0:
        return (written < 0) == (value < 0) or not value
    return any(word in shown.around.casefold() for word in _LOSS_WORDS)


def _is_shown_truly(claim: Claim, value: Decimal) -> bool:
    found = list(amounts(claim.shown))
    if len(found) != 1:
        return False
    powers = (0,) if found[0].unit else (0, 3, 6, 9, 12)
    return any(near(abs(found[0].value.scaleb(power)), abs(value)) for power in powers)


def near(shown: Decimal, value: Decimal) -> bool:
    return abs(shown - value) <= TOLERANCE * abs(value)


def decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except DecimalException:
        return None
    return value if value.is_finite() else None


def _in_prose(content: Inlines, verbatim: Sequence[str]) -> Iterator[Shown]:
    text = plain(content)
    if text.startswith(_RULE):
        return
    text = without(text, verbatim)
    groups = list(_MARKS.finditer(text))
    for amount in amounts(text):
        after = next((group for group in groups if group.start() >= amount.end), None)
        inside_mark = any(group.start() <= amount.start < group.end() for group in groups)
        beside = after is not None and not text[amount.end : after.start()].strip(" ,.;:")
        if inside_mark or not (amount.unit or beside):
            continue
        marks = frozenset(int(each) for each in _NUMBER_ONLY.findall(after[0])) if after else frozenset[int]()
        around = text[max(0, amount.start - _WORD_REACH) : amount.end + _WORD_REACH]
        yield Shown(amount, marks, around)


def _in_table(table: Table, verbatim: Sequence[str]) -> Iterator[Shown]:
    head = [plain(cell) for cell in table.header]
    for row in table.rows:
        cells = [plain(cell) for cell in row]
        marks = frozenset(
            int(n) for cell in cells for group in _MARKS.findall(cell) for n in _NUMBER_ONLY.findall(group)
        )
        for column, cell in enumerate(cells):
            if not table.numeric[column]:
                yield from _in_prose(row[column], verbatim)
            elif column:
                power = _power((cells[0], head[column], head[0]))
                for amount in amounts(_MARKS.sub("", cell)):
                    yield Shown(amount, marks, _ALTERNATIVE.sub("", cells[0]), cells[0], head[column], power)


def _power(heads: Sequence[str]) -> int:
    """What the first of them says that says anything."""
    scale = next((found for head in heads if (found := _SCALE.search(head))), None)
    return _SCALES[scale[1].casefold()] if scale else 0
