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
        -6.379,  # bias
        1.920,  # name
        1.040,  # told
        2.468,  # slot
        0.923,  # name_cover
        -1.084,  # clause_cover
        0.454,  # verb
        1.127,  # first_verb
        -1.030,  # name_verb
        0.176,  # wanted_fits
        -1.540,  # wanted_misses
        -0.656,  # given_fits
        -0.597,  # given_misses
        0.900,  # at_hand
        -1.156,  # not_at_hand
        -0.339,  # converts
        0.320,  # converts_not
        1.371,  # exact
        0.664,  # cover_fits
        -0.353,  # cover_misses
        0.022,  # context
        0.404,  # first
        1.851,  # share
        1.672,  # lead
        -1.318,  # own
        2.455,  # own_share
        1.923,  # own_lead
        -0.598,  # is_given
        -0.369,  # is_purpose
        1.358,  # two
        -0.662,  # synonyms_only
    ),
    together=(
        0.556,  # bias
        0.978,  # alone
        0.008,  # fed
        -0.964,  # not_fed
        -0.256,  # feeds
        -0.817,  # feeds_not
        0.686,  # through
        -1.355,  # beaten
        -0.292,  # left
        0.283,  # top_taken
    ),
)
