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
        -6.262,  # bias
        1.934,  # name
        1.027,  # told
        2.700,  # slot
        0.984,  # name_cover
        -1.135,  # clause_cover
        0.471,  # verb
        1.150,  # first_verb
        -1.033,  # name_verb
        0.131,  # wanted_fits
        -1.556,  # wanted_misses
        -0.658,  # given_fits
        -0.631,  # given_misses
        0.808,  # at_hand
        -1.261,  # not_at_hand
        -0.277,  # converts
        0.298,  # converts_not
        1.379,  # exact
        0.598,  # cover_fits
        -0.376,  # cover_misses
        0.019,  # context
        0.406,  # first
        1.860,  # share
        1.629,  # lead
        -1.328,  # own
        2.477,  # own_share
        1.893,  # own_lead
        -0.613,  # is_given
        -0.354,  # is_purpose
        0.403,  # two
        -0.650,  # synonyms_only
    ),
    together=(
        0.584,  # bias
        0.973,  # alone
        0.060,  # fed
        -0.999,  # not_fed
        -0.310,  # feeds
        -0.920,  # feeds_not
        0.754,  # through
        -1.429,  # beaten
        -0.319,  # left
        0.289,  # top_taken
    ),
)
