"""Items that do nothing, through several systems side by side: `python benchmarks/compare.py [--systems …]`.

Each system has two workers of four slots and servers of its own (PostgreSQL with fsync); they take turns.
Throughput, processor time and statements are of whole bursts: from the first submission to the last result.
Ready to started is measured at half of the throughput that the system had itself, at a steady pace.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from statistics import median, quantiles

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks.of_queues.environment import Environment, NotInstalled
from benchmarks.of_queues.running import Cpu, DidNotRun, Running
from benchmarks.of_queues.statements import Count
from benchmarks.of_queues.systems import ROOT, SLOTS, WORKERS, System, systems
from tests.servers.services import ProgramMissing

WARM = 50
"""Items before anything is measured."""


@dataclass(frozen=True)
class Burst:
    items: int
    seconds: float
    cpu: Cpu
    statements: Count | None

    @property
    def a_second(self) -> float:
        return self.items / self.seconds


@dataclass
class Measured:
    system: System
    python: Path = Path(sys.executable)
    version: str = ""
    bursts: list[Burst] = field(default_factory=list)
    waits: Sequence[float] = ()
    """Seconds."""
    pace: float = 0.0
    failed: str = ""
    """Why there are no figures, or not all."""

    @property
    def a_second(self) -> float:
        return median(each.a_second for each in self.bursts)


def main() -> None:
    given = _arguments()
    all_of_them = [Measured(each) for each in systems() if each.name in given.systems]
    install(all_of_them, given.venv)
    for number in range(given.rounds):
        for each in all_of_them:
            print(f"round {number + 1} of {given.rounds}: {each.system.name}", file=sys.stderr)
            attempt(each, partial(burst, given.items or each.system.items))
    for each in all_of_them:
        print(f"at half load: {each.system.name}", file=sys.stderr)
        attempt(each, partial(at_half_load, given.pace_seconds))
    print(report(all_of_them))
    if given.json:
        given.json.write_text(json.dumps([_figures(each) for each in all_of_them], indent=1) + "\n")


def install(all_of_them: Sequence[Measured], folder: Path) -> None:
    """What can not be installed is told in the report."""
    for each in all_of_them:
        if not each.system.package:
            continue
        try:
            environment = Environment(folder)
            each.version = environment.install(each.system.package)
            each.python = environment.python
        except NotInstalled as error:
            each.failed = f"not installed: {error}"


def attempt(measured: Measured, measure: Callable[[Measured, Running], None]) -> None:
    """Start it anew, warm it, measure. One that failed once is left alone."""
    if measured.failed:
        return
    try:
        with ExitStack() as stack:
            running = Running(measured.system, measured.python, stack)
            running.order(do="burst", items=WARM)
            measure(measured, running)
    except (DidNotRun, ProgramMissing) as error:
        measured.failed = f"did not run: {error}"


def burst(items: int, measured: Measured, running: Running) -> None:
    if running.statements:
        running.statements.start()
    before = running.cpu()
    seconds = running.order(do="burst", items=items)
    used = running.cpu() - before
    counted = running.statements.so_far() if running.statements else None
    measured.bursts.append(Burst(items, float(str(seconds)), used, counted))


def at_half_load(seconds: float, measured: Measured, running: Running) -> None:
    measured.pace = measured.a_second / 2
    items = max(20, round(measured.pace * seconds))
    waits = running.order(do="pace", items=items, a_second=measured.pace)
    measured.waits = [float(each) for each in waits] if isinstance(waits, list) else ()


def report(all_of_them: Sequence[Measured]) -> str:
    columns = (
        "system", "items", "a second: median (range)", "to start: p50", "p99", "at a second", "CPU an item",
        "own + Redis + PostgreSQL", "statements an item",
    )  # fmt: skip
    settings = [
        f"- {each.system.name} ({each.version or 'of this checkout'}): {each.system.setting}"
        for each in all_of_them
        if each.version or not each.system.package
    ]
    lines = [
        f"{WORKERS} workers of {SLOTS} slots each. Times in milliseconds. Statements: after the + those that",
        "begin and end transactions.",
        "",
        _row(columns),
        _row(["---"] * len(columns)),
        *(_row(_cells(each)) for each in all_of_them),
        "",
        *settings,
        "",
        *_shares(all_of_them),
    ]
    return "\n".join(lines)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(measured: Measured) -> Sequence[str]:
    if not measured.bursts:
        return measured.system.name, measured.failed
    bursts = measured.bursts
    rates = sorted(each.a_second for each in bursts)
    used = [each.cpu.each(each.items) for each in bursts]
    return (
        measured.system.name,
        f"{bursts[0].items:,}",
        f"{median(rates):,.0f} ({rates[0]:,.0f}–{rates[-1]:,.0f})",
        *(_percentiles(measured.waits) if measured.waits else (measured.failed, "")),
        f"{measured.pace:,.0f}",
        f"{median(1000 * cpu.whole for cpu in used):.2f}",
        " + ".join(
            f"{1000 * median(part):.2f}"
            for part in zip(*((cpu.own, cpu.redis, cpu.postgres) for cpu in used), strict=True)
        ),
        _statements(bursts),
    )


def _percentiles(waits: Sequence[float]) -> tuple[str, str]:
    cuts = quantiles(waits, n=100, method="inclusive")
    return f"{1000 * cuts[49]:.1f}", f"{1000 * cuts[98]:.1f}"


def _statements(bursts: Sequence[Burst]) -> str:
    counted = [(each.items, each.statements) for each in bursts if each.statements]
    if not counted:
        return "no database"
    work = median(count.work / items for items, count in counted)
    control = median(count.control / items for items, count in counted)
    return f"{work:.2f} + {control:.2f}"


def _shares(all_of_them: Sequence[Measured]) -> Sequence[str]:
    """Errand's throughput as a multiple of each other's."""
    rates = {each.system: each.a_second for each in all_of_them if each.bursts}
    return [
        f"{own.name}: {rates[own] / rates[other]:.2f} x {other.name}"
        for own in rates
        for other in rates
        if not own.package and other.package
    ]


def _figures(measured: Measured) -> dict[str, object]:
    return {
        "system": measured.system.name,
        "version": measured.version,
        "failed": measured.failed,
        "pace": measured.pace,
        "waits": [round(each, 6) for each in measured.waits],
        "bursts": [asdict(each) for each in measured.bursts],
    }


def _arguments() -> argparse.Namespace:
    names = [each.name for each in systems()]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--systems", nargs="+", choices=names, default=names)
    parser.add_argument("--items", type=int, help="for all alike; default: 2,000, and 100 for slow ones")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pace-seconds", type=float, default=10.0)
    parser.add_argument(
        "--venv", type=Path, default=ROOT / ".venv" / "compare", help="where they are installed"
    )
    parser.add_argument("--json", type=Path, help="a file for all figures")
    return parser.parse_args()


if __name__ == "__main__":
    main()
