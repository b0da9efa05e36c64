"""What each task of `math.solve` does, and how its result is checked by another way. Imports sympy: late."""

import sys
from collections.abc import Callable, Mapping, Sequence

import sympy
from sympy.matrices.exceptions import MatrixError

from errand.capabilities.mathematics.equations import solved
from errand.capabilities.mathematics.model import Answer, MathInput, MathOutput, Task
from errand.capabilities.mathematics.parsing import MOST_DIGITS, Made, Reader
from errand.capabilities.mathematics.proving import are_equal
from errand.domain.errors import InputRefused

LONGEST_ANSWER = 20_000
_HOLDS, _OPEN, _FAILS = "holds", "could not be shown", "does NOT hold: do not rely on this result"


class Work:
    """One input, read."""

    def __init__(self, given: MathInput) -> None:
        self.given = given
        self.reader = Reader(given.assume, given.variables)
        self.read = [self.reader.read(each) for each in given.expressions]

    @property
    def only(self) -> Made:
        if len(self.read) != 1:
            raise InputRefused(f"{self.given.task} takes one expression: give {len(self.read)} one by one.")
        return self.read[0]

    @property
    def matrix(self) -> Made:
        if not isinstance(self.only, sympy.MatrixBase):
            raise InputRefused(f"{self.given.task} takes a matrix: write it as [[1, 2], [3, 4]].")
        return self.only

    @property
    def variables(self) -> list[Made]:
        """Those that are named, else all that occur."""
        if self.given.variables:
            return [self.reader.variable(each) for each in self.given.variables]
        return sorted(set().union(*(each.free_symbols for each in self.read)), key=str)

    @property
    def variable(self) -> Made:
        found = self.variables
        if len(found) != 1:
            said = ", ".join(map(str, found)) or "none"
            raise InputRefused(
                f"{self.given.task} goes by one variable ({said} are there): name it in `variables`."
            )
        return found[0]

    def whole_numbers(self) -> list[int]:
        if not all(getattr(each, "is_Integer", False) for each in self.read):
            raise InputRefused(f"{self.given.task} takes whole numbers: give nothing else.")
        return [int(each) for each in self.read]

    def values(self) -> dict[Made, Made]:
        """`at` as values of variables."""
        pairs = [each.split("=") for each in self.given.at.split(",") if each.strip()]
        if any(len(pair) != 2 for pair in pairs):
            raise InputRefused("Values to put in are written as in `x=2, y=1/3`: write `at` like this.")
        return {self.reader.variable(name.strip()): self.reader.read(value) for name, value in pairs}

    def answer(self, made: Made, name: str = "") -> Answer:
        shown = made.tolist() if isinstance(made, sympy.MatrixBase) else made
        exact = str(shown).replace("**", "^")
        if len(exact) > LONGEST_ANSWER:
            raise InputRefused(
                f"The result has {len(exact):,} characters: ask for a part of it, or for less."
            )
        return Answer(name=name, exact=exact, decimal=self._decimal(made), latex=sympy.latex(made))

    def _decimal(self, made: Made) -> str:
        if (
            isinstance(made, sympy.MatrixBase)
            or not getattr(made, "is_number", False)
            or made.is_infinite
            or made.is_Integer
        ):
            return ""
        return str(sympy.N(made, self.given.digits))


def worked(given: MathInput) -> MathOutput:
    """Raises InputRefused when it can not be done, with the reason."""
    sys.set_int_max_str_digits(MOST_DIGITS * 2)
    work = Work(given)
    try:
        return _TASKS[given.task](work)
    except NotImplementedError as error:
        raise InputRefused(
            f"No way is known here to {given.task} this: try it in parts, or in numbers."
        ) from error
    except (
        TypeError,
        ValueError,
        AttributeError,
        MatrixError,
        sympy.PolynomialError,
    ) as error:
        said = " ".join(str(error).split())[:200].rstrip(".")
        raise InputRefused(
            f"{given.task} can not be done with this ({said}): check what is given."
        ) from error


