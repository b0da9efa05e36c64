"""The contract of a queue: it carries addresses to workers that can do what stands there.

A message is a hint. It may come twice, late or never: the store decides. What is sent is never data.
"""

from collections.abc import Callable, Collection
from typing import Protocol

from errand.domain.ids import SubtaskAddress


class Consumer(Protocol):
    """Slots that take messages; it lives from `serve` until `stop`."""

    @property
    def failure(self) -> str:
        """Why it takes no messages any more and will not by itself, a sentence; empty: it does."""
        ...

    def stop(self, timeout_seconds: float) -> bool:
        """Take no more messages and wait for those under way. False: some still run."""
        ...


class Queue(Protocol):
    def send(self, address: SubtaskAddress, capability: str) -> bool:
        """Hand an address to some worker that serves this capability, soon: it never waits long.

        False: the message is lost for sure, since whoever carries messages is away; nothing is raised.
        """
        ...

    def serve(
        self, capabilities: Collection[str], handle: Callable[[SubtaskAddress], None], slots: int
    ) -> Consumer:
        """Call `handle` for each message of these capabilities, at most `slots` at once.

        A message is taken only by a free slot, and whatever becomes of it, it is not delivered again.
        """
        ...

    def waiting(self, capabilities: Collection[str]) -> dict[str, int]:
        """Messages of these capabilities that are not yet taken; those without any are not in it.

        Raises QueueAway when whoever carries messages does not answer.
        """
        ...
