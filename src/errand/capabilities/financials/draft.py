"""Statements while they are put together: lines by item, and what is known of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from errand.capabilities.financials.formula import compute, names_in
from errand.capabilities.financials.model import Figure, Period

Figures = dict[str, Figure]
"""Period label to figure."""


@dataclass
class Draft:
    """Lines while they are put together."""

    periods: Sequence[Period]
    currency: str
    lines: dict[str, Figures] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    concepts: dict[str, str] = field(default_factory=dict)
    """Item to the local name of the concept that its newest figure is from."""
    in_statement: set[str] = field(default_factory=set)
    """Items whose newest figure stands in the primary statement that they belong to."""
    remarks: list[str] = field(default_factory=list)

    def at(self, item: str, period: str) -> Figure | None:
        return self.lines.get(item, {}).get(period)

    def derive(self, item: str, expression: str, operands: Mapping[str, str] | None = None) -> bool:
        """Fill in where nothing is reported and all operands are. True: at least one figure came of it."""
        names = operands or {name: name for name in names_in(expression)}
        made = False
        for period in self.periods:
            values = {name: self.at(of, period.label) for name, of in names.items()}
            known = {name: figure for name, figure in values.items() if figure is not None}
            if self.at(item, period.label) is None and len(known) == len(names):
                figure = compute(expression, known, self.currency)
                if figure is not None:
                    self.lines.setdefault(item, {})[period.label] = figure
                    made = True
        return made

    def copy(self, source: str, target: str) -> None:
        """Where the target has no figure of its own."""
        self.lines[target] = {**self.lines[source], **self.lines.get(target, {})}