def _evaluate(work: Work) -> MathOutput:
    values = work.values()
    made = [sympy.simplify(each.subs(values)) for each in work.read]
    return MathOutput(answers=[work.answer(each) for each in made])


def _rewritten(how: Callable[[Made], Made]) -> Callable[[Work], MathOutput]:
    def rewrite(work: Work) -> MathOutput:
        made = how(work.only)
        check = _verdict(are_equal(work.only, made), "The result is equal to what was given")
        return MathOutput(answers=[work.answer(made)], check=check)

    return rewrite


def _solve(work: Work) -> MathOutput:
    found = solved(work.read, work.variables)
    answers = [work.answer(made, name) for name, made in found.solutions]
    return MathOutput(answers=answers, check=found.check, remarks=found.remarks)


def _differentiate(work: Work) -> MathOutput:
    by = work.variables if work.given.variables else [work.variable]
    return MathOutput(answers=[work.answer(sympy.simplify(sympy.diff(work.only, *by)))])


def _integrate(work: Work) -> MathOutput:
    variable, given = work.variable, work.given
    if bool(given.lower) != bool(given.upper):
        raise InputRefused("A definite integral has two ends: give `lower` and `upper`, or neither.")
    if not given.lower:
        made = sympy.integrate(work.only, variable)
        _refuse_unsolved(made, sympy.Integral)
        same = are_equal(sympy.diff(made, variable), work.only)
        check = _verdict(same, "The derivative of the result is what was given")
        return MathOutput(answers=[work.answer(made)], check=check, remarks=["Any constant may be added."])
    ends = work.reader.read(given.lower), work.reader.read(given.upper)
    made = sympy.simplify(sympy.integrate(work.only, (variable, *ends)))
    if made.has(sympy.Integral):
        value = sympy.Integral(work.only, (variable, *ends)).evalf(given.digits)
        _refuse_unsolved(value, sympy.Integral)
        return MathOutput(answers=[work.answer(value)], remarks=["No exact form is known; this is a number."])
    check = _numeric(
        made, sympy.Integral(work.only, (variable, *ends)), "Numerical integration gives the same"
    )
    return MathOutput(answers=[work.answer(made)], check=check)


def _sum(work: Work) -> MathOutput:
    given = work.given
    if not (given.lower and given.upper):
        raise InputRefused("A sum has two ends: give `lower` and `upper`.")
    limits = work.variable, work.reader.read(given.lower), work.reader.read(given.upper)
    made = sympy.summation(work.only, limits)
    _refuse_unsolved(made, sympy.Sum)
    return MathOutput(answers=[work.answer(sympy.simplify(made))])


def _limit(work: Work) -> MathOutput:
    at = work.given.at.strip()
    if not at:
        raise InputRefused("A limit is taken at a place: give `at`, as 0, 0+ or oo.")
    side = at[-1] if at[-1] in "+-" else "+-"
    point = work.reader.read(at[:-1] if side != "+-" else at)
    if point.is_infinite:
        side = "-" if point == sympy.oo else "+"
    made = sympy.limit(work.only, work.variable, point, side)
    _refuse_unsolved(made, sympy.Limit)
    return MathOutput(answers=[work.answer(made)])


def _series(work: Work) -> MathOutput:
    point = work.reader.read(work.given.at or "0")
    return MathOutput(
        answers=[work.answer(sympy.series(work.only, work.variable, point, work.given.order + 1))]
    )


def _inverse(work: Work) -> MathOutput:
    made = sympy.ImmutableMatrix(work.matrix.inv().applyfunc(sympy.simplify))
    same = are_equal(work.matrix * made, sympy.eye(made.rows))
    return MathOutput(answers=[work.answer(made)], check=_verdict(same, "The matrix times the result is one"))


