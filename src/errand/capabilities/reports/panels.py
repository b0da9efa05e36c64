"""What a chart shows, in plain values: no drawing library is needed to describe one."""

from dataclasses import dataclass
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


def described(panel: Panel) -> str:
    """What can be seen, for whoever can not see it: `Margins (%): gross margin, net margin; 2019 to 2024`."""
    unit = f" ({panel.unit})" if panel.unit else ""
    first, last = panel.labels[0], panel.labels[-1]
    reach = first if len(panel.labels) == 1 else f"{first} to {last}"
    return f"{panel.title}{unit}: {', '.join(each.name for each in panel.series)}; {reach}"
