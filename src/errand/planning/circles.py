"""Finding circles among things that wait for one another."""

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum, auto
from typing import TypeVar

T = TypeVar("T", bound=str)


class _Seen(Enum):
    ON_PATH = auto()
    DONE = auto()


def circles(waits: Mapping[T, Sequence[T]]) -> Iterator[tuple[T, ...]]:
    """Circles in which each waits for the next and the last for the first; none exactly when there are none.

    A circle that shares a node with one that was already named may be left out, which keeps it linear.
    """
    seen: dict[T, _Seen] = {}
    named: set[T] = set()
    for start in waits:
        if start in seen:
            continue
        path = [(start, iter(waits[start]))]
        seen[start] = _Seen.ON_PATH
        while path:
            node, rest = path[-1]
            following = next(rest, None)
            if following is None:
                seen[node] = _Seen.DONE
                path.pop()
            elif following not in seen:
                seen[following] = _Seen.ON_PATH
                path.append((following, iter(waits[following])))
            elif seen[following] is _Seen.ON_PATH and (circle := _back_to(following, path, named)):
                yield circle


def _back_to(first: T, path: list[tuple[T, Iterator[T]]], named: set[T]) -> tuple[T, ...]:
    """The path from `first` to its end; empty when it meets a circle that was named. Walks no node twice."""
    walked: list[T] = []
    for node, _ in reversed(path):
        if node in named:
            named.update(walked)
            return ()
        walked.append(node)
        if node == first:
            break
    named.update(walked)
    return tuple(reversed(walked))
