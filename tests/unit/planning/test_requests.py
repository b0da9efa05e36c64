"""What becomes of requests as people type them, on the capabilities that Errand comes with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel, ConfigDict

from errand.domain.artifact import Artifact
from errand.domain.errors import InputRefused, NothingFits
from errand.domain.plan import Proposal
from errand.domain.request import Request
from errand.planning.choosing import ChoosingPlanner
from errand.planning.playbooks import PlaybookPlanner, load_playbooks
from errand.planning.rules import RulePlanner
from tests.unit.planning.known import KNOWN

TABLE = Path(__file__).with_name("requests.yaml")
NEEDS_A_SETTING = {"edgar.filing"}


class Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    ask: str
    attached: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    does: frozenset[str] = frozenset()
    does_not: frozenset[str] = frozenset()
    reads: int | None = None
    sure: bool | None = None
    leaves: tuple[str, ...] | None = None
    says: tuple[str, ...] = ()
    says_not: tuple[str, ...] = ()
    offered: frozenset[str] = frozenset()


class Table(BaseModel):
    types: Mapping[str, str]
    requests: tuple[Asked, ...]


def _listed(entry: Mapping[str, object]) -> dict[str, object]:
    by = entry.get("by", ())
    return {("attached" if k == "with" else k): v for k, v in entry.items()} | {
        "by": [by] if isinstance(by, str) else by
    }


def _table() -> Table:
    raw = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return Table(types=raw["types"], requests=tuple(Asked(**_listed(each)) for each in raw["requests"]))


@dataclass(frozen=True)
class Became:
    """How a request ended, in the words of the table."""

    by: str
    sentence: str = ""
    steps: tuple[str, ...] = ()
    sure: bool | None = None
    left: tuple[str, ...] = field(default=())


@cache
def planner() -> ChoosingPlanner:
    return ChoosingPlanner(PlaybookPlanner(load_playbooks([], KNOWN)), RulePlanner())


def became(asked: Asked, types: Mapping[str, str]) -> Became:
    files = (
        Artifact(n, types[n.rsplit(".", 1)[-1]], 1, "0" * 64, {"attached": True}) for n in asked.attached
    )
    known = {name: each for name, each in KNOWN.items() if name not in NEEDS_A_SETTING - asked.offered}
    try:
        return planned(planner().propose(Request(asked.ask, tuple(files)), known))
    except NothingFits as said:
        return Became("nothing fits", str(said))
    except InputRefused as said:
        return Became("input refused", str(said))


def planned(proposal: Proposal) -> Became:
    steps = tuple(step.capability for step in proposal.plan.steps)
    said = " ".join((*proposal.remarks, *proposal.not_covered))
    return Became(proposal.plan.made_by, said, steps, proposal.sure, proposal.not_covered)


def wrong(asked: Asked, types: Mapping[str, str]) -> list[str]:
    """Everything that is not as the table says."""
    got = became(asked, types)
    left = "; ".join(got.left)
    checks = {
        "by": not asked.by or got.by in asked.by,
        "does": asked.does <= set(got.steps),
        "does not": not asked.does_not & set(got.steps),
        "reads": asked.reads in (None, got.steps.count("documents.read")),
        "sure": asked.sure in (None, got.sure),
        "leaves": asked.leaves is None
        or (all(words in left for words in asked.leaves) and len(got.left) == len(asked.leaves)),
        "says": all(words in got.sentence for words in asked.says),
        "says not": not any(words in got.sentence for words in asked.says_not),
    }
    return [f"{name}: {got}" for name, holds in checks.items() if not holds]


TYPES, REQUESTS = _table().types, _table().requests


@pytest.mark.parametrize("asked", REQUESTS, ids=lambda asked: " ".join([asked.ask[:60], *asked.attached[:1]]))
def test_a_request_becomes_what_the_table_says(asked: Asked) -> None:
    assert not wrong(asked, TYPES)
