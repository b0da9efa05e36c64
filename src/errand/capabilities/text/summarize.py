"""Extractive summaries: the sentences that say most of a document, verbatim, each with where it stands."""

import re
from dataclasses import dataclass
from pathlib import PurePath

from pydantic import BaseModel, Field

from errand.capabilities.documents.model import Block, BlockKind, Document, DocumentRef
from errand.capabilities.sources import Source
from errand.capabilities.text.model import Quotation, Summary, SummaryRef
from errand.capabilities.text.rank import keywords, pick, rank_sentences
from errand.capabilities.text.sentences import split_sentences
from errand.capability import Context, capability

_PROSE = frozenset({BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.QUOTE})
_MOST_SENTENCES = 40_000
_LONGEST_QUOTE = 1_500
_WORDS = re.compile(r"[^\W\d_]{2,}")


class SummarizeInput(BaseModel):
    document: DocumentRef = Field(description="The document to summarize.")
    sentences: int = Field(default=7, ge=1, le=50, description="How many sentences the summary has at most.")
    focus: str = Field(default="", description="A topic or question that the summary should be about.")


class SummarizeOutput(BaseModel):
    summary: SummaryRef = Field(description="The summary: verbatim sentences, each with its source.")
    sentences: list[str] = Field(description="The sentences of the summary in the order of the document.")
    keywords: list[str] = Field(description="The words that the document is about.")


@capability("text.summarize")
def summarize(input: SummarizeInput, context: Context) -> SummarizeOutput:  # noqa: A002  # the contract's name
    """Summarize a document or text: shorten it to its key points and main sentences, quoted verbatim.

    Can focus on a topic or question.
    """
    document = context.load_model(input.document, Document)
    made = summary_of(document, input.sentences, focus=input.focus)
    stem = PurePath(document.name).stem or "document"
    return SummarizeOutput(
        summary=context.save_model(SummaryRef, f"{stem}.summary.json", made),
        sentences=[quotation.text[:1_000] for quotation in made.quotations],
        keywords=list(made.keywords),
    )


@dataclass(frozen=True)
class Sentence:
    text: str
    block: int
    """Index of the block it stands in."""
    start: int
    """Offset in the document's text."""

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def summary_of(document: Document, limit: int, *, focus: str = "") -> Summary:
    """Up to `limit` sentences; of a document without prose (tables, code) an empty summary."""
    sentences = prose_sentences(document)
    texts = [sentence.text for sentence in sentences]
    scores = rank_sentences(texts, focus=focus)
    chosen = sorted(pick(texts, scores, limit))
    return Summary(
        title=document.title or PurePath(document.name).stem,
        quotations=tuple(
            Quotation(
                text=sentences[i].text, source=source_of(document, sentences[i]), score=round(scores[i], 4)
            )
            for i in chosen
        ),
        keywords=tuple(keywords(texts)),
    )


def prose_sentences(document: Document) -> list[Sentence]:
    """Sentences of paragraphs, list items and quotations that hold words; repeated ones only once."""
    found: list[Sentence] = []
    seen: set[str] = set()
    for number, block in enumerate(document.blocks):
        if block.kind not in _PROSE:
            continue
        for start, end in split_sentences(block.text):
            text = block.text[start:end]
            if text not in seen and end - start <= _LONGEST_QUOTE and len(_WORDS.findall(text)) >= 4:
                seen.add(text)
                found.append(Sentence(text, number, block.start + start))
        if len(found) >= _MOST_SENTENCES:
            break
    return found


def source_of(document: Document, sentence: Sentence) -> Source:
    return Source(
        document=document.name,
        sha256=document.sha256,
        where=place(document, sentence.block),
        quote=sentence.text,
        block=sentence.block,
        start=sentence.start,
        end=sentence.end,
    )


def place(document: Document, number: int) -> str:
    """Where a block stands, for a person: `page 12, Risk factors`, `paragraph 4`, `table`."""
    block = document.blocks[number]
    parts = [f"page {block.page}"] if block.page is not None else []
    if block.sheet:
        parts.append(f"sheet {block.sheet}")
    if heading := _heading_above(document, number):
        parts.append(heading.text[:80])
    return ", ".join(parts) or ("table" if block.kind is BlockKind.TABLE else f"paragraph {number + 1}")


def _heading_above(document: Document, number: int) -> Block | None:
    above = (document.blocks[i] for i in range(number, max(-1, number - 2_000), -1))
    return next((block for block in above if block.kind is BlockKind.HEADING), None)
