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
        -6.782,  # bias
        1.968,  # name
        1.128,  # told
        2.787,  # slot
        1.059,  # name_cover
        -1.004,  # clause_cover
        0.397,  # verb
        1.086,  # first_verb
        -0.817,  # name_verb
        0.235,  # wanted_fits
        -1.475,  # wanted_misses
        -0.610,  # given_fits
        -0.599,  # given_misses
        0.866,  # at_hand
        -1.342,  # not_at_hand
        -0.372,  # converts
        -0.297,  # converts_not
        1.313,  # exact
        0.620,  # cover_fits
        -0.473,  # cover_misses
        0.004,  # context
        0.213,  # first
        1.913,  # share
        1.500,  # lead
        -1.156,  # own
        2.661,  # own_share
        1.968,  # own_lead
        -0.575,  # is_given
        -0.007,  # is_purpose
        0.411,  # two
    ),
    together=(
        0.544,  # bias
        0.984,  # alone
        0.097,  # fed
        -0.879,  # not_fed
        -0.268,  # feeds
        -0.870,  # feeds_not
        0.666,  # through
        -1.551,  # beaten
        -0.946,  # left
        0.324,  # top_taken
    ),
)
