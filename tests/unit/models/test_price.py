"""What tokens cost."""

from errand.domain.budget import Usage
from errand.models.price import FREE, Price

PRICE = Price(input=3_000_000, cached_input=300_000, output=15_000_000, cache_write=3_750_000)


def test_a_million_tokens_of_each_cost_what_the_table_says() -> None:
    assert PRICE.cost(Usage(1_000_000, 0, 0)) == 3_000_000
    assert PRICE.cost(Usage(1_000_000, 1_000_000, 0)) == 300_000
    assert PRICE.cost(Usage(1_000_000, 0, 0, cache_written_tokens=1_000_000)) == 3_750_000
    assert PRICE.cost(Usage(0, 0, 1_000_000)) == 15_000_000


def test_a_fraction_of_a_microdollar_counts_as_one() -> None:
    assert Price(100, 10, 0).cost(Usage(1, 0, 0)) == 1


def test_the_most_is_never_less_than_the_cost() -> None:
    used = Usage(1_000, 200, 300, cache_written_tokens=800)

    assert PRICE.cost(used) <= PRICE.most(1_000, 300)


def test_without_a_price_of_its_own_writing_to_the_cache_costs_as_input() -> None:
    assert Price(2_000_000, 0, 0).cost(Usage(10, 0, 0, cache_written_tokens=10)) == 20


def test_what_is_free_costs_nothing() -> None:
    assert FREE.most(1_000_000, 1_000_000) == 0
