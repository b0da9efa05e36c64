"""How large prompts are, and how much of one a provider has seen in the call before it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.tapes.tape import Exchange, read_tape

from errand.agents.account import front_share
from errand.agents.agent import Agent, Material, Section
from errand.agents.runner import Agents
from errand.capabilities.code.changing import PROGRAMMER
from errand.capabilities.extracting.extract import _EXTRACTOR as EXTRACTOR
from errand.capabilities.reports.drafting import DRAFTER
from errand.capabilities.reports.reviewing import REVIEWER
from errand.capabilities.text.analyzing import ANALYST
from errand.capabilities.text.answering import ANSWERER
from errand.capabilities.text.reasoning import REASONER
from errand.capabilities.text.summarizing import SUMMARIZER, Condensed
from errand.capabilities.work import WORKER
from errand.capability import Catalogue
from errand.config import Settings
from errand.container.embedded import Embedded
from errand.domain.errors import ModelDeclined
from errand.domain.json import JsonObject
from errand.domain.task import SubtaskStatus
from errand.model import Message, Prompt, Replied, Reply, Said, ToolOffer
from errand.models.estimate import prompt_tokens, text_tokens
from errand.models.scripted import ScriptedModels, calling
from errand.planning.model import describing
from errand.planning.model.narrowing import narrowed
from errand.planning.model.planner import PLANNER, REPLANNER
from errand.planning.state import StepState, TaskState
from errand.testing import FolderContext

AGENTS: tuple[Agent[Any], ...] = (
    PLANNER,
    REPLANNER,
    WORKER,
    ANALYST,
    ANSWERER,
    DRAFTER,
    replace(EXTRACTOR, output_type=Condensed),  # the real one is made from the fields that are asked for
    PROGRAMMER,
    REASONER,
    REVIEWER,
    SUMMARIZER,
)
REQUEST = "Compare these three offers, add up what each costs over three years, and recommend one of them"
RECORDED = Path(__file__).parents[1] / "prompt_sizes.json"
TAPES = Path(__file__).parents[2] / "tests" / "tapes"
FEW = 20
"""To so many capabilities a catalogue is narrowed here, to show what it is worth."""


@dataclass(frozen=True)
class Size:
    characters: int
    tokens: int
    """Estimated, rather too many."""


@contextmanager
def catalogue() -> Iterator[Catalogue]:
    """All that an installation with a model offers."""
    settings = Settings(model="any@http://127.0.0.1:9/v1", edgar_user_agent="Ann Example ann@example.org")
    with TemporaryDirectory() as folder:
        installation = Embedded(settings.model_copy(update={"home": Path(folder)}))
        try:
            yield installation.parts.abilities.catalogue
        finally:
            installation.close()


def sizes() -> dict[str, Size]:
    """The stable front of each agent, and what the planner is told of capabilities."""
    with catalogue() as known:
        found = {agent.name: _size(front(agent, known)) for agent in AGENTS}
        described = known.descriptions()
    whole, few = describing.capabilities(described), narrowed(REQUEST, described, most=FEW)
    found["capabilities, all"] = _text_size(whole.text)
    found["capabilities, narrowed"] = _text_size(describing.capabilities(few).text)
    found["state of a task of 12 steps"] = _text_size(describing.task_state(_half_done()).text)
    return found


def front(agent: Agent[Any], known: Catalogue) -> Prompt:
    """Instructions, tools and the way to hand in, as the model gets them."""

    def decline(prompt: Prompt) -> Reply:
        raise ModelDeclined(f"{prompt.max_output_tokens} tokens of answer are not wanted here.")

    models = ScriptedModels(decline)
    with TemporaryDirectory() as folder:
        try:
            Agents(models, lambda: known).run(agent, Material("Any."), FolderContext(Path(folder)))
        except ModelDeclined:
            return replace(models.prompts[0], messages=())
    raise LookupError(f"{agent.name} asked no model")


def _size(prompt: Prompt) -> Size:
    offers = (*prompt.tools, *([prompt.output] if prompt.output else []))
    written = sum(len(each.name + each.description + json.dumps(each.schema)) for each in offers)
    return Size(len(prompt.instructions) + written, prompt_tokens(prompt))


def _text_size(text: str) -> Size:
    return Size(len(text), text_tokens(text))


def _half_done() -> TaskState:
    """Steps with outputs as long as they are shown, one that failed, and some that have not run."""
    output: JsonObject = {"text": "Sales of pens rose by 4.2 percent to 1,318 million. " * 10}
    states = [SubtaskStatus.SUCCEEDED] * 6 + [SubtaskStatus.DEAD] + [SubtaskStatus.PENDING] * 5
    steps = tuple(
        StepState(
            key=f"step-{n}",
            capability="text.analyze",
            title=f"Look at part {n} of the offers",
            status=status,
            inputs={"documents": [{"$from": "request", "path": "attachments.0"}], "criteria": "costs"},
            needs=(f"step-{n - 1}",) if n else (),
            output=output if status is SubtaskStatus.SUCCEEDED else None,
            error="The provider could not be reached." if status is SubtaskStatus.DEAD else "",
        )
        for n, status in enumerate(states)
    )
    return TaskState(revision=1, result="step-11.text", steps=steps)


def recorded() -> dict[str, int]:
    """Characters by name, as they were written down last."""
    found: dict[str, int] = json.loads(RECORDED.read_text(encoding="utf-8"))
    return found


def write() -> None:
    found = {name: size.characters for name, size in sizes().items()}
    RECORDED.write_text(f"{json.dumps(found, indent=2)}\n", encoding="utf-8")


# -- what a provider can take from its cache -------------------------------------------------------------


READS = ("runner.py", "tools.py", "turns.py", "conversation.py", "files.py")
"""Of Errand's own agents: between 3,000 and 10,000 characters each."""


