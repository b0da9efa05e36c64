"""A taped task, carried out by a real `errand run` whose model is the tape.

    python -m tests.tapes.playing import NAME EXCHANGES.jsonl    a new tape from recorded requests and answers
    python -m tests.tapes.playing anew [NAME ...]                record again after a prompt was changed

The second takes, for each request that has changed, the answer that was given to the one most like it. Read
the difference of the tape before it is committed: an answer may not fit the new prompt any more.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.servers.openai_protocol import serving
from tests.tapes.tape import Player, exchange, read_tape, write_tape
from tests.tapes.tasks import HERE, TASKS, Taped

LONG_ENOUGH = 300.0
"""Seconds; only a defect reaches it."""


@dataclass(frozen=True)
class Played:
    status: int
    said: str
    """Standard output and error."""
    files: dict[str, bytes]
    """What stands in the folder of the results."""
    player: Player

    @property
    def result(self) -> str:
        return "\n".join(
            content.decode()
            for name, content in sorted(self.files.items())
            if name.endswith((".md", ".diff"))
        )


def settings(home: Path, url: str) -> dict[str, str]:
    """The model behind `url` serves every role; what it costs is not known."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ERRAND_")}
    return kept | {
        "ERRAND_HOME": str(home),
        "ERRAND_MODEL": f"tape@{url}",
        "ERRAND_MODEL_CONTEXT_TOKENS": "200000",
        "ERRAND_ALLOW_UNKNOWN_PRICE": "true",
        "ERRAND_HEALTH_PORT": "0",
    }


@contextmanager
def played(taped: Taped, *, lenient: bool = False) -> Iterator[Played]:
    player = Player(read_tape(taped.tape), lenient=lenient)
    with serving(player, models=("tape",)) as provider, TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        attached = [word for path in taped.attached for word in ("--attach", str(path))]
        words = ["run", taped.request, *attached, "--out", str(out)]
        done = subprocess.run(
            [sys.executable, "-m", "errand", *words],
            env=settings(Path(folder) / "home", provider.url) | {"ERRAND_SLOTS": str(taped.slots)},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LONG_ENOUGH,
            check=False,
        )
        made = {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}
        yield Played(done.returncode, done.stdout, made, player)


def record_anew(taped: Taped) -> None:
    """A run that does not end as it should leaves the tape as it is."""
    with played(taped, lenient=True) as done:
        if done.status != taped.exit_code:
            print(f"{taped.name}: exit {done.status}, nothing is recorded.\n{done.said[-2000:]}")
            return
        write_tape(taped.tape, done.player.recorded)
        changed, left = len(done.player.strange), len(done.player.unplayed)
    print(f"{taped.name}: exit {done.status}, {changed} requests had changed, {left} answers were not used.")


def bring_in(name: str, source: Path) -> None:
    lines = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines()]
    write_tape(HERE / f"{name}.jsonl", [exchange(each["request"], each["answer"]) for each in lines])


def main(words: list[str]) -> int:
    match words:
        case ["import", name, source]:
            bring_in(name, Path(source))
        case ["anew", *names]:
            for taped in TASKS:
                if taped.name in names or (not names and taped.tape.exists()):
                    record_anew(taped)
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
