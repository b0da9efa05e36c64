"""`chart.draw`: one chart from numbers that are given."""

from math import isfinite

from pydantic import BaseModel

from errand.capabilities.reports.model import ChartRef
from errand.capabilities.reports.panels import Panel, Series, Shape, described
from errand.capability import Context, Field, capability
from errand.domain.errors import InputRefused

_MOST_POINTS = 2000
_MOST_SERIES = 8


class GivenSeries(BaseModel):
    name: str = Field(description="What the numbers are of, as the legend says it.")
    values: list[float | None] = Field(description="One number for each label; null where it is not known.")


class ChartInput(BaseModel):
    title: str = Field(description="What the chart shows.")
    labels: list[str] = Field(description="What the numbers are for, in order: years, months, names.")
    series: list[GivenSeries] = Field(description="The numbers to draw, one or more series.")
    kind: Shape = Field(default=Shape.BAR, description="bar or line.")
    unit: str = Field(default="", description="What the numbers are measured in, for the axis.")


class Drawn(BaseModel):
    chart: ChartRef = Field(description="The chart as a PNG picture.")


@capability("chart.draw")
def draw_chart(given: ChartInput, context: Context) -> Drawn:
    """Draw a bar chart or a line chart (a graph, plot or diagram) of given numbers as a picture."""
    _refuse_unfit(given)
    from errand.capabilities.reports.drawing import draw

    series = tuple(Series(each.name, tuple(each.values)) for each in given.series)
    panel = Panel(given.title, given.kind, tuple(given.labels), series, given.unit)
    content = draw([panel], described(panel)[:2000])
    return Drawn(chart=context.save(ChartRef, f"{_file_name(given.title)}.png", content, "image/png"))


def _refuse_unfit(given: ChartInput) -> None:
    if not given.labels or not given.series:
        raise InputRefused("There is nothing to draw: give at least one label and one series of numbers.")
    if len(given.labels) > _MOST_POINTS or len(given.series) > _MOST_SERIES:
        raise InputRefused(
            f"A chart shows at most {_MOST_SERIES} series of {_MOST_POINTS} numbers; give fewer."
        )
    for each in given.series:
        if len(each.values) != len(given.labels):
            raise InputRefused(
                f"{each.name} has {len(each.values)} numbers for {len(given.labels)} labels; give as many."
            )
        if any(value is not None and not isfinite(value) for value in each.values):
            raise InputRefused(f"{each.name} holds a number that is not finite; leave it out.")


def _file_name(title: str) -> str:
    words = "".join(each if each.isascii() and each.isalnum() else " " for each in title.lower()).split()
    return "-".join(words[:8]) or "chart"
