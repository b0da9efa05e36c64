"""The sentences that say what a risk is, verbatim, each with its place in the filing."""

import re
from dataclasses import dataclass

from errand.capabilities.filings.model import RiskFactor
from errand.capabilities.risks.scoring import figures_in, past_events, severe_words
from errand.capabilities.sources import Source
from errand.capabilities.text.model import Quotation
from errand.capabilities.text.rank import pick, rank_sentences
from errand.capabilities.text.sentences import split_sentences

_FULL_STOP = re.compile(r"[.!?][\"”’)\]]*$")
_DANGLING = re.compile(
    r"^(?:(?:in addition|for example|however|further|furthermore|moreover|additionally|as a result|also"
    r"|accordingly|consequently|therefore|similarly|for these reasons)[\s,]"
    r"|(?:such|these|this|those|it|they|its"
    r"|their|but|and|or|any such|another)\s"
    r"|(?:if|while|although|because|despite|due to|as|when|many of|some of"
    r"|any of|all of|each of|most of|in)\s+(?:any of\s+)?(?:such|these|this|those|it|they|that)\b)",
    re.I,
)
_LONGEST, _LONGEST_AT_ALL = 420, 700
_LONG_TEXT = 2_500
_CONSEQUENCE = re.compile(
    r"\b(?:could|may|can|would|might|will)\b.{0,200}\b(?:adverse|harm|result in|los[se]|disrupt|reduc|increas"
    r"|limit|impair|prevent|damage|affect|subject)",
    re.I,
)
_FEWEST_WORDS = 8
_CHOICE = 3
"""When so many stand on their own, no other is quoted."""


@dataclass(frozen=True)
class _Sentence:
    text: str
    start: int
    """In the text of the document."""
    block: int | None
    page: int | None


def quotations_of(factor: RiskFactor) -> tuple[Quotation, ...]:
    """One to three sentences in the order of the text; the heading where the text holds no whole sentence."""
    sentences = _sentences(factor)
    if not sentences:
        return (Quotation(text=factor.source.quote or factor.heading, source=factor.source),)
    texts = [sentence.text for sentence in sentences]
    central = rank_sentences(texts, focus=factor.heading)
    scores = [
        0.5 * middle + _worth(sentence, number, len(texts))
        for number, (middle, sentence) in enumerate(zip(central, texts, strict=True))
    ]
    limit = 3 if len(factor.text) >= _LONG_TEXT else 2
    chosen = sorted(pick(texts, scores, limit)) or [0]
    return tuple(_quotation(factor, sentences[at], scores[at]) for at in chosen)


def _sentences(factor: RiskFactor) -> list[_Sentence]:
    """Those that are whole: a page break may have cut others in two."""
    if not factor.parts:
        return []
    found = []
    for part in factor.parts:
        base = factor.parts[0].start
        piece = factor.text[part.start - base : part.end - base]
        for start, end in split_sentences(piece):
            text = piece[start:end]
            if _is_whole(text):
                found.append(_Sentence(text, part.start + start, part.block, part.page))
    short = [each for each in found if len(each.text) <= _LONGEST and len(each.text.split()) >= _FEWEST_WORDS]
    alone = [each for each in short if not _DANGLING.match(each.text)]
    if len(alone) >= _CHOICE:
        return alone
    return short or [each for each in found if len(each.text) <= _LONGEST_AT_ALL]


def _is_whole(text: str) -> bool:
    begins = text[0].isupper() or text[0] in "“\"'$(" or text[0].isdigit()
    return begins and _FULL_STOP.search(text) is not None and "\n" not in text and " | " not in text


def _worth(text: str, number: int, count: int) -> float:
    """What makes a sentence worth quoting besides being central: consequences, events, figures, place."""
    worth = 0.2 * bool(_CONSEQUENCE.search(text)) + 0.1 * bool(severe_words(text))
    worth += 0.1 * bool(past_events(text)) + 0.1 * bool(figures_in(text))
    worth += 0.15 * (1 - number / count)
    return worth - 0.2 * bool(_DANGLING.match(text))


def _quotation(factor: RiskFactor, sentence: _Sentence, score: float) -> Quotation:
    section = factor.source.where.split(", page ")[0]
    source = Source(
        document=factor.source.document,
        sha256=factor.source.sha256,
        where=f"{section}, page {sentence.page}" if sentence.page else section,
        quote=sentence.text,
        block=sentence.block,
        start=sentence.start,
        end=sentence.start + len(sentence.text),
    )
    return Quotation(text=sentence.text, source=source, score=round(max(score, 0.0), 4))
