"""Computations that show their work: `108,807 = 118,254 - 9,447, USD millions`."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from errand.capabilities.financials.model import Figure
from errand.capabilities.reports.figures import rounded
from errand.capabilities.sources import Source

_SCALES = ((6, "millions"), (3, "thousands"))
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_SUM = re.compile(r"^[^=]*= (?P<right>[^/*]+?)(?:, \S+ (?P<scale>millions|thousands))?$")
"""The formula of a figure that is a sum; its parts replace it where it is used further."""
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


def compute(
    expression: str, values: Mapping[str, Figure], unit: str, *, percent: bool = False
) -> Figure | None:
    """Evaluate `(a - b) / c` over named figures; None when a divisor is zero. Not for text from outside.

    The result's sources are those of every figure that took part, each once.
    """
    names = names_in(expression)
    scaled = [values[name] for name in names if _is_scaled(values[name])]
    power, word = scale_of([part for figure in scaled for part in _parts(figure)])
    result = evaluate(expression, {name: values[name].value for name in names})
    if result is None:
        return None
    result = result * 100 if percent else result
    quotient = "/" in expression
    left = rounded(result, 2) if quotient else shown(result, power)
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
    """A sum stands with its parts, so that every number of a formula is one that was reported."""
    if not _is_scaled(figure):
        return _guarded(shown(figure.value))
    if (found := _sum_of(figure)) is not None:
        right, inner = found
        return f"({_NUMBER.sub(lambda n: shown(_number(n[0], inner), power), right)})"
    return _guarded(shown(figure.value, power))


def _guarded(text: str) -> str:
    return f"({text})" if text.startswith("-") else text


def _parts(figure: Figure) -> list[Decimal]:
    if (found := _sum_of(figure)) is None:
        return [figure.value]
    right, power = found
    return [_number(text, power) for text in _NUMBER.findall(right)]


def _sum_of(figure: Figure) -> tuple[str, int] | None:
    """The right side of its formula and the power of ten that its numbers are in."""
    found = _SUM.match(figure.formula or "")
    return (found["right"], {"millions": 6, "thousands": 3}.get(found["scale"] or "", 0)) if found else None


def _number(text: str, power: int) -> Decimal:
    return Decimal(text.replace(",", "")) * Decimal(10**power)


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
