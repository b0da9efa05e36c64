"""What the promises in this folder are about: the checkout, read as text and as syntax trees."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "errand"
_NOT_OURS = frozenset({
    ".venv", ".git", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".import_linter_cache",
    "__pycache__", "errand-out", "dist", "node_modules",
})  # fmt: skip


def files(*endings: str) -> list[Path]:
    """The files of the checkout, without what is made in it; all of them when no ending is given."""
    return sorted(path for path in _walk(ROOT) if not endings or path.name.endswith(endings))


def source_files() -> list[Path]:
    return [path for path in files(".py") if path.is_relative_to(SOURCE)]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def functions(module: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name in _NOT_OURS or path.name.endswith(".egg-info") or path.is_symlink():
            continue
        if path.is_dir():
            yield from _walk(path)
        else:
            yield path
