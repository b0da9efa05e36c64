"""What a chart shows, in plain values: no drawing library is needed to describe one."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Shape(StrEnum):
    BAR = "bar"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    values: tuple[float | None, ...]
    """One for each label; None where nothing is known."""


@dataclass(frozen=True, slots=True)
class Panel:
    title: str
    shape: Shape
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""


VALUES = "Values"
"""The text in a chart's file that holds the numbers that were drawn, so that they can be traced."""


def values_drawn(panels: Sequence[Panel]) -> str:
    """With a blank between them."""
    return " ".join(
        format(Decimal(repr(float(value))), "f")
        for panel in panels
        for each in panel.series
        for value in each.values
        if value is not None
    )


def described(panel: Panel) -> str:
    """What can be seen, for whoever can not see it: `Margins (%): gross margin, net margin; 2019 to 2024`."""
    unit = f" ({panel.unit})" if panel.unit else ""
    first, last = panel.labels[0], panel.labels[-1]
    reach = first if len(panel.labels) == 1 else f"{first} to {last}"
    return f"{panel.title}{unit}: {', '.join(each.name for each in panel.series)}; {reach}"
