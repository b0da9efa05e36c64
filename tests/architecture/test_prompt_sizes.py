"""Prompts are paid for with every call: none grows unnoticed."""

import pytest
from benchmarks.of_models.sizes import conversation, later, recorded, shares, sizes

from tests.architecture.project import ROOT

GROWTH = 1.1
NAMED = sorted(recorded())
UPDATE = "python benchmarks/models.py sizes --write"


@pytest.fixture(scope="module")
def measured() -> dict[str, int]:
    return {name: size.characters for name, size in sizes().items()}


@pytest.mark.parametrize("name", NAMED)
def test_a_prompt_grows_by_a_tenth_at_most_before_somebody_says_that_it_may(
    name: str, measured: dict[str, int]
) -> None:
    assert measured[name] <= recorded()[name] * GROWTH, f"When it is worth it: {UPDATE}"


def test_every_prompt_is_tracked(measured: dict[str, int]) -> None:
    assert sorted(measured) == NAMED, f"Write them down: {UPDATE}"
    prompts = {path.stem for path in (ROOT / "src/errand/agents/prompts").glob("*.md")} - {"preamble"}
    assert prompts <= measured.keys()


def test_in_later_turns_most_of_an_agents_prompt_was_in_the_one_before() -> None:
    assert min(later(shares(conversation()))) >= 0.7
