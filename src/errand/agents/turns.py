"""A conversation as it is recorded: entries, of which everything else is made again after a crash."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter

from errand.domain.budget import Amounts, Usage
from errand.domain.json import JsonObject
from errand.model import Finish, Replied, Reply, ToolCall


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True)
    conversation: str = ""
    """Which of a subtask's conversations it belongs to: see `material.conversation_of`."""


class Began(_Entry):
    kind: Literal["began"] = "began"
    agent: str
    front: str
    """Fingerprint of instructions and tools. Where a later version's differs, the conversation goes on with
    its first message as recorded and with that version's instructions and tools."""
    first: str


class RecordedCall(BaseModel):
    id: str
    name: str
    arguments: dict[str, JsonValue] | None
    written: str = ""

    def call(self) -> ToolCall:
        return ToolCall(self.id, self.name, self.arguments, self.written)


class ReplyGiven(_Entry):
    kind: Literal["reply"] = "reply"
    text: str
    calls: tuple[RecordedCall, ...]
    raw: dict[str, JsonValue] | None = None
    model: str
    finish: Finish
    usage: Usage
    spent: Amounts
    """With all that was tried for it, as it was settled."""

    def message(self) -> Replied:
        return Replied(self.text, tuple(each.call() for each in self.calls), self.raw)


class Became(StrEnum):
    """What became of a call."""

    RAN = "ran"
    REFUSED_BY_TOOL = "refused by tool"
    """The tool ran and could not do it: the model may try something else."""
    WRONG = "wrong"
    """It could not be made as it was written."""
    OUTPUT_REFUSED = "output refused"


class RecordedFile(BaseModel):
    shown: str
    """Its name in the conversation."""
    type: str
    """Its kind, as `ArtifactRef.kind`."""
    name: str
    media_type: str
    size: int
    sha256: str
    made: bool
    """A tool of this conversation saved it; False: it gave back what was stored before."""


class ResultGiven(_Entry):
    kind: Literal["result"] = "result"
    call: str
    name: str
    text: str
    became: Became
    files: tuple[RecordedFile, ...] = ()
    faults: tuple[str, ...] = ()
    """Of an output that was refused, a sentence each."""

    @property
    def failed(self) -> bool:
        return self.became is not Became.RAN


class Why(StrEnum):
    CORRECTION = "correction"
    LAST = "last"


class SaidSo(_Entry):
    kind: Literal["said"] = "said"
    text: str
    why: Why
    reason: str = ""
    """Why it is the last turn."""


class Shortened(_Entry):
    """From here on these results are shown as a line, and the model is told so."""

    kind: Literal["shortened"] = "shortened"
    lines: dict[int, str]
    """By the number of the entry in the conversation."""
    files: tuple[RecordedFile, ...] = ()


class HandedIn(_Entry):
    """The end: an output was accepted."""

    kind: Literal["handed-in"] = "handed-in"
    output: dict[str, JsonValue]


class Afresh(_Entry):
    """It was given up; what comes after is a new conversation about the same."""

    kind: Literal["afresh"] = "afresh"
    reason: str


Entry = Annotated[
    Began | ReplyGiven | ResultGiven | SaidSo | Shortened | HandedIn | Afresh, Field(discriminator="kind")
]
_ENTRY: TypeAdapter[Entry] = TypeAdapter(Entry)


def read(turns: Sequence[JsonObject]) -> list[Entry]:
    """Raises pydantic.ValidationError when the record was written by something else."""
    return [_ENTRY.validate_python(turn) for turn in turns]


def written(entry: Entry) -> JsonObject:
    values: JsonObject = _ENTRY.dump_python(entry, mode="json")
    return values


def reply_given(reply: Reply, spent: Amounts) -> ReplyGiven:
    calls = tuple(
        RecordedCall(id=each.id, name=each.name, arguments=each.arguments, written=each.written)
        for each in reply.calls
    )
    return ReplyGiven(
        text=reply.text, calls=calls, raw=reply.raw, model=reply.model, finish=reply.finish,
        usage=reply.usage, spent=spent,
    )  # fmt: skip


class Exchange(BaseModel):
    """A reply, and what was answered to it so far."""

    model_config = ConfigDict(frozen=True)
    reply: ReplyGiven
    results: tuple[ResultGiven, ...] = ()
    said: tuple[SaidSo, ...] = ()

    def pending(self, output: str) -> tuple[ToolCall, ...]:
        """Calls without a result, in the order in which they are made: handing in comes last."""
        calls = [each.call() for each in self.reply.calls]
        ordered = [c for c in calls if c.name != output] + [c for c in calls if c.name == output]
        return tuple(ordered[len(self.results) :])

    @property
    def fumbled(self) -> bool:
        """Nothing ran, and something could not be made or was missing."""
        became = {each.became for each in self.results}
        corrected = any(each.why is Why.CORRECTION for each in self.said)
        return corrected or (Became.WRONG in became and Became.RAN not in became)

    @property
    def refused(self) -> bool:
        """It handed in an output that was refused."""
        return any(each.became is Became.OUTPUT_REFUSED for each in self.results)


def exchanges(entries: Sequence[Entry]) -> list[Exchange]:
    had: list[Exchange] = []
    for each in entries:
        if isinstance(each, ReplyGiven):
            had.append(Exchange(reply=each))
        elif had and isinstance(each, ResultGiven):
            had[-1] = had[-1].model_copy(update={"results": (*had[-1].results, each)})
        elif had and isinstance(each, SaidSo):
            had[-1] = had[-1].model_copy(update={"said": (*had[-1].said, each)})
    return had
