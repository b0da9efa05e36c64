"""Keeps count of model calls for one job, or for one command outside any task."""

from collections.abc import Iterator
from contextlib import contextmanager

from errand.domain.budget import Amounts, ReservationId, Usage
from errand.store.spending import Payer, Spending


class StoredMeter:
    """Keeps `errand.domain.budget.Meter`. Used by one thread at a time, until `close`."""

    def __init__(self, spending: Spending, payer: Payer) -> None:
        self._spending, self._payer = spending, payer
        self._open: set[ReservationId] = set()

    def reserve(self, model: str, role: str, most: Amounts) -> ReservationId:
        # Who holds something itself does not wait for others: it may be what they wait for.
        made = self._spending.reserve(self._payer, model, role, most, patient=not self._open)
        self._open.add(made)
        return made

    def settle(self, reservation: ReservationId, used: Amounts, usage: Usage) -> None:
        self._spending.settle(reservation, used, usage)
        self._open.discard(reservation)

    def close(self) -> None:
        """What was not settled will not be any more, and counts in full."""
        while self._open:
            self._spending.lose(self._open.pop())


@contextmanager
def metered(spending: Spending, payer: Payer) -> Iterator[StoredMeter]:
    meter = StoredMeter(spending, payer)
    try:
        yield meter
    finally:
        meter.close()
