"""What one run of an agent spends, counted on the way to the meter of its job."""

from errand.agents.agent import Bounds
from errand.domain.budget import Amounts, Meter, ReservationId, Usage
from errand.domain.errors import BoundsReached


class Purse:
    """Keeps `errand.domain.budget.Meter`. It lives as long as one run of an agent."""

    def __init__(self, meter: Meter, agent: str, bounds: Bounds, spent: Amounts) -> None:
        """`spent`: by the same conversation before, as far as its record says."""
        self._meter, self._agent, self._bounds = meter, agent, bounds
        self.spent = spent

    def reserve(self, model: str, role: str, most: Amounts) -> ReservationId:
        after = self.spent + most
        if after.tokens > self._bounds.tokens:
            raise BoundsReached(
                f"{self._agent} may use {self._bounds.tokens:,} tokens: {self.spent.tokens:,} are used, and "
                f"the next call could take {most.tokens:,}."
            )
        money = self._bounds.microdollars
        if money is not None and after.microdollars > money:
            raise BoundsReached(
                f"{self._agent} may spend {in_dollars(money)}: {in_dollars(self.spent.microdollars)} are "
                f"spent, and the next call could cost {in_dollars(most.microdollars)}."
            )
        return self._meter.reserve(model, role, most)

    def settle(self, reservation: ReservationId, used: Amounts, usage: Usage) -> None:
        self._meter.settle(reservation, used, usage)
        self.spent += used


def in_dollars(microdollars: int) -> str:
    return f"{microdollars / 1_000_000:.4f} USD"
