"""Do the numbers of a sentence stand in the passages that bear it out?"""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from errand.capabilities.reports.check_figures import POWERS, near
from errand.capabilities.reports.reading import Amount, amounts


def untraced(text: str, passages: Iterable[str]) -> Iterator[str]:
    """The numbers, as written, that stand in no passage: neither as they are, nor scaled or rounded."""
    known = [each for passage in passages for each in amounts(passage)]
    for shown in amounts(text):
        if not any(value_of(shown, each) is not None for each in known):
            yield shown.text


def value_of(shown: Amount, known: Amount) -> Decimal | None:
    """What is known exactly, when it is what is shown, within half a percent; a number without a unit may
    stand below `in millions`."""
    if shown.unit and known.unit not in (shown.unit, ""):
        return None
    for power in (0,) if known.unit else POWERS:
        if near(abs(shown.value), abs(known.value.scaleb(power))):
            return known.value.scaleb(power)
    return None
