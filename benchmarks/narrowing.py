"""How many of the tools that a request needs are still there when a large catalogue is narrowed.

    python benchmarks/narrowing.py DIR [MOST]

DIR holds `DOMAIN.tools.json` and `DOMAIN.jsonl` as for benchmarks/planner.py. The catalogue is all domains'
tools together; each request is shown MOST (40) of them.
"""

import json
import sys
import time
from pathlib import Path

from errand.planning.model.narrowing import MOST, narrowed

sys.path.insert(0, str(Path(__file__).parent.parent))
from benchmarks.planner import descriptions


def main() -> None:
    folder = Path(sys.argv[1])
    most = int(sys.argv[2]) if len(sys.argv) > 2 else MOST
    files = sorted(folder.glob("*.tools.json"))
    catalogue = {
        name: each
        for file in files
        for name, each in descriptions(json.loads(file.read_text(encoding="utf-8"))).items()
    }
    print(f"{len(catalogue)} tools, about {most} shown")
    for file in files:
        domain = file.name.removesuffix(".tools.json")
        lines = (folder / f"{domain}.jsonl").read_text(encoding="utf-8").splitlines()
        wanted = there = whole = shown = 0
        began = time.perf_counter()
        for line in lines:
            sample = json.loads(line)
            found = narrowed(sample["request"], catalogue, most=most)
            gold = set(sample["tools"])
            wanted, there = wanted + len(gold), there + len(gold & found.keys())
            whole, shown = whole + (gold <= found.keys()), shown + len(found)
        spent = (time.perf_counter() - began) * 1000 / len(lines)
        print(
            f"{domain:14} recall {there / wanted:.1%}, all tools there {whole / len(lines):.1%}, "
            f"{shown / len(lines):.0f} shown, {spent:.1f} ms"
        )


if __name__ == "__main__":
    main()
