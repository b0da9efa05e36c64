"""How long a person waits: `python benchmarks/run.py [FOLDER]`.

FOLDER holds the files of a financial task (default: the shipped example). Each figure is the best and the
median of several whole processes, since the first one pays for a cold disk.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

TASK = "Analyze this company's financials and summarize the key risks"
EXAMPLE = Path(__file__).parents[1] / "examples" / "financials" / "quillfeather"
ERRAND = [sys.executable, "-m", "errand"]


def seconds(command: Sequence[str], home: str) -> float:
    began = time.perf_counter()
    subprocess.run(
        command, check=True, capture_output=True, env={"ERRAND_HOME": home, "PATH": "/usr/bin:/bin"}, cwd=home
    )
    return time.perf_counter() - began


def report(name: str, taken: Sequence[float]) -> None:
    print(f"{name:<44} best {min(taken):6.2f} s   median {median(taken):6.2f} s   of {len(taken)}")


def main() -> None:
    folder = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else EXAMPLE
    with tempfile.TemporaryDirectory() as home:
        report(
            "python -c 'import errand'",
            [seconds([sys.executable, "-c", "import errand"], home) for _ in range(5)],
        )
        report("errand --help", [seconds([*ERRAND, "--help"], home) for _ in range(7)])
        run = [*ERRAND, "run", TASK, "--attach", str(folder)]
        report(f"errand run, {folder.name}", [seconds(run, home) for _ in range(5)])


if __name__ == "__main__":
    main()
