"""What a text is about and which of its sentences say most of it: TextRank, BM25 and MMR, without a model."""

import math
import re
from collections import Counter
from collections.abc import Sequence

from errand.capabilities.text.words import spelled_terms, terms

_DAMPING = 0.85
_MOST_ROUNDS = 30
_MOST_STEPS = 6_000_000
"""Multiplications per ranking: what a document of any length may cost (about a second)."""
_SETTLED = 1e-4
_POINTS_ELSEWHERE = re.compile(
    r"^(?:please )?(?:see|refer to)\b|\bfor (?:more|further|additional) (?:information|details|discussion)\b"
    r"|\bfollowing (?:table|chart|graph)s?\b|\bincorporated (?:herein )?by reference\b",
    re.IGNORECASE,
)

Weights = dict[str, float]


def rank_sentences(sentences: Sequence[str], *, focus: str = "") -> list[float]:
    """A score from 0 to 1 for each sentence: how much it says of the whole, or of the whole and of `focus`.

    TextRank (Mihalcea and Tarau 2004) over cosine similarity weighted by IDF, which is continuous LexRank
    (Erkan and Radev 2004); with a focus, half of the score is BM25 of the focus. Fragments and very long
    sentences count less.
    """
    tokens = [terms(sentence) for sentence in sentences]
    scores = _scaled(_text_rank(weigh(tokens)))
    if focus_terms := terms(focus):
        fit = _scaled(Bm25(tokens).scores(focus_terms))
        scores = [0.5 * central + 0.5 * fitting for central, fitting in zip(scores, fit, strict=True)]
    return _scaled([s * _quotable(each) for s, each in zip(scores, sentences, strict=True)])


def pick(
    sentences: Sequence[str], scores: Sequence[float], limit: int, *, relevance: float = 0.7
) -> list[int]:
    """Indices of up to `limit` sentences, best first, chosen for their scores and against repetition.

    Maximal marginal relevance (Carbonell and Goldstein 1998); `relevance` 1.0 ignores repetition.
    """
    weights = weigh([terms(sentence) for sentence in sentences])
    # Far more than can be chosen; without a bound a book would be compared with itself.
    left = sorted(range(len(sentences)), key=lambda i: (-scores[i], i))[: max(200, limit * 10)]
    left = [i for i in left if scores[i] > 0]
    overlap = dict.fromkeys(left, 0.0)
    chosen: list[int] = []
    while left and len(chosen) < limit:
        best = max(left, key=lambda i: relevance * scores[i] - (1 - relevance) * overlap[i])
        left.remove(best)
        chosen.append(best)
        for i in left:
            overlap[i] = max(overlap[i], similarity(weights[i], weights[best]))
        left = [i for i in left if overlap[i] < 0.8]
    return chosen


def keywords(texts: Sequence[str], limit: int = 10) -> list[str]:
    """The words, as they are most often written, that set these texts apart; best first."""
    spelling: dict[str, Counter[str]] = {}
    spread: Counter[str] = Counter()
    for text in texts:
        words = [(term, word) for term, word in spelled_terms(text) if term.isalpha() and len(term) > 2]
        for term, word in words:
            spelling.setdefault(term, Counter())[word] += 1
        spread.update({term for term, _ in words})
    worth = {t: spelling[t].total() * math.log(1 + len(texts) / spread[t]) for t in spelling}
    best = sorted(worth, key=lambda term: (-worth[term], term))[:limit]
    return [spelling[term].most_common(1)[0][0] for term in best]


