"""Charts as PNG by matplotlib. Import this late: matplotlib takes about a second."""

import logging
from collections.abc import Sequence
from io import BytesIO

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from errand.capabilities.reports.panels import VALUES, Panel, Shape, values_drawn

_INK, _SOFT, _GRID = "#1c2024", "#5b6570", "#d9dee3"
_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9", "#cc79a7", "#6b6b6b", "#b8a900")
"""Told apart also by people who see colours differently (Okabe and Ito, Color Universal Design, 2008)."""
_MARKERS = "osD^vPX*"
_DOTS_PER_INCH = 125
_PANEL_INCHES = (4.8, 3.1)
_MOST_NUMBERED_BARS = 12


def draw(panels: Sequence[Panel], description: str) -> bytes:
    """Side by side on white, 1200 pixels wide for two; the description is kept in the file as its text."""
    logging.getLogger("matplotlib").setLevel(
        logging.ERROR
    )  # its notes on fonts and caches are not for a person
    width = _PANEL_INCHES[0] * max(len(panels), 1.5)
    figure = Figure(figsize=(width, _PANEL_INCHES[1]), dpi=_DOTS_PER_INCH, facecolor="white", layout="tight")
    FigureCanvasAgg(figure)
    for axes, panel in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
        _draw_panel(axes, panel)
    content = BytesIO()
    told = {"Description": description, VALUES: values_drawn(panels), "Software": "Errand"}
    figure.savefig(content, format="png", metadata=told)
    return content.getvalue()


def _draw_panel(axes: Axes, panel: Panel) -> None:
    if panel.shape is Shape.BAR:
        _bars(axes, panel)
    else:
        _lines(axes, panel)
    axes.set_title(_plain(panel.title), loc="left", fontsize=11, fontweight="bold", color=_INK, pad=22)
    axes.set_ylabel(_plain(panel.unit), fontsize=9, color=_SOFT)
    crowded = sum(len(label) for label in panel.labels) > 48
    axes.set_xticks(range(len(panel.labels)), [_plain(each) for each in panel.labels])
    if crowded:
        axes.tick_params(axis="x", labelrotation=40)
    axes.yaxis.set_major_locator(MaxNLocator(6))
    axes.tick_params(labelsize=9, colors=_SOFT, length=0)
    axes.grid(axis="y", color=_GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.axhline(0, color=_SOFT, linewidth=0.8)
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.legend(
        loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=3, fontsize=8.5, frameon=False,
        borderaxespad=0.1, handlelength=1.2, columnspacing=1.2,
    )  # fmt: skip


def _bars(axes: Axes, panel: Panel) -> None:
    width = 0.8 / len(panel.series)
    numbered = len(panel.labels) * len(panel.series) <= _MOST_NUMBERED_BARS
    for number, series in enumerate(panel.series):
        shift = (number - (len(panel.series) - 1) / 2) * width
        known = [(place, value) for place, value in enumerate(series.values) if value is not None]
        bars = axes.bar(
            [place + shift for place, _ in known], [value for _, value in known], width * 0.92,
            color=_COLOURS[number % len(_COLOURS)], label=_plain(series.name),
        )  # fmt: skip
        if numbered:
            axes.bar_label(bars, fmt=_short, fontsize=7.5, color=_SOFT, padding=2)


def _lines(axes: Axes, panel: Panel) -> None:
    for number, series in enumerate(panel.series):
        axes.plot(
            range(len(series.values)), [float("nan") if value is None else value for value in series.values],
            color=_COLOURS[number % len(_COLOURS)], marker=_MARKERS[number % len(_MARKERS)], linewidth=2,
            markersize=5, label=_plain(series.name),
        )  # fmt: skip


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}" if abs(value) >= 1 else f"{value:.2f}"


def _plain(text: str) -> str:
    """Dollar signs begin formulas in matplotlib, and a leading underscore hides a series."""
    return text.replace("$", r"\$").lstrip("_") or " "
