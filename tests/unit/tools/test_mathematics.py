"""Mathematics is exact, checked by another way, and ends."""

import time
from pathlib import Path
from typing import Any

import pytest

from errand.capabilities.child import TookTooLong
from errand.capabilities.mathematics.model import MathInput, MathOutput
from errand.capabilities.mathematics.solve import solve
from errand.capabilities.mathematics.working import worked
from errand.domain.errors import InputRefused
from errand.testing import FolderContext


def done(task: str, *expressions: str, **more: Any) -> MathOutput:  # noqa: ANN401  # fields of the input
    return worked(MathInput.model_validate({"task": task, "expressions": expressions, **more}))


def exact(task: str, *expressions: str, **more: Any) -> list[str]:  # noqa: ANN401  # fields of the input
    return [each.exact for each in done(task, *expressions, **more).answers]


@pytest.mark.parametrize(
    ("task", "expressions", "more", "answers"),
    [
        ("evaluate", ["0.1 + 0.2", "2^10", "√(8)", "6·7−2"], {}, ["3/10", "1024", "2*sqrt(2)", "40"]),
        ("evaluate", ["x^2 + y"], {"at": "x=3, y=1/2"}, ["19/2"]),
        ("evaluate", ["[[1, 2], [3, 4]] * [[1], [1]]"], {}, ["[[3], [7]]"]),
        ("evaluate", ["powmod(7, 10^30, 13)", "modinv(3, 11)", "mod(-7, 3)"], {}, ["9", "4", "2"]),
        ("simplify", ["sin(x)^2 + cos(x)^2"], {}, ["1"]),
        ("expand", ["(x + 1)^2"], {}, ["x^2 + 2*x + 1"]),
        ("factor", ["x^2 - 1"], {}, ["(x - 1)*(x + 1)"]),
        ("solve", ["x^2 - 5*x + 6 = 0"], {}, ["2", "3"]),
        ("solve", ["x + y = 3", "x - y = 1"], {}, ["2", "1"]),
        ("solve", ["x^2 < 4"], {}, ["(-2 < x) & (x < 2)"]),
        ("solve", ["a*x = b"], {"variables": ["x"]}, ["b/a"]),
        ("differentiate", ["x^3"], {"variables": ["x", "x"]}, ["6*x"]),
        ("integrate", ["2*x"], {}, ["x^2"]),
        ("integrate", ["exp(-x^2)"], {"lower": "-oo", "upper": "oo"}, ["sqrt(pi)"]),
        ("limit", ["sin(x)/x"], {"at": "0"}, ["1"]),
        ("limit", ["1/x"], {"at": "0-"}, ["-oo"]),
        ("series", ["exp(x)"], {"order": 2}, ["1 + x + x^2/2 + O(x^3)"]),
        ("sum", ["1/k^2"], {"lower": "1", "upper": "oo"}, ["pi^2/6"]),
        ("determinant", ["[[a, b], [c, d]]"], {}, ["a*d - b*c"]),
        ("inverse", ["[[1, 2], [3, 4]]"], {}, ["[[-2, 1], [3/2, -1/2]]"]),
        ("eigenvalues", ["[[2, 0], [0, 3]]"], {}, ["2", "3"]),
        ("rank", ["[[1, 2], [2, 4]]"], {}, ["1"]),
        ("row-reduce", ["[[1, 2], [2, 4]]"], {}, ["[[1, 2], [0, 0]]"]),
        ("gcd", ["12", "18"], {}, ["6"]),
        ("lcm", ["4", "6"], {}, ["12"]),
        ("prime-factors", ["12"], {}, ["2", "3"]),
        ("divisors", ["6"], {}, ["{1, 2, 3, 6}"]),
    ],
)
def test_each_task_gives_the_exact_answer(
    task: str, expressions: list[str], more: dict[str, Any], answers: list[str]
) -> None:
    assert exact(task, *expressions, **more) == answers


def test_statistics_are_exact_and_named() -> None:
    found = {each.name: each.exact for each in done("statistics", "1", "2", "0.4").answers}

    assert found["mean"] == "17/15"
    assert found["median"] == "1"
    assert found["variance of a sample"] == "49/75"


