"""What a worker offers of what it can do."""

from collections.abc import Collection, Mapping, Sequence
from fnmatch import fnmatchcase

from errand.domain.errors import SetupError


def chosen(patterns: Sequence[str], able: Collection[str], lacking: Mapping[str, str]) -> list[str]:
    """Names that match a pattern (`web.*`, `code.run`), in their order. `lacking`: what is known but can not
    be done here, with a sentence saying how to get what it lacks.

    Raises SetupError when a pattern matches nothing that can be done here: whoever named it counts on it.
    """
    if not patterns:
        raise SetupError("A worker that offers nothing has nothing to do: name capabilities with --offer.")
    for pattern in patterns:
        if _matching(pattern, able):
            continue
        if lacks := _matching(pattern, lacking):
            raise SetupError(f"{lacks[0]} can not be offered here: {lacking[lacks[0]]}")
        raise SetupError(f"No capability is called {pattern}; `errand capabilities` lists them.")
    return [name for name in able if any(fnmatchcase(name, pattern) for pattern in patterns)]


def _matching(pattern: str, names: Collection[str]) -> list[str]:
    return [name for name in names if fnmatchcase(name, pattern)]