def conversation() -> list[Prompt]:
    """Eight turns of the programmer with its real tools on real files."""
    moves = [
        calling(("files_list", {})),
        calling(("files_search", {"text": "def call"})),
        *(calling(("files_read", {"path": name})) for name in READS),
        calling(("files_changes", {})),
    ]
    source = Path(__file__).parents[2] / "src" / "errand" / "agents"
    with TemporaryDirectory() as folder, catalogue() as known:
        context = FolderContext(Path(folder))
        for name in READS:
            (context.workspace / name).write_bytes((source / name).read_bytes())

        def reply(prompt: Prompt) -> Reply:
            turn = sum(isinstance(each, Replied) for each in prompt.messages)
            if turn == len(moves):
                raise ModelDeclined("That was the conversation.")
            return moves[turn]

        models = ScriptedModels(reply)
        material = Material(
            "Let a tool be called with a time limit.",
            (Section("The request", "Improve the tools of agents in this codebase", trusted=True),),
        )
        try:
            Agents(models, lambda: known).run(PROGRAMMER, material, context)
        except ModelDeclined:
            return models.prompts[: len(moves)]
    raise LookupError("The conversation did not come to its end")


@dataclass(frozen=True)
class Share:
    turn: int
    """In its conversation, from 1."""
    share: float
    """Of the prompt, what an earlier one had as its front."""


LATER = 5
"""From this turn on a single long result does not outweigh all that was there before."""


def shares(prompts: list[Prompt]) -> list[Share]:
    """Of each prompt but the first."""
    return [Share(n, front_share(*both)) for n, both in enumerate(pairwise(prompts), start=2)]


def later(found: list[Share]) -> list[float]:
    return [each.share for each in found if each.turn >= LATER]


def taped_shares() -> Mapping[str, list[Share]]:
    """By tape: of each prompt that goes on from an earlier one."""
    return {path.stem: _continued(read_tape(path)) for path in sorted(TAPES.glob("*.jsonl"))}


def _continued(exchanges: list[Exchange]) -> list[Share]:
    prompts = [_prompt(each) for each in exchanges]
    turns = [1 + sum(_replied(message) for message in each.messages) for each in exchanges]
    return [
        Share(turn, max(front_share(earlier, prompts[n]) for earlier in prompts[:n]))
        for n, turn in enumerate(turns)
        if turn > 1
    ]


def _prompt(taped: Exchange) -> Prompt:
    instructions = "".join(str(each["content"]) for each in taped.messages if each["role"] == "system")
    said: list[Message] = [Said(json.dumps(each)) for each in taped.messages if each["role"] != "system"]
    tools = tuple(ToolOffer("", "", each) for each in taped.also.get("tools", ()))
    return Prompt(instructions, tuple(said), tools)


def _replied(message: JsonObject) -> bool:
    return message["role"] == "assistant"