def _eigenvalues(work: Work) -> MathOutput:
    found = work.matrix.eigenvals()
    answers = [work.answer(value, f"{times} times" if times > 1 else "") for value, times in found.items()]
    same = are_equal(sum(value * times for value, times in found.items()), work.matrix.trace())
    return MathOutput(answers=answers, check=_verdict(same, "Their sum is the trace"))


def _prime_factors(work: Work) -> MathOutput:
    answers = []
    for number in work.whole_numbers():
        factors = sympy.factorint(number)
        answers += [
            work.answer(sympy.Integer(prime), f"{number}: to the power {n}") for prime, n in factors.items()
        ]
    return MathOutput(answers=answers)


def _divisors(work: Work) -> MathOutput:
    answers = [
        work.answer(sympy.FiniteSet(*sympy.divisors(number)), str(number)) for number in work.whole_numbers()
    ]
    return MathOutput(answers=answers)


def _statistics(work: Work) -> MathOutput:
    if not all(getattr(each, "is_Rational", False) for each in work.read):
        raise InputRefused("statistics takes numbers, each as an expression of its own: give nothing else.")
    numbers, count = sorted(work.read), len(work.read)
    mean = sympy.Rational(sum(numbers), count)
    squares = sum((each - mean) ** 2 for each in numbers)
    found = {
        "count": sympy.Integer(count),
        "sum": sum(numbers, sympy.Integer(0)),
        "mean": mean,
        "median": (numbers[(count - 1) // 2] + numbers[count // 2]) / 2,
        "smallest": numbers[0],
        "largest": numbers[-1],
        "variance of a population": squares / count,
        "standard deviation of a population": sympy.sqrt(squares / count),
    }
    if count > 1:
        found["variance of a sample"] = squares / (count - 1)
        found["standard deviation of a sample"] = sympy.sqrt(squares / (count - 1))
    return MathOutput(answers=[work.answer(value, name) for name, value in found.items()])


def _of_matrix(how: Callable[[Made], Made]) -> Callable[[Work], MathOutput]:
    return lambda work: MathOutput(answers=[work.answer(how(work.matrix))])


def _of_all(how: Callable[[Sequence[Made]], Made]) -> Callable[[Work], MathOutput]:
    return lambda work: MathOutput(answers=[work.answer(how(work.read))])


_TASKS: Mapping[Task, Callable[[Work], MathOutput]] = {
    "evaluate": _evaluate,
    "simplify": _rewritten(sympy.simplify),
    "expand": _rewritten(sympy.expand),
    "factor": _rewritten(sympy.factor),
    "solve": _solve,
    "differentiate": _differentiate,
    "integrate": _integrate,
    "limit": _limit,
    "series": _series,
    "sum": _sum,
    "determinant": _of_matrix(lambda matrix: sympy.simplify(matrix.det())),
    "inverse": _inverse,
    "eigenvalues": _eigenvalues,
    "rank": _of_matrix(lambda matrix: sympy.Integer(matrix.rank())),
    "row-reduce": _of_matrix(lambda matrix: sympy.ImmutableMatrix(matrix.rref()[0])),
    "gcd": _of_all(sympy.gcd_list),
    "lcm": _of_all(sympy.lcm_list),
    "prime-factors": _prime_factors,
    "divisors": _divisors,
    "statistics": _statistics,
}


def _refuse_unsolved(made: Made, kind: type) -> None:
    if made.has(kind):
        raise NotImplementedError


def _verdict(same: bool | None, claim: str) -> str:  # noqa: FBT001  # a third value is the point
    return f"{claim}: {_OPEN if same is None else _HOLDS if same else _FAILS}."


def _numeric(exact: Made, sought: Made, claim: str) -> str:
    if exact.free_symbols or sought.free_symbols or exact.is_infinite:
        return ""
    difference = abs(complex(sympy.N(exact, 15)) - complex(sought.evalf(15)))
    size = 1 + abs(complex(sympy.N(exact, 15)))
    return _verdict(difference / size < 1e-8, claim)
