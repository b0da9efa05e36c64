"""The work that waits and the work that runs, per capability, as a person or an autoscaler sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace


def nobody_offers(capability: str) -> str:
    """Why a subtask waits that no worker takes."""
    return f"No worker offers {capability}: start one with `errand worker --offer {capability}`."


@dataclass(frozen=True, slots=True)
class QueueView:
    """One capability. Ages are in seconds and None where there is nothing; rates are of the last minute."""

    capability: str
    held: int = 0
    """Ready, and not yet sent: its turn has not come, or its task is at its cap."""
    sent: int = 0
    """Ready, and believed to be in the broker."""
    later: int = 0
    """Waits for the time of its next attempt."""
    pending: int = 0
    """Runs."""
    oldest_new_seconds: float | None = None
    oldest_pending_seconds: float | None = None
    started_per_second: float = 0.0
    ended_per_second: float = 0.0
    messages: int | None = None
    """That the broker holds; None: it does not answer."""
    lost: int = 0
    """Fewer messages than were sent more than a moment ago. They are sent again."""
    repeated: int = 0
    """More messages than there are subtasks that are due. Whoever takes them too late lets them be."""

    def compared(self, before: int, after: int, sent: Mapping[str, int]) -> "QueueView":
        """With what the broker held before and after the rows were counted; `sent`, by capability: how many
        were sent more than a moment ago."""
        return replace(
            self,
            messages=after,
            lost=max(0, sent.get(self.capability, 0) - max(before, after)),
            repeated=max(0, min(before, after) - self.new),
        )

    @property
    def new(self) -> int:
        """Ready, and nobody has claimed it."""
        return self.held + self.sent
