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
    """The chart in words, for whoever can not see it: `Margins (%): net margin 25.3, 24; for FY2023, FY2024`."""
    unit = f" ({panel.unit})" if panel.unit else ""
    rows = (f"{each.name} {', '.join(_said(value) for value in each.values)}" for each in panel.series)
    return f"{panel.title}{unit}: {'; '.join(rows)}; for {', '.join(panel.labels)}"


def _said(value: float | None) -> str:
    return "unknown" if value is None else f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
