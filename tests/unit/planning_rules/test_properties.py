"""Whatever is asked of whatever catalogue: a plan without faults, or a sentence."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from errand.capability import CapabilityDescription, Effects, Slot
from errand.domain.artifact import Artifact
from errand.domain.errors import InputRefused
from errand.domain.request import Request
from errand.planning.checking import check_plan
from errand.planning.rules import RulePlanner
from errand.planning.words_groups import bag
from tests.unit.planning.known import KNOWN

WORDS = tuple(
    sorted(
        bag(
            """
please summarize translate read write draw chart report document image file table of the and then , .
before after first find send email it 'quoted' a.pdf https://example.org 3 2024-03-03 sentences risk
ratios i have want to
"""
        )
    )
)
KINDS = ("file", "document", "table", "chart", "text", "number", "date", "flag", "value", "report")

slots = st.builds(
    Slot,
    name=st.sampled_from(["one", "query", "url", "text", "things", "due"]),
    type=st.sampled_from(KINDS),
    required=st.booleans(),
    many=st.booleans(),
)
inputs = st.lists(slots, max_size=3, unique_by=lambda slot: slot.name).map(tuple)
described = st.builds(
    CapabilityDescription,
    name=st.builds(
        ".".join, st.tuples(st.sampled_from(WORDS[8:24]), st.sampled_from(["run", "make", "request"]))
    ),
    description=st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join),
    inputs=inputs,
    outputs=inputs,
    effects=st.sampled_from(Effects),
)
catalogues = st.lists(described, max_size=8).map(lambda found: {each.name: each for each in found})
requests = st.builds(
    lambda spoken, count: Request(
        " ".join(spoken),
        tuple(Artifact(f"{n}.pdf", "application/pdf", 1, "0" * 64, {}) for n in range(count)),
    ),
    st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=6)), max_size=30),
    st.integers(0, 3),
)


def faults(request: Request, catalogue: dict[str, CapabilityDescription]) -> tuple[str, ...]:
    try:
        proposal = RulePlanner().propose(request, catalogue)
    except InputRefused as refused:
        return () if str(refused).endswith(".") else (f"no sentence: {refused}",)
    within = all(0 <= step.score <= 1 for step in proposal.plan.steps)
    return check_plan(proposal.plan, catalogue, request) + (() if within else ("a score out of bounds",))


@settings(max_examples=200, deadline=None)
@given(requests, catalogues)
def test_every_plan_of_any_catalogue_can_be_carried_out(
    request: Request, catalogue: dict[str, CapabilityDescription]
) -> None:
    assert faults(request, catalogue) == ()


@settings(max_examples=100, deadline=None)
@given(requests)
def test_every_plan_of_our_own_catalogue_can_be_carried_out(request: Request) -> None:
    assert faults(request, dict(KNOWN)) == ()


DOING = (
    "Summarize",
    "Find the red flags in",
    "Rank the risk factors of",
    "Draw charts of",
    "Check",
    "Read",
    "Compare",
)
THINGS = (
    "this filing",
    "the attached annual report",
    "a.pdf",
    "the statements of Example Corp.",
    "everything",
)


@pytest.mark.parametrize(("doing", "thing"), list(product(DOING, THINGS)))
def test_what_people_ask_of_our_own_catalogue_gives_plans_without_faults(doing: str, thing: str) -> None:
    attached = tuple(Artifact(name, "text/html", 1, "0" * 64, {}) for name in ("a.pdf", "b.htm"))
    assert faults(Request(f"{doing} {thing} and write a report", attached), dict(KNOWN)) == ()


@pytest.mark.parametrize(
    "text",
    [
        "summarize and " * 4_000,
        "'a " * 20_000,
        "a." * 30_000,
        "a-" * 30_000,
        "+1 " * 20_000,
        "x" * 60_000,
        '"' * 60_000,
        "a@a." * 15_000,
        "(" * 60_000,
    ],
    ids=lambda text: text[:6],
)
@pytest.mark.timeout(5)
def test_long_and_hostile_requests_take_no_time(text: str) -> None:
    assert faults(Request(text), dict(KNOWN)) == ()
