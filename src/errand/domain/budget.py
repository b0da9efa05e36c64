"""What may be spent on language models, and what was: limits, amounts, and the promise of who keeps count."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType, Protocol

ReservationId = NewType("ReservationId", str)

MICRO = 1_000_000
"""Microdollars in a US dollar. Money is counted in whole microdollars, so that sums are exact."""


class Scope(StrEnum):
    """What a limit is for. Days are days in UTC."""

    TASK = "task"
    PRINCIPAL = "principal"
    """One principal, one day."""
    DAY = "day"
    """Everyone on this installation, one day."""


@dataclass(frozen=True, slots=True)
class Amounts:
    microdollars: int = 0
    tokens: int = 0
    """Input and output together."""
    calls: int = 0

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(
            self.microdollars + other.microdollars, self.tokens + other.tokens, self.calls + other.calls
        )


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The most of each; None: no limit of this kind."""

    microdollars: int | None = None
    tokens: int | None = None
    calls: int | None = None
    wall_seconds: float | None = None
    """Of a task: from its submission on. Of a day: the time that jobs ran, added up."""


@dataclass(frozen=True, slots=True)
class Ceilings:
    """The installation's own limits, by scope; a request may only lower its task's."""

    task: Ceiling = Ceiling()
    principal: Ceiling = Ceiling()
    day: Ceiling = Ceiling()

    def of(self, scope: Scope) -> Ceiling:
        return {Scope.TASK: self.task, Scope.PRINCIPAL: self.principal, Scope.DAY: self.day}[scope]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one model call, as the provider counted them."""

    input_tokens: int = 0
    """Cached ones included."""
    cached_tokens: int = 0
    """Of the input, what the provider had in its cache."""
    output_tokens: int = 0
    cache_written_tokens: int = 0
    """Of the input, what the provider put into its cache, which may cost more."""

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens


class CostsBy(StrEnum):
    """What costs are added up by."""

    TASK = "task"
    CAPABILITY = "capability"
    MODEL = "model"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Cost:
    """What calls of models took, under one name; those that were settled, and those that are lost, count as
    used, in full."""

    name: str
    """A task's id, a capability, a model or a day. Empty: outside any task."""
    used: Amounts
    usage: Usage
    held: Amounts
    """Set aside for calls under way."""
    lost: Amounts
    """Of what was used: calls whose answer never came, as dear as they might have been."""


class Meter(Protocol):
    """Keeps count for one job (or for one call outside any task). Used by one thread at a time."""

    def reserve(self, model: str, role: str, most: Amounts) -> ReservationId:
        """Set aside what a call may cost at most, before it is made; durable when this returns.

        Raises LimitReached, and sets nothing aside, when any limit would be passed.
        """
        ...

    def settle(self, reservation: ReservationId, used: Amounts, usage: Usage) -> None:
        """What the call did cost; the rest of what was set aside is free again. All 0: it was never made."""
        ...