class Bm25:
    """How well each of some texts fits a query: Okapi BM25 (Robertson and Zaragoza 2009), k1 1.2, b 0.75."""

    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        """`texts` are lists of terms, as `terms` gives them."""
        self._counts = [Counter(text) for text in texts]
        self._lengths = [len(text) for text in texts]
        self._mean = sum(self._lengths) / len(texts) if texts else 0.0
        self._spread = Counter(term for count in self._counts for term in count)

    def scores(self, query: Sequence[str]) -> list[float]:
        """0 where no word of the query occurs."""
        idf = {term: self._idf(term) for term in set(query) if term in self._spread}
        return [
            sum(
                weight * count[term] * 2.2 / (count[term] + 1.2 * (0.25 + 0.75 * length / self._mean))
                for term, weight in idf.items()
                if term in count
            )
            for count, length in zip(self._counts, self._lengths, strict=True)
        ]

    def _idf(self, term: str) -> float:
        spread = self._spread[term]
        return math.log(1 + (len(self._counts) - spread + 0.5) / (spread + 0.5))


def weigh(tokens: Sequence[Sequence[str]]) -> list[Weights]:
    """TF-IDF vectors of length 1; of a text without terms, an empty one."""
    spread = Counter(term for each in tokens for term in set(each))
    vectors = []
    for each in tokens:
        raw = {t: (1 + math.log(n)) * math.log(1 + len(tokens) / spread[t]) for t, n in Counter(each).items()}
        length = math.sqrt(sum(weight * weight for weight in raw.values()))
        vectors.append({term: weight / length for term, weight in raw.items()})
    return vectors


def similarity(one: Weights, other: Weights) -> float:
    """Cosine of two vectors of length 1."""
    if len(one) > len(other):
        one, other = other, one
    return sum(weight * other[term] for term, weight in one.items() if term in other)


def _text_rank(vectors: Sequence[Weights]) -> list[float]:
    """PageRank on the similarities of all pairs, without computing them.

    The similarities are A·Aᵀ less its diagonal of ones, A having the vectors as rows: a step goes through the
    terms and back, so that it costs as much as the text is long, not its square.
    """
    count = len(vectors)
    numbers = {term: n for n, term in enumerate(dict.fromkeys(t for vector in vectors for t in vector))}
    rows = [[(numbers[term], weight) for term, weight in vector.items()] for vector in vectors]
    size = sum(map(len, rows))
    degree = _through_terms(rows, [1.0] * count, len(numbers))
    share = [1 / d if d > 1e-9 else 0.0 for d in degree]
    ranks = [1.0] * count
    for _ in range(max(3, min(_MOST_ROUNDS, _MOST_STEPS // (2 * size + 1)))):
        flow = _through_terms(rows, [r * s for r, s in zip(ranks, share, strict=True)], len(numbers))
        after = [1 - _DAMPING + _DAMPING * into for into in flow]
        change = sum(abs(a - b) for a, b in zip(after, ranks, strict=True))
        ranks = after
        if change < _SETTLED * count:
            break
    return [rank if row else 0.0 for rank, row in zip(ranks, rows, strict=True)]


def _through_terms(
    rows: Sequence[list[tuple[int, float]]], values: Sequence[float], terms_count: int
) -> list[float]:
    """(A·Aᵀ − I)·values, for rows of length 1."""
    at_terms = [0.0] * terms_count
    for row, value in zip(rows, values, strict=True):
        for term, weight in row:
            at_terms[term] += weight * value
    return [
        max(0.0, sum(weight * at_terms[term] for term, weight in row) - value) if row else 0.0
        for row, value in zip(rows, values, strict=True)
    ]


def _scaled(scores: Sequence[float]) -> list[float]:
    most = max(scores, default=0.0)
    return [score / most if most > 0 else 0.0 for score in scores]


def _quotable(sentence: str) -> float:
    """How well a sentence stands alone: less for fragments, lists, endless sentences and mere pointers."""
    words = sentence.split()
    if len(words) < 4:
        return 0.1
    length = len(sentence)
    fit = min(1.0, length / 60) * min(1.0, 400 / length)
    ends = 1.0 if sentence.rstrip("\"'”’)]»")[-1:] in {".", "!", "?", "。"} else 0.6
    points_elsewhere = 0.4 if _POINTS_ELSEWHERE.search(sentence) else 1.0
    return fit * ends * points_elsewhere
