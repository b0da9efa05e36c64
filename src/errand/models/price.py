"""What a model's tokens cost."""

from dataclasses import dataclass

from errand.domain.budget import MICRO, Usage


@dataclass(frozen=True, slots=True)
class Price:
    """In microdollars per million tokens, so that 3 dollars per million are 3_000_000."""

    input: int
    cached_input: int
    """Of what the provider had in its cache; most take a tenth of `input`."""
    output: int
    cache_write: int | None = None
    """Of what the provider put into its cache; None: as `input`. Some take a quarter more."""

    def cost(self, usage: Usage) -> int:
        """In microdollars, rounded up."""
        cached = min(usage.cached_tokens, usage.input_tokens)
        written = min(usage.cache_written_tokens, usage.input_tokens - cached)
        fresh = usage.input_tokens - cached - written
        return _up(
            fresh * self.input
            + cached * self.cached_input
            + written * self._writing
            + usage.output_tokens * self.output
        )

    def most(self, input_tokens: int, output_tokens: int) -> int:
        """In microdollars, rounded up: all of the input at its dearest, all of the output used."""
        dearest = max(self.input, self.cached_input, self._writing)
        return _up(input_tokens * dearest + output_tokens * self.output)

    @property
    def _writing(self) -> int:
        return self.input if self.cache_write is None else self.cache_write


FREE = Price(input=0, cached_input=0, output=0)


def _up(millionths: int) -> int:
    return -(-millionths // MICRO)
