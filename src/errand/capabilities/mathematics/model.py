"""What exact mathematics takes and gives."""

from typing import Literal

from pydantic import BaseModel, Field

LONGEST_EXPRESSION = 2_000
MOST_EXPRESSIONS = 2_000
"""Many only for statistics."""

Task = Literal[
    "evaluate",
    "simplify",
    "expand",
    "factor",
    "solve",
    "differentiate",
    "integrate",
    "limit",
    "series",
    "sum",
    "determinant",
    "inverse",
    "eigenvalues",
    "rank",
    "row-reduce",
    "gcd",
    "lcm",
    "prime-factors",
    "divisors",
    "statistics",
]


class MathInput(BaseModel):
    task: Task = Field(
        description="What to do. `solve` takes equations and inequalities, `statistics` numbers."
    )
    expressions: list[str] = Field(
        min_length=1,
        max_length=MOST_EXPRESSIONS,
        description="What to do it with, each as in `2*x^2 + sin(x)/3`; products need `*`. Equations have "
        "`=`, inequalities `<` or `<=`. Matrices are [[1, 2], [3, 4]]. Constants: pi, E, I, oo. "
        "Functions: sqrt, exp, log, sin, factorial, binomial, mod, powmod, modinv and the like.",
    )
    variables: list[str] = Field(
        default_factory=list,
        description="The unknowns, or the variable to differentiate, integrate, … by; not needed when there "
        "is only one. `differentiate` goes by each in turn: [x, x] is the second derivative.",
    )
    lower: str = Field(default="", description="Of a definite integral or a sum: where it begins.")
    upper: str = Field(default="", description="Of a definite integral or a sum: where it ends.")
    at: str = Field(
        default="",
        description="Where a limit or a series is taken (a limit from one side: `0+`, `0-`); or values to "
        "put in when evaluating: `x=2, y=1/3`.",
    )
    order: int = Field(default=6, ge=1, le=30, description="Of a series: the power that it goes up to.")
    assume: Literal["nothing", "real", "positive"] = Field(
        default="nothing", description="What all variables are: nothing said, real, or positive numbers."
    )
    digits: int = Field(default=15, ge=1, le=200, description="Significant digits of decimal values.")


class Answer(BaseModel):
    name: str = Field(default="", description="What it is, where there are several.")
    exact: str = Field(description="The exact form, as it can be given in `expressions` again.")
    decimal: str = Field(default="", description="The value in decimals, where it is a number.")
    latex: str = Field(description="The exact form in LaTeX.")


class MathOutput(BaseModel):
    answers: list[Answer] = Field(description="The results; of `solve` one for each solution.")
    check: str = Field(
        default="", description="How the result was checked by another way, and whether it holds."
    )
    remarks: list[str] = Field(default_factory=list, description="What to know of the result.")
