"""Equations, systems and inequalities, and the check that what was found solves them. Imports sympy: late."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import sympy

from errand.capabilities.mathematics.parsing import Made
from errand.capabilities.mathematics.proving import is_zero
from errand.domain.errors import InputRefused

_STARTS = (-7.3, -3.1, -1.2, -0.4, 0.1, 0.6, 1.3, 2.9, 7.7)
_SAMPLES = [sympy.Rational(number, 7) for number in range(-141, 142, 3)]
_INEQUALITIES = (sympy.StrictLessThan, sympy.LessThan, sympy.StrictGreaterThan, sympy.GreaterThan, sympy.And)


@dataclass(frozen=True)
class Found:
    solutions: list[tuple[str, Made]]
    """Name and value."""
    check: str
    remarks: list[str] = field(default_factory=list)


def solved(read: Sequence[Made], unknowns: Sequence[Made]) -> Found:
    """What is no relation counts as equal to zero."""
    if any(isinstance(each, _INEQUALITIES) for each in read):
        return _inequalities(read, unknowns)
    if sympy.false in read:
        return Found([], "", ["There is no solution: an equation is false whatever the values."])
    differences = [_difference(each) for each in read if each is not sympy.true]
    if not differences:
        return Found([], "", ["Every value is a solution."])
    if not unknowns:
        raise InputRefused("There is no unknown in the equations: write them with one, as in `x^2 = 4`.")
    try:
        solutions = sympy.solve(differences, list(unknowns), dict=True)
    except NotImplementedError:
        return _numerically(differences, unknowns)
    named = list(_named(solutions))
    if not named:
        return Found([], "", ["No solution was found, over the complex numbers too."])
    return Found(named, _checked(differences, solutions), list(_remarks(differences, unknowns)))


def _difference(each: Made) -> Made:
    return each.lhs - each.rhs if isinstance(each, sympy.Equality) else each


def _named(solutions: Sequence[dict[Made, Made]]) -> Iterator[tuple[str, Made]]:
    for number, solution in enumerate(solutions, 1):
        for unknown, value in solution.items():
            which = f"solution {number}: " if len(solution) > 1 and len(solutions) > 1 else ""
            yield f"{which}{unknown}", sympy.simplify(value)


def _checked(differences: Sequence[Made], solutions: Sequence[dict[Made, Made]]) -> str:
    found = [is_zero(each.subs(solution)) for solution in solutions for each in differences]
    if False in found:
        return "Put in, a solution does NOT hold: do not rely on this result."
    return (
        "Put in, it could not be shown that each holds." if None in found else "Put in, each solution holds."
    )


def _remarks(differences: Sequence[Made], unknowns: Sequence[Made]) -> Iterator[str]:
    if any(each.has(sympy.sin, sympy.cos, sympy.tan, sympy.cot) for each in differences):
        yield "Solutions may repeat with the period of the functions; those of one period are told."
    if len(unknowns) > len(differences):
        yield "There are more unknowns than equations: the rest may be chosen freely."


def _numerically(differences: Sequence[Made], unknowns: Sequence[Made]) -> Found:
    if len(differences) != 1 or len(unknowns) != 1:
        raise NotImplementedError
    found: list[Made] = []
    for start in _STARTS:
        try:
            value = sympy.nsolve(differences[0], unknowns[0], start)
        except (ValueError, ZeroDivisionError):
            continue  # from here it leads nowhere
        if all(abs(value - each) > 1e-8 for each in found):
            found.append(value)
    if not found:
        raise NotImplementedError
    values = sorted(found, key=str)
    told = ["No exact form is known: these are numbers, and there may be further solutions."]
    near = all(abs(differences[0].subs(unknowns[0], each)) < 1e-9 for each in values)
    check = "Put in, each solution holds." if near else "Put in, a solution does NOT hold."
    return Found([(str(unknowns[0]), each) for each in values], check, told)


def _inequalities(read: Sequence[Made], unknowns: Sequence[Made]) -> Found:
    if len(unknowns) != 1:
        raise InputRefused(
            "Inequalities are solved in one unknown: name it in `variables`, give the others values."
        )
    made = sympy.reduce_inequalities([*read], list(unknowns))
    outcomes = [
        bool(made.subs(unknowns[0], sample)) == all(bool(each.subs(unknowns[0], sample)) for each in read)
        for sample in _SAMPLES
        if all(each.subs(unknowns[0], sample) in (sympy.true, sympy.false) for each in (*read, made))
    ]
    fails = "Compared at many places, it does NOT hold: do not rely on this result."
    check = f"Compared at {len(outcomes)} places, it holds." if all(outcomes) and outcomes else fails
    return Found([(str(unknowns[0]), made)], check)
