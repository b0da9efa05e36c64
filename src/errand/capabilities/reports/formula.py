"""Formulas with their values in them, computed again: `0.87 = 152,987 / 176,392, USD millions`.

The scale of the amounts stands at the end, or beside the result: `$445 million = 405 + 40`.
"""

import re
from dataclasses import dataclass
from decimal import Decimal, DecimalException, localcontext

_TOKEN = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[-−–+*×·/÷^()]")
_WORDS = re.compile(r"[^\W\d_][\w'’.&-]*|[$€£¥₹₩₪%]")
_TAIL = re.compile(r",\s+[^\d,=]*\b(?:millions|thousands|billions)\s*$|,\s+(?=[^\d=]*$)[^,=]*$")
_SIGNS = {"−": "-", "–": "-", "×": "*", "·": "*", "÷": "/"}
_SCALE = re.compile(r"\b(thousand|million|billion)s?\b")
_POWERS = {"thousand": 3, "million": 6, "billion": 9}
_DEEPEST = 30


@dataclass(frozen=True, slots=True)
class Recomputed:
    stated: Decimal
    """What stands left of the equals sign."""
    result: Decimal
    """What the right side comes to."""
    operands: tuple[Decimal, ...]
    power: int
    """Its amounts are in 10 to this."""


def recompute(formula: str) -> Recomputed | None:
    """None when it is not of the form `number = expression over numbers`."""
    left, equals, right = formula.partition("=")
    tail = _TAIL.search(right)
    scale = _SCALE.search(tail[0] if tail else left)
    power = _POWERS[scale[1]] if scale else 0
    right = right[: tail.start()] if tail else right
    stated, tokens = _tokens(left), _tokens(right)
    if not equals or not stated or not tokens:
        return None
    try:
        with localcontext(prec=60):
            value, result = _Expression(stated).value(), _Expression(tokens).value()
    except (DecimalException, ValueError):
        return None
    operands = tuple(Decimal(token.replace(",", "")) for token in tokens if token[0].isdigit())
    return Recomputed(value, result, operands, power)


def _tokens(text: str) -> list[str]:
    """Numbers and signs; words and units beside them are left out."""
    return [_SIGNS.get(token, token) for token in _TOKEN.findall(_WORDS.sub(" ", text))]


class _Expression:
    """Sums of products of powers, with signs and parentheses."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._place = 0
        self._depth = 0

    def value(self) -> Decimal:
        result = self._sum()
        if self._place != len(self._tokens):
            raise ValueError("something follows the expression")
        return result

    def _sum(self) -> Decimal:
        result = self._product()
        while sign := self._take("+", "-"):
            other = self._product()
            result = result + other if sign == "+" else result - other
        return result

    def _product(self) -> Decimal:
        result = self._power()
        while sign := self._take("*", "/"):
            other = self._power()
            result = result * other if sign == "*" else result / other
        return result

    def _power(self) -> Decimal:
        base = self._signed()
        if self._take("^"):
            exponent = self._power()
            if abs(exponent) > 100:
                raise ValueError("an exponent out of all proportion")
            return base**exponent
        return base

    def _signed(self) -> Decimal:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ValueError("nested too deeply")
        try:
            return -self._signed() if self._take("-") else self._atom()
        finally:
            self._depth -= 1

    def _atom(self) -> Decimal:
        if self._take("("):
            inside = self._sum()
            if not self._take(")"):
                raise ValueError("a parenthesis is not closed")
            return inside
        if self._place >= len(self._tokens) or not self._tokens[self._place][0].isdigit():
            raise ValueError("a number is missing")
        self._place += 1
        return Decimal(self._tokens[self._place - 1].replace(",", ""))

    def _take(self, *wanted: str) -> str:
        if self._place < len(self._tokens) and self._tokens[self._place] in wanted:
            self._place += 1
            return self._tokens[self._place - 1]
        return ""
