"""What the tasks of a chaos run look like: ten steps in one of several shapes, drawn from the request."""

import random
from collections.abc import Iterator, Mapping, Sequence

STEPS = 10
SHAPES = ("chain", "fan", "diamonds", "tangle")
SINGLE = "single"
"""One step that takes exactly as long as the request says."""


def requests(seed: int, tasks: int, most_seconds: float) -> Iterator[str]:
    """The texts: a shape, a number to draw from, and how long a step takes at most."""
    chance = random.Random(seed)
    for n in range(tasks):
        yield f"{chance.choice(SHAPES)} {seed}.{n} {most_seconds}"


def needs_of(text: str) -> Mapping[str, Sequence[str]]:
    """By step, what it needs."""
    shape = text.split()[0]
    if shape == SINGLE:
        return {_key(0): []}
    if shape == "chain":
        return {_key(n): [_key(n - 1)] if n else [] for n in range(STEPS)}
    if shape == "fan":
        middle = [_key(n) for n in range(1, STEPS - 1)]
        return {_key(0): [], **{each: [_key(0)] for each in middle}, _key(STEPS - 1): middle}
    if shape == "diamonds":
        return {_key(n): [_key(each) for each in _DIAMONDS[n]] for n in range(STEPS)}
    return _tangle(random.Random(text))


def seconds_of(text: str) -> Mapping[str, float]:
    """By step, how long it takes."""
    chance, shape, most = random.Random(f"seconds {text}"), text.split()[0], float(text.split()[2])
    least = most if shape == SINGLE else 0.0
    return {key: round(chance.uniform(least, most), 3) for key in needs_of(text)}


def result_of(text: str) -> int:
    """What the last step gives: each adds one to the sum of what it is given."""
    given: dict[str, int] = {}
    for key, needs in needs_of(text).items():
        given[key] = 1 + sum(given[each] for each in needs)
    return [*given.values()][-1]


def _tangle(chance: random.Random) -> Mapping[str, Sequence[str]]:
    """Each needs one or two before it, the last one all that nobody else needs."""
    needs: dict[str, list[str]] = {_key(0): []}
    for n in range(1, STEPS - 1):
        needs[_key(n)] = chance.sample([*needs], min(n, chance.choice((1, 1, 2))))
    needed = {each for some in needs.values() for each in some}
    needs[_key(STEPS - 1)] = [each for each in needs if each not in needed]
    return needs


def _key(n: int) -> str:
    return f"s{n}"


_DIAMONDS: tuple[tuple[int, ...], ...] = ((), (0,), (0,), (1, 2), (3,), (3,), (4, 5), (6,), (6,), (7, 8))
