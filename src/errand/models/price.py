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

    def cost(self, usage: Usage) -> int:
        """In microdollars, rounded up."""
        cached = min(usage.cached_tokens, usage.input_tokens)
        fresh = usage.input_tokens - cached
        return _up(fresh * self.input + cached * self.cached_input + usage.output_tokens * self.output)

    def most(self, input_tokens: int, output_tokens: int) -> int:
        """In microdollars, rounded up: nothing of the input is in the cache, all of the output is used."""
        dearer = max(self.input, self.cached_input)
        return _up(input_tokens * dearer + output_tokens * self.output)


FREE = Price(input=0, cached_input=0, output=0)


def _up(millionths: int) -> int:
    return -(-millionths // MICRO)
