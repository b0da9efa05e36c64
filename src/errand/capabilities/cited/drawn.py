"""Do the numbers of a chart stand in what its text rests on?"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from errand.capabilities.documents.model import Document
from errand.capabilities.reports.check_figures import POWERS, near
from errand.capabilities.reports.model import ChartRef
from errand.capabilities.reports.pictures import load_image
from errand.capabilities.reports.reading import amounts
from errand.capability import Context


def undrawable(
    charts: Iterable[ChartRef], held: Iterable[Decimal], documents: Sequence[Document], context: Context
) -> Iterator[str]:
    """For each chart whose numbers stand neither in a source (`held`) nor in a document, a sentence."""
    sources = sorted({abs(value) for value in held})
    for chart in charts:
        strange = [value for value in load_image(chart, context).values if not _stands(value, sources)]
        if strange:
            told = {abs(each.value) for document in documents for each in amounts(document.text)}
            strange = [value for value in strange if not _stands(value, sorted(told))]
        if strange:
            more = " and more" if len(strange) > 5 else ""
            shown = ", ".join(f"{value:f}" for value in strange[:5]) + more
            yield (
                f"The chart {chart.name} shows {shown}, which neither "
                "a source of the text nor a document holds: give the calculation that it comes from as a "
                "source, or draw it again."
            )


def _stands(shown: Decimal, known: Sequence[Decimal]) -> bool:
    """Among the known, in rising order: as it is, or scaled, since a chart may show millions."""
    for power in POWERS:
        wanted = abs(shown).scaleb(power)
        place = bisect_left(known, wanted)
        if any(near(wanted, value) for value in known[max(0, place - 1) : place + 1]):
            return True
    return False
