"""The documents that a model was given: shown to it, and asked whether it quoted them truly."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

from pydantic import BaseModel, Field

from errand.agents.agent import Section
from errand.capabilities.citing import find_quote
from errand.capabilities.documents.model import BlockKind, Document, DocumentRef
from errand.capabilities.documents.passages import marked
from errand.capabilities.documents.read import parse
from errand.capabilities.sources import Source
from errand.capabilities.text.find import passages_of
from errand.capabilities.text.model import Quotation
from errand.capability import ArtifactRef, Context
from errand.model import Models, Role

MOST_ROOM = 60_000
_PASSAGES = 12
_HEADINGS = 60
_LEAST_QUOTE = 12
_SHORTENED = 160


class Cited(BaseModel):
    """A passage that something rests on."""

    document: str = Field(description="Name of the document, as it is listed with the files.")
    quote: str = Field(
        min_length=1,
        description="The passage, copied letter for letter from the document: best a whole sentence, or a "
        "whole line of a table. Never reworded, shortened with dots, or put together from two places.",
    )


def room_of(models: Models, role: Role) -> int:
    """A third of what the model reads, at three characters a token; the rest is for rules and answers."""
    return min(MOST_ROOM, models.traits(role).context_tokens)


@dataclass(frozen=True)
class Shelf:
    documents: tuple[Document, ...] = ()
    names: tuple[str, ...] = ()
    """As the files are listed for the model; each beside its document."""
    room: int = MOST_ROOM
    """Characters of all documents together that are shown at once; the rest is read with tools."""

    @classmethod
    def open(cls, refs: Sequence[DocumentRef], context: Context, room: int = MOST_ROOM) -> Self:
        documents = tuple(context.load_model(ref, Document) for ref in refs)
        return cls(documents, tuple(ref.name for ref in refs), room)

    def joined(self, files: Sequence[ArtifactRef], context: Context) -> Self:
        """With other text files, read as documents. Raises InputRefused when one can not be read."""
        added = [
            (parse(context.load(each), each.name), each.name) for each in files if not self.find(each.name)
        ]
        documents = (*self.documents, *(document for document, _ in added))
        return replace(self, documents=documents, names=(*self.names, *(name for _, name in added)))

    def find(self, name: str) -> Document | None:
        """By the name of its file here, or of the original."""
        wanted = name.strip().casefold()
        for document, listed in zip(self.documents, self.names, strict=True):
            if wanted in (listed.casefold(), document.name.casefold()):
                return document
        return None

    def place(self, cited: Cited, *, short: bool = False) -> Source | str:
        """Where it stands; or what is wrong with the citation, a sentence for whoever wrote it.

        `short`: a word will do, because its neighbourhood says what it is.
        """
        document = self.find(cited.document)
        if document is None:
            known = ", ".join(self.names) or "none"
            return f"There is no document called {cited.document!r}; the documents are: {known}."
        if not short and len(cited.quote.strip()) < _LEAST_QUOTE:
            return f"The quotation “{cited.quote}” is too short to bear anything out: quote its sentence."
        found = find_quote(document, cited.quote)
        if found is None:
            return (
                f"The quotation “{_shortened(cited.quote)}” does not stand in {cited.document}: copy a "
                "passage letter for letter, or take out what rests on it."
            )
        return found

    def quotation(self, cited: Cited, *, short: bool = False) -> Quotation | str:
        found = self.place(cited, short=short)
        return found if isinstance(found, str) else Quotation(text=found.quote or "", source=found)

    def sections(self, about: str) -> tuple[Section, ...]:
        """Whole where all of them fit, else what there is and what seems to matter."""
        whole = sum(len(document.text) for document in self.documents) <= self.room
        room = self.room // max(1, len(self.documents))
        pairs = zip(self.documents, self.names, strict=True)
        return tuple(_whole(d, name) if whole else _excerpt(d, name, about, room) for d, name in pairs)


def _whole(document: Document, name: str) -> Section:
    return Section(f"The whole of {name}", "\n".join(_numbered(document)))


def _excerpt(document: Document, name: str, about: str, room: int) -> Section:
    headings = [f"[{n}] {b.text}" for n, b in enumerate(document.blocks) if b.kind is BlockKind.HEADING]
    passages = [f"[{q.source.block}] {q.text}" for q in passages_of(document, about, _PASSAGES)]
    text = "\n".join(
        (
            f"Of {len(document.blocks)} blocks and {len(document.text):,} characters, these are parts.",
            "Headings:",
            *headings[:_HEADINGS],
            "Passages that seem to fit:",
            *passages,
            "It begins:",
            *_numbered(document),
        )
    )
    return Section(f"Parts of {name}; read on with the tools", text[:room])


def _numbered(document: Document) -> Iterator[str]:
    for number, block in enumerate(document.blocks):
        yield marked(number, block)


def _shortened(text: str) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= _SHORTENED else f"{folded[:_SHORTENED]}…"
