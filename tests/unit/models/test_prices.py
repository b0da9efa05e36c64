"""Prices: an own table, the one that comes along, and none."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from genai_prices import __version__
from genai_prices.data_snapshot import get_snapshot

from errand.domain.errors import ModelUnusable, SetupError
from errand.models.price import FREE, Price
from errand.models.prices import RELEASED, UNKNOWN, read_prices

NOW = datetime(2026, 11, 22, tzinfo=UTC)

OWN = """\
as_of: 2026-11-01
models:
  openai:gpt-5: {input: 1, cached_input: 0.05, output: 4.5}
  qwen3: {input: 0, output: 0}
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    file = tmp_path / "prices.yaml"
    file.write_text(OWN, encoding="utf-8")
    return file


def test_hosted_models_have_a_price_with_the_date_of_its_table() -> None:
    listed = read_prices(None).of("openai:gpt-5", 400_000, NOW)

    assert listed.price == Price(input=1_250_000, cached_input=125_000, output=10_000_000)
    assert (listed.source, listed.as_of) == (f"genai-prices {__version__}", RELEASED[__version__])


def test_an_own_table_goes_before_it(own: Path) -> None:
    listed = read_prices(own).of("openai:gpt-5", 400_000, NOW)

    assert listed.price == Price(input=1_000_000, cached_input=50_000, output=4_500_000)
    assert (listed.source, listed.as_of) == ("prices.yaml", date(2026, 11, 1))


def test_a_model_at_an_address_is_found_by_its_bare_name(own: Path) -> None:
    assert read_prices(own).of("qwen3@http://127.0.0.1:8000/v1", 32_000, NOW).price == FREE


def test_a_provider_that_publishes_prices_is_found_by_its_address() -> None:
    prices = read_prices(None)

    by_address = prices.of("openai/gpt-5@https://openrouter.ai/api/v1", 400_000, NOW)
    assert by_address.price == prices.of("openrouter:openai/gpt-5", 400_000, NOW).price


def test_a_price_that_rises_with_the_prompt_counts_as_high_as_the_context_reaches() -> None:
    prices = read_prices(None)

    assert prices.of("google:gemini-2.5-pro", 200_000, NOW).price.input == 1_250_000
    assert prices.of("google:gemini-2.5-pro", 1_000_000, NOW).price.input == 2_500_000


def test_writing_the_cache_has_its_own_price_where_it_costs_more() -> None:
    assert read_prices(None).of("anthropic:claude-sonnet-4-5", 200_000, NOW).price == Price(
        input=3_000_000, cached_input=300_000, output=15_000_000, cache_write=3_750_000
    )


@pytest.mark.parametrize(
    "name", ["qwen3@http://127.0.0.1:8000/v1", "ollama:qwen3", "openai:no-such", "nobody:x"]
)
def test_an_unknown_price_is_refused_naming_both_ways_out(name: str) -> None:
    with pytest.raises(ModelUnusable, match=r"ERRAND_PRICES .* ERRAND_ALLOW_UNKNOWN_PRICE=true") as refused:
        read_prices(None).of(name, 32_000, NOW)

    assert name in str(refused.value)


def test_where_it_is_allowed_an_unknown_price_counts_no_money() -> None:
    assert read_prices(None, allow_unknown=True).of("ollama:qwen3", 32_000, NOW) == UNKNOWN


def test_a_model_in_this_process_is_free() -> None:
    assert read_prices(None).of("gguf:/models/x.gguf", 4_096, NOW).price == FREE


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("models: {}", "as_of: Field required"),
        ("as_of: 2026-11-01\nmodels: {x: {input: -1, output: 0}}", "models.x.input"),
        ("as_of: 2026-11-01\nmodels: {x: {input: 1}}", "models.x.output: Field required"),
        ("as_of: 2026-11-01\nmodels: {x: {input: 1, output: 1, out: 1}}", "models.x.out"),
        ("- 1", "file: "),
        ("a: [", "not YAML"),
    ],
)
def test_a_table_that_is_wrong_is_refused_in_a_sentence(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "prices.yaml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(SetupError) as refused:
        read_prices(file)

    assert said in str(refused.value)
    assert str(file) in str(refused.value)


def test_a_table_that_is_not_there_is_refused_naming_the_setting(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"No such file.*ERRAND_PRICES"):
        read_prices(tmp_path / "none.yaml")


def test_the_date_of_the_table_that_comes_along_is_written_down() -> None:
    assert __version__ in RELEASED, "write the release date of this version of genai-prices into RELEASED"


def test_no_newer_table_is_fetched() -> None:
    assert not get_snapshot().from_auto_update
