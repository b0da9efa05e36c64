"""Expressions as people and models write them, made into sympy's objects by a grammar that does nothing else.

Sympy's own parser evaluates its text as Python; here Python only reads it, and every node that is not in the
grammar is refused with a hint. Imports sympy: late.
"""

import ast
import re
from collections.abc import Callable, Mapping
from math import log10
from typing import Any

import sympy
from sympy.matrices.exceptions import MatrixError

from errand.capabilities.mathematics.model import LONGEST_EXPRESSION
from errand.domain.errors import InputRefused

Made = Any
"""A sympy expression, relation or matrix: sympy has no types that would tell more."""

MOST_DIGITS = 20_000
_MOST_NODES = 1_000
_LARGEST_EXPONENT = 1_000_000
_LARGEST_MATRIX = 20
_LARGEST_FACTORIAL = 5_000
_SPELT = {
    "^": "**", "−": "-", "–": "-", "·": "*", "×": "*", "⋅": "*", "÷": "/", "π": " pi ", "∞": " oo ",
    "√": "sqrt", "≤": "<=", "≥": ">=", "²": "**2", "³": "**3", "\n": " ", "\t": " ",
}  # fmt: skip
_CONSTANTS = {
    "pi": sympy.pi, "E": sympy.E, "e": sympy.E, "I": sympy.I, "oo": sympy.oo, "inf": sympy.oo,
    "infinity": sympy.oo,
}  # fmt: skip
_RELATIONS: dict[type[ast.cmpop], Callable[[Made, Made], Made]] = {
    ast.Eq: sympy.Eq,
    ast.Lt: sympy.Lt,
    ast.LtE: sympy.Le,
    ast.Gt: sympy.Gt,
    ast.GtE: sympy.Ge,
    ast.NotEq: sympy.Ne,
}


def _factorial(number: Made) -> Made:
    if number.is_number and number > _LARGEST_FACTORIAL:
        raise InputRefused(f"A factorial is taken of up to {_LARGEST_FACTORIAL:,}: use a smaller number.")
    return sympy.factorial(number)


def _powmod(number: Made, exponent: Made, modulus: Made) -> Made:
    return sympy.Integer(pow(_whole(number), _whole(exponent), _whole(modulus)))


def _modinv(number: Made, modulus: Made) -> Made:
    return sympy.Integer(sympy.mod_inverse(_whole(number), _whole(modulus)))


def _whole(number: Made) -> int:
    if not getattr(number, "is_Integer", False):
        raise InputRefused(f"{number} is no whole number: powmod and modinv take whole numbers.")
    return int(number)


FUNCTIONS: Mapping[str, Callable[..., Made]] = {
    "sqrt": sympy.sqrt, "cbrt": lambda x: sympy.root(x, 3), "root": sympy.root, "exp": sympy.exp,
    "log": sympy.log, "ln": sympy.log, "log10": lambda x: sympy.log(x, 10), "log2": lambda x: sympy.log(x, 2),
    "sin": sympy.sin, "cos": sympy.cos, "tan": sympy.tan, "cot": sympy.cot,
    "sec": sympy.sec, "csc": sympy.csc,
    "asin": sympy.asin, "acos": sympy.acos, "atan": sympy.atan, "atan2": sympy.atan2,
    "arcsin": sympy.asin, "arccos": sympy.acos, "arctan": sympy.atan,
    "sinh": sympy.sinh, "cosh": sympy.cosh, "tanh": sympy.tanh,
    "asinh": sympy.asinh, "acosh": sympy.acosh, "atanh": sympy.atanh,
    "abs": sympy.Abs, "Abs": sympy.Abs, "sign": sympy.sign, "floor": sympy.floor, "ceil": sympy.ceiling,
    "ceiling": sympy.ceiling, "factorial": _factorial, "binomial": sympy.binomial, "gamma": sympy.gamma,
    "erf": sympy.erf, "zeta": sympy.zeta, "min": sympy.Min, "max": sympy.Max, "Min": sympy.Min,
    "Max": sympy.Max, "re": sympy.re, "im": sympy.im, "conjugate": sympy.conjugate, "arg": sympy.arg,
    "gcd": sympy.gcd, "lcm": sympy.lcm, "mod": sympy.Mod, "Mod": sympy.Mod, "powmod": _powmod,
    "modinv": _modinv, "det": sympy.det, "trace": lambda m: m.trace(), "transpose": lambda m: m.T,
    "inv": lambda m: m.inv(), "Heaviside": sympy.Heaviside,
}  # fmt: skip
_FACTORIAL = re.compile(r"[\w)]\s*!(?!=)")
_EQUALS = re.compile(r"(?<![<>=!])=(?!=)")


