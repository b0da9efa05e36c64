"""What a worker offers of what it can do."""

import pytest

from errand.domain.errors import SetupError
from errand.domain.offering import chosen

ABLE = ("web.fetch", "web.search", "code.run", "plan")
LACKING = {"browser.open": "Install a browser."}


@pytest.mark.parametrize(
    ("patterns", "offered"),
    [
        (["*"], [*ABLE]),
        (["code.run", "web.*"], ["web.fetch", "web.search", "code.run"]),
        (["web.*", "web.fetch"], ["web.fetch", "web.search"]),
    ],
)
def test_a_worker_offers_what_a_pattern_names(patterns: list[str], offered: list[str]) -> None:
    assert chosen(patterns, ABLE, LACKING) == offered


@pytest.mark.parametrize(
    ("patterns", "says"),
    [
        ([], "name capabilities with --offer"),
        (["web.*", "wbe.*"], "No capability is called wbe.*"),
        (["plan", "browser.*"], "browser.open can not be offered here: Install a browser."),
        (["WEB.*"], "No capability is called WEB.*"),
    ],
)
def test_a_pattern_that_matches_nothing_is_refused_with_a_sentence(patterns: list[str], says: str) -> None:
    with pytest.raises(SetupError) as refused:
        chosen(patterns, ABLE, LACKING)
    assert says in str(refused.value)
