"""Promises that every shipped capability keeps, so that a planner and a person can rely on what it says."""

import importlib
import pkgutil
import re
from typing import Any

import pytest

import errand.capabilities
from errand.capability import Capability, Catalogue, Effects

AnyOne = Capability[Any, Any]  # capabilities of every type side by side


def shipped() -> list[AnyOne]:
    """What the packages under `errand.capabilities` offer in their `CAPABILITIES`."""
    packages = [
        importlib.import_module(f"errand.capabilities.{each.name}")
        for each in pkgutil.iter_modules(errand.capabilities.__path__)
        if each.ispkg
    ]
    return [each for package in packages for each in getattr(package, "CAPABILITIES", ())]


every_capability = pytest.mark.parametrize("each", shipped(), ids=lambda each: each.name)


@every_capability
def test_its_name_is_a_subject_and_a_verb(each: AnyOne) -> None:
    assert re.fullmatch(r"[a-z]+(\.[a-z-]+)+", each.name)


@every_capability
def test_it_says_in_a_sentence_or_three_what_it_does(each: AnyOne) -> None:
    sentences = re.findall(r"[^.!?]+[.!?](?=\s|$)", each.description)

    assert 1 <= len(sentences) <= 4
    assert len(each.description) >= 30


@every_capability
def test_every_field_it_takes_or_gives_is_described(each: AnyOne) -> None:
    described = each.describe()

    assert [slot.name for slot in (*described.inputs, *described.outputs) if not slot.description] == []
    assert described.outputs


@every_capability
def test_what_it_changes_outside_needs_an_approval_so_it_declares_its_effects(each: AnyOne) -> None:
    assert each.effects in Effects
    assert each.time_limit_seconds > 0


@every_capability
def test_each_of_its_needs_tells_how_to_get_it(each: AnyOne) -> None:
    assert [need.name for need in each.needs if not need.how_to_get_it.strip()] == []


def test_no_two_have_the_same_name() -> None:
    assert len(list(Catalogue(shipped()))) == len(shipped())