class Reader:
    """Reads expressions of one piece of work: a name is the same variable in all of them."""

    def __init__(self, assume: str, variables: list[str]) -> None:
        self._assumed = {} if assume == "nothing" else {assume: True}
        self._named = frozenset(variables)

    def variable(self, name: str) -> Made:
        if not re.fullmatch(r"[^\W\d]\w{0,30}", name) or name in FUNCTIONS:
            raise InputRefused(f"{name[:60]!r} is no name for a variable: use one as in `x`.")
        return sympy.Symbol(name, **self._assumed)

    def read(self, text: str) -> Made:
        """Raises InputRefused with what to write instead."""
        if len(text) > LONGEST_EXPRESSION:
            raise InputRefused(f"An expression has at most {LONGEST_EXPRESSION:,} characters: shorten it.")
        plain = _EQUALS.sub("==", _spelt(text)).strip()
        if _FACTORIAL.search(plain):
            raise InputRefused(f"{text!r}: write `factorial(n)` for n!.")
        try:
            tree = ast.parse(plain, mode="eval")
        except (SyntaxError, ValueError, MemoryError) as error:
            raise InputRefused(f"{text!r} can not be read: {_hint(plain)}") from error
        if sum(1 for _ in ast.walk(tree)) > _MOST_NODES:
            raise InputRefused(f"{text[:60]!r}… has too many parts: write it in several steps.")
        try:
            return self._made(tree.body, plain)
        except (
            TypeError,
            ValueError,
            AttributeError,
            sympy.SympifyError,
            MatrixError,
        ) as error:
            raise InputRefused(f"{text!r} makes no sense as it is: {_said(error)}.") from error

    def _made(self, node: ast.expr, text: str) -> Made:
        match node:
            case ast.Constant(value=bool()) | ast.Constant(value=str()):
                pass
            case ast.Constant(value=int() | float()):
                return _number(ast.get_source_segment(text, node) or "")
            case ast.Name(id=name):
                return self._named_one(name)
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return -self._made(inner, text)
            case ast.UnaryOp(op=ast.UAdd(), operand=inner):
                return self._made(inner, text)
            case ast.BinOp(left=left, op=operator, right=right):
                return _combined(operator, self._made(left, text), self._made(right, text))
            case ast.Compare():
                return self._relation(node, text)
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
                return self._called(name, [self._made(each, text) for each in args])
            case ast.List(elts=rows):
                return self._matrix(rows, text)
        raise InputRefused(
            f"`{(ast.get_source_segment(text, node) or '')[:60]}` can not be read: {_hint(text)}"
        )

    def _named_one(self, name: str) -> Made:
        if name in _CONSTANTS and name not in self._named:
            return _CONSTANTS[name]
        return self.variable(name)

    def _called(self, name: str, given: list[Made]) -> Made:
        if name not in FUNCTIONS:
            raise InputRefused(f"`{name}(…)` is no function that is known: write `{name}*(…)` for a product.")
        return FUNCTIONS[name](*given)

    def _relation(self, node: ast.Compare, text: str) -> Made:
        sides = [self._made(each, text) for each in (node.left, *node.comparators)]
        if any(type(operator) not in _RELATIONS for operator in node.ops):
            raise InputRefused("Relations are written with =, <, <=, > and >=.")
        made = [_RELATIONS[type(each)](sides[n], sides[n + 1]) for n, each in enumerate(node.ops)]
        return made[0] if len(made) == 1 else sympy.And(*made)

    def _matrix(self, rows: list[ast.expr], text: str) -> Made:
        cells = [row.elts if isinstance(row, ast.List) else [row] for row in rows]
        widths = {len(row) for row in cells}
        if len(widths) != 1 or not 0 < max(widths) <= _LARGEST_MATRIX or len(rows) > _LARGEST_MATRIX:
            raise InputRefused(
                f"A matrix has rows of one length, and at most {_LARGEST_MATRIX} of {_LARGEST_MATRIX}: "
                "write it as [[1, 2], [3, 4]]."
            )
        return sympy.ImmutableMatrix([[self._made(cell, text) for cell in row] for row in cells])


def _spelt(text: str) -> str:
    for written, meant in _SPELT.items():
        text = text.replace(written, meant)
    return text


def _number(text: str) -> Made:
    """Exact: 0.1 is one tenth."""
    plain = text.replace("_", "").lower()
    if not re.fullmatch(r"\d+(\.\d*)?(e[+-]?\d{1,4})?|\.\d+(e[+-]?\d{1,4})?", plain):
        raise InputRefused(f"`{text[:60]}` is no number: write it in decimal digits.")
    return sympy.Rational(plain)


def _combined(operator: ast.operator, left: Made, right: Made) -> Made:
    match operator:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult() | ast.MatMult():
            return left * right
        case ast.Div():
            if right == 0:
                raise InputRefused("It divides by zero: check the expression.")
            return left / right
        case ast.Mod():
            return sympy.Mod(left, right)
        case ast.Pow():
            _refuse_giant(left, right)
            return left**right
    raise InputRefused("Operators are + - * / ^ and mod(a, b): use these.")


def _refuse_giant(power_of: Made, exponent: Made) -> None:
    """A power is worked out at once, and 9^9^9 has 370 million digits."""
    if not getattr(exponent, "is_number", False) or not exponent.is_real:
        return
    size = abs(float(exponent))
    digits = 0.0
    if power_of.is_number if hasattr(power_of, "is_number") else False:
        digits = size * log10(float(abs(sympy.N(power_of))) + 2)
        for part in power_of.as_numer_denom() if power_of.is_Rational else ():
            digits = max(digits, size * len(str(abs(part))))
    if size > _LARGEST_EXPONENT or digits > MOST_DIGITS:
        raise InputRefused(
            f"A power of more than {MOST_DIGITS:,} digits is not worked out: use powmod, or logarithms."
        )


def _hint(text: str) -> str:
    if re.search(r"\d\s*[A-Za-z(]|\)\s*[\w(]", text):
        return "products need `*`, as in `2*x` or `3*(x + 1)`."
    if "|" in text:
        return "write abs(x) for |x|."
    if re.search(r"\b[a-z]{2,6}\s+[\w(]", text):
        return "functions need brackets, as in `sin(x)`."
    return "write it as in `2*x^2 + sin(x)/3`, `x^2 = 4` or [[1, 2], [3, 4]]."


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:200].rstrip(".") or "check it"
