"""`text.summarize` with a model: in its own words, every sentence borne out by quotations."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import PurePath

from pydantic import BaseModel, Field

from errand.agents.agent import Agent, Bounds, Material, Section
from errand.agents.runner import Agents
from errand.capabilities.cited.tracing import untraced
from errand.capabilities.citing import find_quote
from errand.capabilities.documents.model import Document
from errand.capabilities.text.model import Quotation, Sentence, Summary, SummaryRef
from errand.capabilities.text.rank import keywords, rank_sentences
from errand.capabilities.text.summarize import (
    SummarizeInput,
    SummarizeOutput,
    prose_sentences,
    summarize,
    summary_of,
)
from errand.capability import Capability, Context
from errand.domain.errors import AgentFailed, ContextTooLong, LimitReached, ModelDeclined
from errand.model import Models, Role

_MOST_PARTS = 16
_LONGEST_PART = 60_000
_SHORTEST_PART = 4_000
_OF_A_PART = 6
"""Sentences that are kept of each part of a long document."""


class Stated(BaseModel):
    text: str = Field(min_length=1, description="One sentence of the summary, in your own words.")
    quotes: list[str] = Field(
        min_length=1,
        max_length=4,
        description="One to four passages of the document that bear it out, copied letter for letter.",
    )


class Condensed(BaseModel):
    """The summary, in the order of the document, or with what matters most first."""

    sentences: list[Stated] = Field(
        description="No more than were asked for; none when there is nothing to say."
    )


SUMMARIZER: Agent[Condensed] = Agent(
    name="summarizer",
    role=Role.SUMMARIZE,
    output_type=Condensed,
    bounds=Bounds(turns=8, tool_calls=8, tokens=600_000, output_tokens=6_000),
)


def summarize_capability(agents: Agents, models: Models) -> Capability[SummarizeInput, SummarizeOutput]:
    """The same contract with and without a model; without one, or when it fails, sentences are quoted."""

    def run(given: SummarizeInput, context: Context) -> SummarizeOutput:
        document = context.load_model(given.document, Document)
        quoted = summary_of(document, given.sentences, focus=given.focus)
        if not agents.available(SUMMARIZER) or not quoted.quotations:
            return _output(quoted, document, context)
        try:
            made = _condensed(document, given, _part_length(models), agents, context)
        except (LimitReached, ModelDeclined, AgentFailed, ContextTooLong) as error:
            said = (
                f"No model summarized it ({str(error).rstrip('.')}): its main sentences are quoted instead."
            )
            made = quoted.model_copy(update={"remarks": (said,)})
        return _output(made, document, context)

    return replace(summarize, run=run, time_limit_seconds=3_600.0)


def _part_length(models: Models) -> int:
    """Characters: a third of the context at three characters a token; the rest is for rules and answers."""
    return max(_SHORTEST_PART, min(_LONGEST_PART, models.traits(Role.SUMMARIZE).context_tokens))


def _condensed(
    document: Document, given: SummarizeInput, length: int, agents: Agents, context: Context
) -> Summary:
    parts, remarks = _parts(document, length)
    run = _runner(document, given, agents, context)
    if len(parts) == 1:
        stated = run("The document", parts[0], given.sentences)
    else:
        kept: list[Stated] = []
        for number, part in enumerate(parts, start=1):
            context.progress(f"Summarizing part {number} of {len(parts)}", (number - 1) / (len(parts) + 1))
            kept += run(f"Part {number} of {len(parts)} of the document", part, _OF_A_PART)
        stated = run(
            "Sentences about all parts, each with its quotations", _listed(kept, length), given.sentences
        )
    return _summary(document, stated, remarks)


def _runner(
    document: Document, given: SummarizeInput, agents: Agents, context: Context
) -> Callable[[str, str, int], list[Stated]]:
    focus = f" Say what bears on this, and nothing else: {given.focus}" if given.focus.strip() else ""

    def run(title: str, text: str, most: int) -> list[Stated]:
        def faults(made: Condensed, _context: Context) -> Sequence[str]:
            return list(_faults(made, document, most))

        task = f"Summarize what is below in at most {most} sentences.{focus}"
        agent = replace(SUMMARIZER, accept=faults)
        return agents.run(agent, Material(task, (Section(title, text),)), context).sentences

    return run


def _faults(made: Condensed, document: Document, most: int) -> Iterator[str]:
    if len(made.sentences) > most:
        yield f"There are {len(made.sentences)} sentences; hand in at most {most}."
    for each in made.sentences:
        for quote in each.quotes:
            if find_quote(document, quote) is None:
                yield (
                    f"The quotation “{quote[:160]}” does not stand in the document: copy a passage letter "
                    "for letter, or take out what rests on it."
                )
        for number in untraced(each.text, each.quotes):
            yield f"The number {number} in “{each.text[:120]}” stands in none of its quotations."


def _parts(document: Document, length: int) -> tuple[list[str], tuple[str, ...]]:
    pieces = [block.text for block in document.blocks]
    remarks: tuple[str, ...] = ()
    if len(document.text) > _MOST_PARTS * length:
        pieces = _weightiest(document, _MOST_PARTS * length * 9 // 10)
        remarks = ("It is so long that only its weightiest sentences were read for the summary.",)
    parts: list[str] = []
    now = ""
    for piece in pieces:
        for start in range(0, len(piece), length):
            if now and len(now) + len(piece[start : start + length]) > length:
                parts.append(now)
                now = ""
            now += piece[start : start + length] + "\n"
    return [*parts, now], remarks


def _weightiest(document: Document, room: int) -> list[str]:
    sentences = [sentence.text for sentence in prose_sentences(document)]
    scores = rank_sentences(sentences)
    kept = set()
    for i in sorted(range(len(sentences)), key=lambda i: (-scores[i], i)):
        room -= len(sentences[i]) + 1
        if room < 0:
            break
        kept.add(i)
    return [sentence for i, sentence in enumerate(sentences) if i in kept]


def _listed(kept: Sequence[Stated], room: int) -> str:
    """In their order; of each, as much of its quotations as there is room for all."""
    lines = [f"- {each.text}\n" + "\n".join(f"  “{quote}”" for quote in each.quotes) for each in kept]
    while lines and sum(map(len, lines)) > room:
        lines.remove(max(lines, key=len))
    return "\n".join(lines)


def _summary(document: Document, stated: Sequence[Stated], remarks: tuple[str, ...]) -> Summary:
    found = [[find_quote(document, quote) for quote in each.quotes] for each in stated]
    sources = sorted({s for row in found for s in row if s}, key=lambda s: (s.start or 0, s.end or 0))
    return Summary(
        title=document.title or PurePath(document.name).stem,
        quotations=tuple(Quotation(text=s.quote or "", source=s) for s in sources),
        keywords=tuple(keywords([sentence.text for sentence in prose_sentences(document)])),
        prose=tuple(
            Sentence(
                text=" ".join(each.text.split()), rests_on=tuple(sorted({sources.index(s) for s in row if s}))
            )
            for each, row in zip(stated, found, strict=True)
        ),
        remarks=remarks,
    )


def _output(made: Summary, document: Document, context: Context) -> SummarizeOutput:
    stem = PurePath(document.name).stem or "document"
    sentences = [each.text for each in made.prose] or [quotation.text for quotation in made.quotations]
    return SummarizeOutput(
        summary=context.save_model(SummaryRef, f"{stem}.summary.json", made),
        sentences=[sentence[:1_000] for sentence in sentences],
        keywords=list(made.keywords),
    )
