"""What each feature counts: two logistic regressions, learned by `benchmarks/planner.py DIR --fit`.

No feature names a capability, a domain or a word, so what was learned carries over to any catalogue: weights
learned on two of TaskBench's domains do nearly as well on the third (docs/benchmarks.md).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weights:
    alone: tuple[float, ...]
    """In the order of `features.FEATURES`: a clause and a capability by themselves."""
    together: tuple[float, ...]
    """In the order of `choosing.TOGETHER_FEATURES`: with what was chosen for the other clauses."""


SHIPPED = Weights(
    alone=(
        -6.676,  # bias
        1.931,  # name
        1.107,  # told
        2.788,  # slot
        1.171,  # name_cover
        -1.043,  # clause_cover
        0.421,  # verb
        1.172,  # first_verb
        -0.838,  # name_verb
        0.232,  # wanted_fits
        -1.530,  # wanted_misses
        -0.612,  # given_fits
        -0.597,  # given_misses
        0.864,  # at_hand
        -1.250,  # not_at_hand
        -0.291,  # converts
        0.311,  # converts_not
        1.343,  # exact
        0.526,  # cover_fits
        -0.418,  # cover_misses
        -0.021,  # context
        0.300,  # first
        1.812,  # share
        1.559,  # lead
        -1.260,  # own
        2.667,  # own_share
        1.900,  # own_lead
        -0.508,  # is_given
        0.008,  # is_purpose
        0.435,  # two
    ),
    together=(
        0.527,  # bias
        0.987,  # alone
        0.086,  # fed
        -0.964,  # not_fed
        -0.277,  # feeds
        -0.862,  # feeds_not
        0.798,  # through
        -1.471,  # beaten
        -0.874,  # left
        0.331,  # top_taken
    ),
)
