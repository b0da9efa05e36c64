"""A folder of code is attached as one archive: its files mean nothing without their places."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

from errand.domain.errors import InputRefused

MARKS = (
    ".git", "pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "package.json", "Cargo.toml",
    "go.mod", "pom.xml", "build.gradle", "build.gradle.kts", "CMakeLists.txt", "Makefile", "composer.json",
    "Gemfile", "mix.exs", "deno.json",
)  # fmt: skip
CODE = frozenset({
    ".py", ".pyi", ".js", ".mjs", ".jsx", ".ts", ".tsx", ".java", ".kt", ".scala", ".c", ".h", ".cc", ".cpp",
    ".hpp", ".cs", ".go", ".rs", ".rb", ".php", ".pl", ".swift", ".sh", ".lua", ".ex", ".exs", ".hs", ".ml",
    ".clj", ".r", ".jl", ".sql", ".vue", ".svelte",
})  # fmt: skip
LEFT_OUT = frozenset({"node_modules", "__pycache__", "venv", "site-packages"})
"""Folders of what others wrote or a machine made; hidden ones are left out as well."""
MOST_FILES = 20_000
_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""Of every file in the archive, so that the same files give the same archive."""


def is_code(folder: Path) -> bool:
    """Whether what matters in it is source text: a project's mark at its top, or mostly files of code."""
    if any((folder / mark).exists() for mark in MARKS):
        return True
    files = [path for path, _ in zip(_files(folder), range(1_000), strict=False)]
    code = sum(path.suffix.lower() in CODE for path in files)
    return code > 0 and code * 2 >= len(files)


def pack(folder: Path, into: Path) -> Path:
    """The archive `into/NAME.zip`, all below NAME. Raises InputRefused when there are too many files."""
    made = into / f"{folder.resolve().name or 'code'}.zip"
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, path in enumerate(sorted(_files(folder))):
            if number >= MOST_FILES:
                raise InputRefused(
                    f"The folder {folder} holds more than {MOST_FILES:,} files: attach the part that matters."
                )
            entry = zipfile.ZipInfo(f"{made.stem}/{path.relative_to(folder).as_posix()}", _EARLIEST)
            entry.external_attr = (0o755 if path.stat().st_mode & 0o100 else 0o644) << 16
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return made


def _files(folder: Path) -> Iterator[Path]:
    """Regular files; links are not followed, so that nothing from outside comes along."""
    for path in folder.iterdir():
        if path.name.startswith(".") or path.name in LEFT_OUT or path.is_symlink():
            continue
        if path.is_dir():
            yield from _files(path)
        elif path.is_file():
            yield path
