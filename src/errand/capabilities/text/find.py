"""Passages of a document that answer to a query, with where they stand."""

from pathlib import PurePath

from pydantic import BaseModel, Field

from errand.capabilities.documents.model import BlockKind, Document, DocumentRef
from errand.capabilities.text.model import Quotation, Summary, SummaryRef
from errand.capabilities.text.rank import Bm25
from errand.capabilities.text.sentences import split_sentences
from errand.capabilities.text.summarize import Sentence, source_of
from errand.capabilities.text.words import terms
from errand.capability import Context, capability

_LONGEST_PASSAGE = 1_200
_MOST_OUTPUT = 40_000
"""Characters of all passages together, well within the 64 KB of an output."""


class FindInput(BaseModel):
    document: DocumentRef = Field(description="The document to search.")
    query: str = Field(min_length=1, description="The words to look for.")
    limit: int = Field(default=10, ge=1, le=50, description="How many passages at most.")


class FindOutput(BaseModel):
    passages: list[Quotation] = Field(
        description="Passages that fit, the best first, verbatim with their place."
    )
    found: SummaryRef = Field(description="The same passages, as a report takes them.")


@capability("text.find")
def find(input: FindInput, context: Context) -> FindOutput:  # noqa: A002  # the contract's name
    """Search a document and find the passages that say something about a query or mention it, verbatim.

    Looks up words, topics, names and mentions, and gives each place where they stand.
    """
    document = context.load_model(input.document, Document)
    passages: list[Quotation] = []
    room = _MOST_OUTPUT
    for passage in passages_of(document, input.query, input.limit):
        room -= 2 * len(passage.text) + 400
        if room < 0:
            break
        passages.append(passage)
    summary = Summary(title=document.title or PurePath(document.name).stem, quotations=tuple(passages))
    stem = PurePath(document.name).stem or "document"
    return FindOutput(
        passages=passages, found=context.save_model(SummaryRef, f"{stem}.passages.json", summary)
    )


def passages_of(document: Document, query: str, limit: int) -> list[Quotation]:
    """BM25 over blocks; of a long block the sentence, of a table the line, that fits best."""
    wanted = terms(query)
    scores = Bm25([terms(block.text[:20_000]) for block in document.blocks]).scores(wanted)
    best = sorted((i for i, score in enumerate(scores) if score > 0), key=lambda i: (-scores[i], i))[:limit]
    return [_quotation(document, number, wanted, scores[number] / scores[best[0]]) for number in best]


def _quotation(document: Document, number: int, wanted: list[str], score: float) -> Quotation:
    block = document.blocks[number]
    start, end = 0, len(block.text)
    if end > _LONGEST_PASSAGE or block.kind is BlockKind.TABLE:
        spans = split_sentences(block.text[:20_000])
        fits = Bm25([terms(block.text[a:b]) for a, b in spans]).scores(wanted)
        start, end = spans[fits.index(max(fits))]
        end = min(end, start + _LONGEST_PASSAGE)
    passage = Sentence(block.text[start:end], number, block.start + start)
    return Quotation(text=passage.text, source=source_of(document, passage), score=round(score, 4))
