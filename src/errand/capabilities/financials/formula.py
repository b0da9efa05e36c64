"""Computations that show their work: `108,807 = 118,254 - 9,447, USD millions`."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from errand.capabilities.financials.model import Figure
from errand.capabilities.sources import Source

_SCALES = ((6, "millions"), (3, "thousands"))
_NAME = re.compile(r"[a-z_]+")


def scale_of(values: Sequence[Decimal]) -> tuple[int, str]:
    """The largest scale, up to millions, in which all values are whole; (0, "") when there is none."""
    for power, word in _SCALES:
        if any(values) and all(value % Decimal(10**power) == 0 for value in values):
            return power, word
    return 0, ""


def shown(value: Decimal, power: int = 0) -> str:
    """With thousands separators, exact."""
    scaled = value / Decimal(10**power)
    text = f"{scaled:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def rounded(value: Decimal, places: int = 2) -> str:
    """For a quotient: two places, more for one that would vanish."""
    digits = Decimal(1).scaleb(-places)
    if value and abs(value) < digits:
        return f"{value:.2g}"
    return f"{value.quantize(digits):,f}"


def compute(
    expression: str, values: Mapping[str, Figure], unit: str, *, percent: bool = False
) -> Figure | None:
    """Evaluate `(a - b) / c` over named figures; None when a divisor is zero. Not for text from outside.

    The result's sources are those of every figure that took part, each once.
    """
    names = names_in(expression)
    scaled = [values[name] for name in names if _is_scaled(values[name])]
    power, word = scale_of([figure.value for figure in scaled])
    result = evaluate(expression, {name: values[name].value for name in names})
    if result is None:
        return None
    result = result * 100 if percent else result
    quotient = "/" in expression
    left = rounded(result) if quotient else shown(result, power)
    mark = {"%": " %", "x": " x", "days": " days"}.get(unit, "")
    right = _NAME.sub(lambda found: _operand(values[found[0]], power), expression)
    units = {figure.unit for figure in scaled}
    scale = f", {units.pop() if len(units) == 1 else 'in'} {word}" if word else ""
    return Figure(
        value=result,
        unit=unit,
        period=values[names[0]].period,
        formula=f"{left}{mark} = {right}{scale}",
        sources=joined_sources([values[name] for name in names]),
    )


def joined_sources(figures: Sequence[Figure]) -> tuple[Source, ...]:
    return tuple(dict.fromkeys(source for figure in figures for source in figure.sources))


def _is_scaled(figure: Figure) -> bool:
    """Amounts and numbers of shares; not what is per share, a multiple or a percentage."""
    return figure.unit not in ("days", "x", "%", "") and "/" not in figure.unit


def _operand(figure: Figure, power: int) -> str:
    text = shown(figure.value, power if _is_scaled(figure) else 0)
    return f"({text})" if text.startswith("-") else text


def names_in(expression: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_NAME.findall(expression)))


def evaluate(expression: str, values: Mapping[str, Decimal]) -> Decimal | None:
    """None when a divisor is zero. Raises KeyError for an unknown name, ValueError for a malformed
    expression.
    """
    tokens = re.findall(r"[a-z_]+|\d+|[-+*/()]", expression)
    value, rest = _sum(tokens, values)
    if rest:
        raise ValueError(f"{expression!r} does not end where it should")
    return value


def _sum(tokens: list[str], values: Mapping[str, Decimal]) -> tuple[Decimal | None, list[str]]:
    value, tokens = _product(tokens, values)
    while tokens and tokens[0] in "+-":
        sign = tokens[0]
        other, tokens = _product(tokens[1:], values)
        value = None if value is None or other is None else value + other if sign == "+" else value - other
    return value, tokens


def _product(tokens: list[str], values: Mapping[str, Decimal]) -> tuple[Decimal | None, list[str]]:
    value, tokens = _atom(tokens, values)
    while tokens and tokens[0] in "*/":
        sign = tokens[0]
        other, tokens = _atom(tokens[1:], values)
        if value is None or other is None or (sign == "/" and other == 0):
            value = None
        else:
            value = value * other if sign == "*" else value / other
    return value, tokens


def _atom(tokens: list[str], values: Mapping[str, Decimal]) -> tuple[Decimal | None, list[str]]:
    first, *rest = tokens
    if first == "(":
        value, rest = _sum(rest, values)
        return value, rest[1:]
    return (Decimal(first) if first.isdigit() else values[first]), rest
