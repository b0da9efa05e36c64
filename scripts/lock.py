"""Compile requirements.lock from pyproject.toml, or check that the two are in step.

    python scripts/lock.py [--upgrade]    compile; what is pinned stays pinned unless it no longer fits
    python scripts/lock.py --check        without network: exit 1 and one sentence when they are out of step

The lock's first lines hold a digest of what it was compiled from, so that the check needs no index.
"""

import hashlib
import json
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROJECT, LOCK = ROOT / "pyproject.toml", ROOT / "requirements.lock"
LOWEST_PYTHON = "3.11"
EXTRAS = ("dev", "distributed", "s3")
MARK = "# Compiled from dependencies "


def main(arguments: list[str]) -> int:
    if "--check" in arguments:
        return check()
    compile_lock(upgrade="--upgrade" in arguments)
    return check()


def check() -> int:
    text = LOCK.read_text(encoding="utf-8")
    faults = [
        (f"{MARK}{digest()}" not in text, "requirements.lock is older than pyproject.toml; run `make lock`."),
        (
            "--index-url" in text or "--find-links" in text,
            "requirements.lock names an index; run `make lock`.",
        ),
        (any(not pin.count("--hash=") for pin in pins(text)), "requirements.lock has a pin without a hash."),
    ]
    found = [sentence for fault, sentence in faults if fault]
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


def digest() -> str:
    """Of the tables that decide what must be installed, as they are read and not as they are spelt."""
    whole = tomllib.loads(PROJECT.read_text(encoding="utf-8"))
    project = whole["project"]
    optional = project.get("optional-dependencies", {})
    decides = {
        "build": whole["build-system"]["requires"],
        "python": project["requires-python"],
        "core": sorted(project["dependencies"]),
        "extras": {name: sorted(optional[name]) for name in EXTRAS},
    }
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()[:32]


def pins(text: str) -> list[str]:
    """Each requirement with its continuation lines."""
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    return [pin for pin in "\n".join(lines).replace(" \\\n", " ").splitlines() if pin.strip()]


def compile_lock(*, upgrade: bool) -> None:
    extras = [part for name in EXTRAS for part in ("--extra", name)]
    command = [
        str(Path(sys.executable).with_name("uv")), "pip", "compile", "--quiet", PROJECT.name, *extras,
        "--universal", "--python-version", LOWEST_PYTHON, "--generate-hashes", "--no-header",
        "--output-file", LOCK.name, *(["--upgrade"] if upgrade else []),
    ]  # fmt: skip
    subprocess.run(command, cwd=ROOT, check=True)
    head = f"{MARK}{digest()}\n# of pyproject.toml by `make lock`; not edited by hand.\n"
    LOCK.write_text(head + LOCK.read_text(encoding="utf-8"), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
