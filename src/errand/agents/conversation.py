"""One conversation of an agent: its record, and the prompt that follows from it."""

from collections.abc import Sequence

from errand.agents.agent import Material
from errand.agents.files import Files, of_kind
from errand.agents.material import conversation_of, first_message
from errand.agents.turns import (
    Afresh,
    Began,
    Entry,
    Exchange,
    HandedIn,
    RecordedFile,
    ReplyGiven,
    ResultGiven,
    SaidSo,
    Shortened,
    exchanges,
    read,
    written,
)
from errand.capability import Context
from errand.domain.budget import Amounts
from errand.domain.json import JsonObject
from errand.model import Message, Said, ToolResult


class Conversation:
    """Nothing is kept beside the record: an attempt after a crash makes everything again from it."""

    def __init__(self, agent: str, material: Material, context: Context) -> None:
        """Takes up what was recorded, with the files that it made; empty when there is nothing."""
        self._context = context
        self._key = conversation_of(agent, material)
        self.agent = agent
        self.files = Files()
        for ref in material.files:
            self.files.add(ref)
        self._first = first_message(material, self.files, context.now.date())
        everything = read(context.turns())
        own = [each for each in everything if each.conversation == self._key]
        self.spent = sum((e.spent for e in own if isinstance(e, ReplyGiven)), Amounts())
        """Over all attempts, also by conversations that were given up."""
        given_up = max((n for n, each in enumerate(own) if isinstance(each, Afresh)), default=-1)
        self.entries = own[given_up + 1 :]
        self.files.reserve(file.shown for each in everything for file in _files(each) if file.made)
        for each in self.entries:
            self._restore(_files(each))

    def begin(self, front: str) -> None:
        """`front`: fingerprint of instructions and tools."""
        if not self.entries:
            self.add(Began(agent=self.agent, front=front, first=self._first))

    def add(self, entry: Entry, told: JsonObject | None = None) -> None:
        """Durable when this returns."""
        kept = entry.model_copy(update={"conversation": self._key})
        self._context.record_turn(written(kept), told)
        self.entries.append(kept)

    @property
    def output(self) -> JsonObject | None:
        """What was handed in and accepted."""
        last = self.entries[-1] if self.entries else None
        return last.output if isinstance(last, HandedIn) else None

    @property
    def last(self) -> Exchange | None:
        had = exchanges(self.entries)
        return had[-1] if had else None

    @property
    def replies(self) -> int:
        return sum(isinstance(each, ReplyGiven) for each in self.entries)

    def messages(self) -> tuple[Message, ...]:
        return messages(self.entries)

    def _restore(self, files: Sequence[RecordedFile]) -> None:
        for file in files:
            ref = self.files.restore(file)
            if file.made:
                self._context.adopt(of_kind(file.type), ref)


def messages(entries: Sequence[Entry]) -> tuple[Message, ...]:
    """What is sent: always the same from the same record, and longer only at its end, but for results that
    were shortened."""
    lines: dict[int, str] = {}
    for each in entries:
        lines |= each.lines if isinstance(each, Shortened) else {}
    made = (_message(each, lines.get(n)) for n, each in enumerate(entries))
    return tuple(each for each in made if each is not None)


def _message(entry: Entry, line: str | None) -> Message | None:
    match entry:
        case Began():
            return Said(entry.first)
        case ReplyGiven():
            return entry.message()
        case ResultGiven():
            text = entry.text if line is None else line
            return ToolResult(entry.call, entry.name, text, failed=entry.failed)
        case SaidSo():
            return Said(entry.text)
        case Shortened():
            return Said(
                "The conversation grew long: results of tools from earlier turns are shown as a line each "
                f"now ({len(entry.lines)})."
            )
        case HandedIn() | Afresh():
            return None


def _files(entry: Entry) -> tuple[RecordedFile, ...]:
    return entry.files if isinstance(entry, ResultGiven | Shortened) else ()
