"""Promises that every shipped capability keeps, so that a planner and a person can rely on what it says."""

import re
from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from errand.agents.agent import Agent
from errand.capabilities.code.changing import PROGRAMMER
from errand.capabilities.reports.drafting import DRAFTER
from errand.capabilities.reports.reviewing import REVIEWER
from errand.capabilities.text.reasoning import REASONER
from errand.capabilities.work import WORKER
from errand.capability import Audience, CapabilityDescription
from errand.config import Settings
from errand.container.embedded import Embedded
from errand.domain.task import PLAN
from errand.service import CapabilityView
from tests.architecture.project import ROOT

PROMPTS = ROOT / "src" / "errand" / "agents" / "prompts"


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[CapabilityView]]:
    """All that the container registers, offered here or not."""
    embedded = Embedded(Settings(home=tmp_path_factory.mktemp("home")))
    yield embedded.service.capabilities()
    embedded.close()


@pytest.fixture(scope="module")
def shipped(views: list[CapabilityView]) -> list[CapabilityDescription]:
    return [view.description for view in views]


def test_each_is_named_by_a_subject_and_a_verb(shipped: list[CapabilityDescription]) -> None:
    named = {each.name for each in shipped} - {PLAN}

    assert {name for name in named if not re.fullmatch(r"[a-z]+(\.[a-z-]+)+", name)} == set()
    assert len(named) == len(shipped) - 1


def test_each_says_in_a_few_sentences_what_it_does(shipped: list[CapabilityDescription]) -> None:
    said = {each.name: " ".join(each.description.split()) for each in shipped}

    assert {name for name, text in said.items() if not 30 <= len(text) <= 600} == set()
    assert {name for name, text in said.items() if not re.match(r"[A-Z].*[.]$", text)} == set()


def test_every_field_that_one_takes_or_gives_is_described(shipped: list[CapabilityDescription]) -> None:
    silent = {
        f"{each.name}: {slot.name}"
        for each in shipped
        for slot in (*each.inputs, *each.outputs)
        if not slot.description.strip()
    }

    assert silent == set()


def test_every_field_has_a_type_that_a_plan_can_be_checked_by(shipped: list[CapabilityDescription]) -> None:
    vague = {
        f"{each.name}: {slot.name}"
        for each in shipped
        for slot in (*each.inputs, *each.outputs)
        if slot.type == "value" and each.name != PLAN
    }

    assert vague == set()


def test_what_is_not_offered_here_tells_how_to_get_it(views: list[CapabilityView]) -> None:
    mute = {view.description.name for view in views if not view.offered and not "".join(view.why_not).strip()}

    assert mute == set()


def test_each_gives_something_back(shipped: list[CapabilityDescription]) -> None:
    assert {each.name for each in shipped if not each.outputs} == set()


def test_the_tools_that_agents_are_told_of_are_there(shipped: list[CapabilityDescription]) -> None:
    tools = {each.name.replace(".", "_") for each in shipped}
    subjects = {name.split("_")[0] for name in tools}
    prompts = " ".join(path.read_text(encoding="utf-8") for path in PROMPTS.glob("*.md"))
    told = {word for word in re.findall(r"`([a-z]+_[a-z_]+)`", prompts) if word.split("_")[0] in subjects}

    assert told - tools == set()
    assert {"document_passages", "files_edit", "math_solve", "table_query"} <= told


@pytest.mark.parametrize(
    "agent", [WORKER, PROGRAMMER, REASONER, REVIEWER, DRAFTER], ids=lambda each: each.name
)
def test_the_tools_that_an_agent_is_given_are_there(
    shipped: list[CapabilityDescription], agent: Agent[BaseModel]
) -> None:
    assert set(agent.tools) - {each.name for each in shipped} == set()


def test_every_tool_is_explained(shipped: list[CapabilityDescription]) -> None:
    page = (ROOT / "docs" / "tools.md").read_text(encoding="utf-8")
    tools = {each.name for each in shipped if each.audience is Audience.AGENTS} | set(WORKER.tools)

    assert {name for name in tools if f"`{name}`" not in page} == set()