@pytest.mark.parametrize(
    ("task", "expression", "more"),
    [
        ("solve", "x^3 - x = 1", {}),
        ("solve", "cos(x) = x", {}),
        ("solve", "abs(x - 1) <= 3", {"assume": "real"}),
        ("integrate", "x*exp(x)", {}),
        ("integrate", "sqrt(x)", {"lower": "0", "upper": "4"}),
        ("inverse", "[[1, 2], [3, 4]]", {}),
        ("factor", "x^4 - 1", {}),
    ],
)
def test_results_are_checked_by_another_way(task: str, expression: str, more: dict[str, Any]) -> None:
    assert done(task, expression, **more).check.endswith(("holds.", "it holds."))


def test_decimals_and_latex_come_with_the_exact_form() -> None:
    (answer,) = done("evaluate", "sqrt(2)/2", digits=30).answers

    assert answer.decimal == "0.707106781186547524400844362105"
    assert answer.latex == r"\frac{\sqrt{2}}{2}"


def test_that_there_is_no_solution_is_said() -> None:
    found = done("solve", "x = x + 1")

    assert found.answers == []
    assert "no solution" in found.remarks[0]


ATTACKS = [
    "__import__('os').system('id')",
    "x.__class__",
    "().__class__",
    "(lambda: 1)()",
    "[x for x in (1, 2)]",
    "open('/etc/passwd')",
    "exec('1')",
    "'a'*9",
    "{1: 2}",
    "f'{x}'",
    "x if x else y",
    "x := 1",
    "sqrt(x=1)",
    "x[0]",
    "True",
    "(" * 500,
    "x" * 3_000,
]


@pytest.mark.parametrize("text", ATTACKS)
def test_what_is_no_mathematics_is_refused(text: str) -> None:
    with pytest.raises(InputRefused):
        exact("evaluate", text)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("2x", "products need"),
        ("x(y + 1)", r"x\*\("),
        ("sin x", "brackets"),
        ("|x|", "abs"),
        ("5!", "factorial"),
        ("1/0", "zero"),
        ("9^9^9^9", "powmod"),
        ("(10^1000)^1000", "powmod"),
        ("factorial(10^6)", "5,000"),
        ("[[1, 2], [3]]", "one length"),
    ],
)
def test_what_is_written_wrongly_is_answered_with_how_to_write_it(text: str, hint: str) -> None:
    with pytest.raises(InputRefused, match=hint):
        exact("evaluate", text)


@pytest.mark.parametrize(
    ("task", "expressions", "more"),
    [
        ("differentiate", ["x*y"], {}),
        ("determinant", ["x"], {}),
        ("inverse", ["[[1, 2], [2, 4]]"], {}),
        ("limit", ["x"], {}),
        ("integrate", ["x"], {"lower": "0"}),
        ("gcd", ["x = 1", "2"], {}),
        ("statistics", ["x"], {}),
        ("prime-factors", ["1/2"], {}),
        ("evaluate", ["x"], {"at": "nonsense"}),
        ("solve", ["x^2 < y"], {}),
    ],
)
def test_what_can_not_be_done_is_refused_in_a_sentence(
    task: str, expressions: list[str], more: dict[str, Any]
) -> None:
    with pytest.raises(InputRefused, match=r".+: .+\.|.+\."):
        exact(task, *expressions, **more)


def test_it_runs_in_a_process_of_its_own_and_refuses_there_too(tmp_path: Path) -> None:
    context = FolderContext(tmp_path)

    assert solve.run(MathInput(task="evaluate", expressions=["1/3 + 1/6"]), context).answers[0].exact == "1/2"
    with pytest.raises(InputRefused, match="products need"):
        solve.run(MathInput(task="evaluate", expressions=["2x"]), context)


def test_what_would_not_end_is_ended(tmp_path: Path) -> None:
    began = time.monotonic()
    endless = MathInput(task="expand", expressions=["(a + b + c + d + f + g + h + k)^400"])

    with pytest.raises(TookTooLong, match="simpler part"):
        solve.run(endless, FolderContext(tmp_path))

    assert time.monotonic() - began < 60
