"""The tasks that are carried through a model, and kept on tape."""

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@dataclass(frozen=True)
class Taped:
    name: str
    request: str
    attached: tuple[Path, ...]
    exit_code: int = 0
    answers: tuple[str, ...] = ()
    """What the person answers when they are asked, in order."""
    must_say: tuple[str, ...] = ()
    """What the finished result holds, word for word."""
    slots: int = 16
    """How many steps run at once: one, where what is asked depends on which of them ended first."""

    @property
    def tape(self) -> Path:
        return HERE / f"{self.name}.jsonl"


def _inputs(name: str) -> tuple[Path, ...]:
    return tuple(sorted(path for path in (HERE / "inputs" / name).iterdir() if path.is_file()))


TASKS = (
    Taped(
        "financials",
        "Analyze this company's financials and summarize the key risks. Then judge, in a page for a "
        "lender: could it carry another 40 million dollars of debt? Say what speaks for it and against.",
        (ROOT / "examples/financials/quillfeather",),
        must_say=(
            "**Not as it stands.**",
            "| Total debt | 405.0 [7] | 335.0 [8] | 225.0 [9] |",
            "| EBITDA to interest, times (covenant: 2.5) | 2.70 [47] | 2.46 [65] | 2.24 [48] |",
            "at no less than 2.5 times our interest expense.”",
            "$95.0 million [33] had to be repaid by June 30, 2026",
            "**To ask, because the filing does not say:**",
        ),
    ),
    Taped(
        "homework",
        "Do my homework assignment: a document that I can hand in.",
        _inputs("homework"),
        must_say=(
            "11529/15625 ≈ 0.738",
            "t = 2·ln 15 = ln 225 ≈ 5.42 weeks",
            "| Gravel Bar [4] | 3 | 51.0 | 60 |",
            "| Old Weir [6] | 4 | 38.0 | 95 |",
            "gives no count for it",
            "“because one number can not be split into two”",
        ),
    ),
    Taped(
        "offers",
        "Compare these three offers for heating our community hall against our brief, and recommend one "
        "to the council. One page, with a table.",
        _inputs("offers"),
        must_say=(
            "recommend the pellet boiler of Kessel & Sohn",
            "costs 11,800 euros less than the budget",
            "a lorry of 18 tonnes can reach the hall",
            "night mode gives 34 kW",
            "Not met: 48 hours",
            "Not met: 93,900 euros",
        ),
    ),
    Taped(
        "logging",
        "Improve the logging in my codebase: use the logging module instead of print, with sensible "
        "levels, and do not change what the functions return.",
        (HERE / "inputs/code/chime",),
        must_say=(
            "--- a/chime/plan.py\n+++ b/chime/plan.py",
            '+                logger.warning("bad line %d: %s", number, line)',
            '+            logger.exception("could not ring %s", bell)',
            "`git apply changes.diff`",
            "Nothing was run",
            "no `__main__.py` is among the files given",
        ),
    ),
    Taped(
        "minutes",
        "From these minutes make a table of who must do what by when, and write a short friendly reminder "
        "to whoever is late. Today is 10 November 2026.",
        _inputs("minutes"),
        must_say=(
            "Marta Lind | Send the list",
            "**Late, by 4 days**",
            "Nobody yet | Insurance",
            "28 February 2027",
            "Only Marta Lind is late",
            "> Dear Marta,",
        ),
    ),
    Taped(
        "budget",
        "Did our concerts make a profit in the third quarter? Compare income and costs month by month, with "
        "a chart, and say which month was best.",
        _inputs("budget"),
        must_say=(
            "Yes: 6,146.80",
            "September was the best month with 2,694.30",
            "without donations July would be ahead with 1,755.30",
            "| Third quarter | 19,383.85",
            "](artifacts/concerts-in-the-third-quarter-income-costs-and.png)",
            "costs-scan.pdf, holds no text and could not be read",
        ),
        slots=1,
    ),
)
