"""`…; did you mean report.write?`"""

from collections.abc import Collection
from difflib import get_close_matches


class Nearest:
    """Suggests the nearest known name. Comparing costs, so it stops suggesting after a bounded effort."""

    def __init__(self, effort: int = 20_000) -> None:
        self._left = effort
        """How many names may still be compared."""

    def hint(self, name: str, known: Collection[str]) -> str:
        """The end of a sentence: empty when nothing is near."""
        self._left -= len(known)
        if self._left < 0 or len(name) > 200:
            return ""
        near = get_close_matches(name, known, n=1, cutoff=0.55)
        return f"; did you mean {near[0]}?" if near else ""
