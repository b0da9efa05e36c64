"""A small catalogue about letters, and a planner whose model answers as the test says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from errand.agents.runner import Agents
from errand.capability import CapabilityDescription, Catalogue, Effects, Slot
from errand.domain.artifact import Artifact
from errand.domain.errors import NothingFits
from errand.domain.ids import SubtaskKey
from errand.domain.json import Json, JsonObject
from errand.domain.plan import Plan, Proposal, Reference, Step
from errand.domain.request import Request
from errand.domain.typical import Typical
from errand.model import Prompt, Reply
from errand.models.scripted import ScriptedModels, calling
from errand.planning.estimating import Estimator
from errand.planning.model.planner import ModelPlanner
from errand.planning.state import StepState, TaskState
from errand.testing import FolderContext


def described(
    name: str, takes: str, gives: str, effects: Effects = Effects.NONE, told: str = ""
) -> CapabilityDescription:
    """Slots as `letter`, `letters:letter*`, `wish:text?`: name, type, `*` a list, `?` not needed."""
    inputs, outputs = (tuple(_slot(each) for each in text.split()) for text in (takes, gives))
    return CapabilityDescription(name, told or f"What {name} does.", inputs, outputs, effects)


def _slot(text: str) -> Slot:
    name, _, word = text.partition(":")
    word = word or name
    return Slot(name, word.strip("*?"), required="?" not in word, many="*" in word)


CATALOGUE: Mapping[str, CapabilityDescription] = {
    each.name: each
    for each in (
        described("letter.read", "file", "letter sender:text"),
        described("letter.answer", "letters:letter* wish:text", "reply"),
        described("reply.proof", "reply letters:letter*?", "passed:flag faults:text*"),
        described("reply.send", "reply to:text", "receipt:text", Effects.OUTSIDE),
        described("scan.read", "file", "letter"),
    )
}
LETTER = Artifact("letter.txt", "text/plain", 1_234, "0" * 64, {"attached": True})
REQUEST = Request("Answer this letter politely.", (LETTER,))

READ: JsonObject = {
    "key": "read",
    "capability": "letter.read",
    "title": "Read the letter",
    "inputs": {"file": {"$from": "request.attachments[0]"}},
}
ANSWER: JsonObject = {
    "key": "answer",
    "capability": "letter.answer",
    "title": "Answer it",
    "inputs": {"letters": [{"$from": "read.letter"}], "wish": "politely"},
}
PROOF: JsonObject = {
    "key": "proof",
    "capability": "reply.proof",
    "title": "Check the answer",
    "inputs": {"reply": {"$from": "answer.reply"}},
}
SEND: JsonObject = {
    "key": "send",
    "capability": "reply.send",
    "title": "Send it",
    "inputs": {"reply": {"$from": "answer.reply"}, "to": "them@example.org"},
}


def draft(*steps: JsonObject, **more: Json) -> JsonObject:
    return {"steps": list(steps), "result": "answer.reply", "check": "proof", **more}


GOOD = draft(READ, ANSWER, PROOF)


def changed(step: JsonObject, **to: Json) -> JsonObject:
    return {**step, **to}


@dataclass
class Fixed:
    """Keeps `Planner`: one proposal, or nothing fits."""

    proposal: Proposal | None = None

    def propose(self, request: Request, catalogue: Mapping[str, CapabilityDescription]) -> Proposal:
        del request, catalogue
        if self.proposal is None:
            raise NothingFits("No playbook fits this request.")
        return self.proposal


def by_rules(*, sure: bool = True) -> Fixed:
    step = Step(SubtaskKey("read"), "letter.read", "Read it", {"file": {"$from": "request.attachments[0]"}})
    return Fixed(Proposal(Plan((step,), made_by="rules"), 0.9 if sure else 0.3, sure))


def playbook() -> Fixed:
    """Reads, answers and checks, as a playbook of the name `letters`."""
    steps = (
        Step(SubtaskKey("read"), "letter.read", "Read it", {"file": {"$from": "request.attachments[0]"}}),
        Step(
            SubtaskKey("answer"),
            "letter.answer",
            "Answer it",
            {"letters": [{"$from": "read.letter"}], "wish": "politely"},
        ),
        Step(SubtaskKey("proof"), "reply.proof", "Check it", {"reply": {"$from": "answer.reply"}}),
    )
    result = Reference(SubtaskKey("answer"), ("reply",))
    return Fixed(Proposal(Plan(steps, result, SubtaskKey("proof"), "playbook letters"), 0.9, sure=True))


@dataclass
class Handing:
    """A script: hands these in, one after the other; the last again and again."""

    drafts: Sequence[JsonObject]
    asked: int = 0

    def __call__(self, prompt: Prompt) -> Reply:
        assert prompt.output is not None
        handed = self.drafts[min(self.asked, len(self.drafts) - 1)]
        self.asked += 1
        return calling((prompt.output.name, handed))


@dataclass
class Planning:
    """A planner and what it needs, for one test."""

    folder: Path
    models: ScriptedModels
    fallback: Fixed = field(default_factory=Fixed)
    playbooks: Fixed = field(default_factory=Fixed)
    history: Mapping[str, Typical] = field(default_factory=dict)
    catalogue: Mapping[str, CapabilityDescription] = field(default_factory=lambda: CATALOGUE)

    def __post_init__(self) -> None:
        self.context = FolderContext(self.folder)
        self.planner = ModelPlanner(
            agents=Agents(self.models, lambda: Catalogue([])),
            fallback=self.fallback,
            playbooks=self.playbooks,
            estimator=Estimator(lambda: self.history, lambda name: name == "letter.answer"),
            model="scripted",
        )

    def plan(self, request: Request = REQUEST) -> Proposal:
        return self.planner.plan(request, self.catalogue, self.context, None, "")

    def anew(self, state: TaskState, why: str = "It failed.") -> Proposal:
        return self.planner.plan(REQUEST, self.catalogue, self.context, state, why)

    @property
    def shown(self) -> str:
        """The first message of the last call."""
        return self.said(0)

    def said(self, place: int) -> str:
        """A message of the last call; -1 is the last."""
        return getattr(self.models.prompts[-1].messages[place], "text", "")


def planning(folder: Path, *drafts: JsonObject, **kept: object) -> Planning:
    return Planning(folder, ScriptedModels(Handing(drafts)), **kept)  # type: ignore[arg-type]  # as named


def state(*steps: StepState, result: str = "answer.reply", check: str | None = "proof") -> TaskState:
    return TaskState(revision=1, result=result, check=check, made_by="model scripted", steps=steps)
