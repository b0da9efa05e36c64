"""Write the example company's files: `python examples/generator/make.py [FOLDER]`, always the same."""

import sys
from pathlib import Path

from made_of import companyfacts, xhtml
from made_of.figures import CIK, TICKER, years

REPORT = f"{TICKER.lower()}-20250630.htm"
FACTS = f"companyfacts_CIK{CIK:010}.json"

GIVEN = Path(__file__).parents[1] / "financials" / "quillfeather"


def main(folder: Path) -> None:
    made = years()
    (folder / REPORT).write_text(xhtml.text(made), encoding="utf-8", newline="\n")
    (folder / FACTS).write_text(companyfacts.text(made), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else GIVEN)
