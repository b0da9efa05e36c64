"""What a capability usually takes, learned from what was done before."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Typical:
    """Medians over jobs that succeeded."""

    microdollars: int
    seconds: float
