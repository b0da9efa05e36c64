"""Whether two expressions are equal, shown by another way than what made them. Imports sympy: late."""

import random

import sympy

from errand.capabilities.mathematics.parsing import Made

_PLACES = 5
_DIGITS = 30
_NEAR = 1e-15


def are_equal(one: Made, other: Made) -> bool | None:
    """True when it was proved or holds at several places, False when it fails at one, None when neither could
    be found out."""
    if isinstance(one, sympy.MatrixBase) or isinstance(other, sympy.MatrixBase):
        found = {are_equal(a, b) for a, b in zip(one, other, strict=True)}
        return False if False in found else None if None in found else True
    difference = one - other
    if difference == 0 or difference.is_zero:
        return True
    return is_zero(difference)


def is_zero(made: Made) -> bool | None:
    chance = random.Random(0)  # noqa: S311  # the same places every time
    found = set()
    for _ in range(_PLACES):
        places = {each: sympy.Rational(chance.randint(1, 999), 331) for each in made.free_symbols}
        value = sympy.N(made.subs(places), _DIGITS)
        if value.is_number and value.is_finite:
            found.add(bool(abs(value) < _NEAR))
    return None if not found else False not in found
