"""The submitter's side of every system: orders come in as lines of JSON, figures go out the same way.

It runs in the environment of the system, so it needs nothing but Python.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

Ticket = TypeVar("Ticket")


class Submitter(Protocol):
    """Hands in items that do nothing; waits until all of them have a result."""

    def burst(self, items: int) -> float:
        """All at once. Seconds from the first submission to the last result."""

    def paced(self, items: int, a_second: float) -> Sequence[float]:
        """One after another, at a steady pace. Of each, seconds from its submission to its start."""


@dataclass(frozen=True)
class OneByOne(Generic[Ticket]):
    """A submitter of a system that takes items singly."""

    submit: Callable[[], Ticket]
    started: Callable[[Ticket], float]
    """Waits for the result, which is when the work began: seconds of the wall clock."""

    def burst(self, items: int) -> float:
        began = time.perf_counter()
        tickets = [self.submit() for _ in range(items)]
        for each in tickets:
            self.started(each)
        return time.perf_counter() - began

    def paced(self, items: int, a_second: float) -> Sequence[float]:
        submitted = []
        for _ in steps(items, a_second):
            at = time.time()
            submitted.append((at, self.submit()))
        return [self.started(ticket) - at for at, ticket in submitted]


def steps(items: int, a_second: float) -> Iterator[int]:
    """As `range(items)`, each when it is due; one that is late does not put off those after it."""
    began = time.perf_counter()
    for n in range(items):
        time.sleep(max(0.0, began + n / a_second - time.perf_counter()))
        yield n


def no_op() -> float:
    """What every worker runs: nothing. Says when, in seconds of the wall clock."""
    return time.time()


def serve(submitter: Submitter) -> None:
    """Carry out orders until there are no more."""
    for line in sys.stdin:
        order = json.loads(line)
        if order["do"] == "burst":
            answer: object = submitter.burst(order["items"])
        else:
            answer = list(submitter.paced(order["items"], order["a_second"]))
        print(json.dumps({"answer": answer}), flush=True)
