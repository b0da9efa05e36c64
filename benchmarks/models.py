"""What models cost beside their own time: `python benchmarks/models.py [PART …]`. All in about a minute.

overhead   what Errand adds to a call of a model that answers at once: a client's own time taken off, by part
overlap    12 subtasks, and a diamond 1 → 8 → 1, that each wait 2 s for a model: wall time / critical path
sizes      characters and estimated tokens of each agent's stable front and of what planners are told
           --write: write them down in prompt_sizes.json, which a test holds them against
shares     how much of an agent's prompt a provider has seen in the call before, also on the tapes

The tables are what docs/benchmarks.md quotes.
"""

import argparse
import sys
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent.parent))
from benchmarks.of_models import calls, overlap, sizes

from errand.observability.logs import configure

PARTS = ("overhead", "overlap", "sizes", "shares")


def main() -> None:
    configure("error", as_json=False)
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    asked.add_argument("part", nargs="*", help=f"of {', '.join(PARTS)}; default: all")
    asked.add_argument("--write", action="store_true", help="with sizes: write them down")
    given = asked.parse_args()
    if strange := set(given.part) - set(PARTS):
        asked.error(f"There is no part {', '.join(sorted(strange))}; there are {', '.join(PARTS)}.")
    report = {
        "overhead": calls.report,
        "overlap": overlap.report,
        "sizes": lambda: report_sizes(write=given.write),
        "shares": report_shares,
    }
    for part in given.part or PARTS:
        report[part]()
        print()


def report_sizes(*, write: bool) -> None:
    print(f"{'Sizes':34}{'characters':>12}{'tokens':>9}")
    for name, size in sizes.sizes().items():
        print(f"{name:34}{size.characters:>12,}{size.tokens:>9,}")
    if write:
        sizes.write()


def report_shares() -> None:
    from_turn = f"from turn {sizes.LATER}"
    print(f"{'Share that was there before':36}{'prompts':>8}{'lowest':>8}{'median':>8}{from_turn:>14}")
    found = {"scripted conversation of 8 turns": sizes.shares(sizes.conversation())}
    for name, each in (found | dict(sizes.taped_shares())).items():
        if each:
            all_of_it, late = [one.share for one in each], sizes.later(each)
            told = f"{min(late):.0%}" if late else "-"
            print(f"{name:36}{len(each):>8}{min(all_of_it):>8.0%}{median(all_of_it):>8.0%}{told:>14}")


if __name__ == "__main__":
    main()
