"""How many messages may wait in the queue of one capability. Decisions only.

Few, so that whoever comes next need not wait behind many; enough, so that no slot waits for the next look.
"""

from dataclasses import dataclass

LEAST = 4
"""However few slots offer the capability."""
LARGEST_GROWTH = 64
"""Times the slots that offer it …"""
LARGEST = 512
"""… and no more messages than this, unless there are more slots."""
SHORT_SECONDS = 0.1
"""When half a window is used up in less, jobs are so short that it is too small."""
LONG_SECONDS = 1.0
FRESH_SECONDS = 0.25
"""How long it is believed that so many may be sent."""


@dataclass(slots=True)
class Window:
    """What one process knows of one queue. Times are seconds of a clock that only goes forward."""

    slots: int = 0
    growth: int = 1
    credit: int = 0
    """So many more may be sent without looking."""
    is_short: bool = False
    """Something is held since there was no room for it."""
    looked: float = float("-inf")
    released: float = float("-inf")

    @property
    def size(self) -> int:
        least = max(LEAST, self.slots)
        return min(least * self.growth, max(least, LARGEST))

    def look(self, waiting: int, slots: int, at: float) -> None:
        """Take note of how many messages wait, and how many slots offer the capability."""
        self.slots, self.looked = slots, at
        self.credit = max(0, self.size - waiting)

    def knows(self, count: int, at: float) -> bool:
        """Whether it is known that there is room for so many."""
        return self.credit >= count and at - self.looked < FRESH_SECONDS

    def is_half_empty(self, waiting: int) -> bool:
        return waiting <= self.size // 2

    def adapt(self, at: float) -> None:
        """Before a release: what is too small for jobs so short grows, what lasts long shrinks."""
        if self.is_short and at - self.released < SHORT_SECONDS:
            self.growth = min(self.growth * 4, LARGEST_GROWTH)
        elif self.is_short and at - self.released > LONG_SECONDS:
            self.growth = max(self.growth // 4, 1)
        self.released = at

    def note(self, room: int, *, is_short: bool) -> None:
        """After a release: how much room it left, and whether something was held for want of it."""
        self.credit, self.is_short = room, is_short
        if not is_short:
            self.growth = 1
