"""How much a risk weighs: stated parts from 0 to 1, their weights, and the reasons in words.

Nothing here knows how likely a risk is. It looks at what a careful reader would look at first: how grave the
company says it is, whether it already happened, whether figures are named, how much room it is given.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from errand.capabilities.filings.model import RiskFactor
from errand.capabilities.financials.model import Flag, Severity
from errand.capabilities.text.rank import weigh
from errand.capabilities.text.words import stem, terms

WEIGHTS = {
    "severity": 0.24,
    "happened": 0.18,
    "figures": 0.12,
    "room": 0.14,
    "place": 0.10,
    "central": 0.07,
    "flags": 0.15,
}
GENERIC = 0.8
"""Factor for what stands under a heading such as `General Risks`: Regulation S-K Item 105(a) puts there what
could apply to any company."""

_SEVERE = re.compile(
    r"\b(?:material(?:ly)?(?:\s+and)?\s+adverse(?:ly)?|materially|severe(?:ly)?|substantial(?:ly)?|serious(?:ly)?"
    r"|significant(?:ly)?(?:\s+and)?\s+(?:adverse(?:ly)?|harm\w*|negative\w*|damag\w+|disrupt\w+|los[st]\w*)"
    r"|catastroph\w+|bankruptcy|insolven\w+|default|going concern|irreparabl[ey]|cease\s+operations|criminal"
    r"|lose\s+all|loss of life|delist\w*)\b",
    re.I,
)
_DONE = (
    r"experienced|suffered|incurred|identified|occurred|resulted|caused|affected|disrupted|lost|faced|seen|paid"
    r"|recorded|recognized|declined|decreased|failed|reduced|led|delayed|harmed|impacted|had|sued"
    r"|been\s+(?:and\s+\w+\s+(?:continue\s+to\s+)?be\s+)?(?:subject|adversely|negatively|materially|affected"
    r"|harmed|impacted|named|involved|sued|fined|delayed|disrupted|target\w*|required|notified|alleged|accused"
    r"|investigated|a\s+party|the\s+(?:target|subject|victim)|breached|compromised)"
)
_HAPPENED = re.compile(
    rf"\b(?:(?:has|have)\s+(?:in\s+the\s+past\s*,?\s*)?(?:(?:also|previously|recently|already|adversely|materially"
    rf"|negatively|significantly|from\s+time\s+to\s+time)\s+)*(?:{_DONE})|(?:has|have)\s+in\s+the\s+past"
    r"|in\s+the\s+past,?\s+(?:we|the|our|some|certain)|(?:has|have)\s+and\s+(?:may|could|will)"
    r"|in\s+(?:fiscal\s+(?:year\s+)?)?20\d\d,?\s+(?:we|our|the\s+company)"
    r"|(?:was|were)\s+(?:adversely|materially|negatively|subject|fined|sued))\b",
    re.I,
)
_FOLLOWING = re.compile(r"(?:\s+[^\s,;.:]+){0,6}")
_NOT_SAID = re.compile(r"\b(?:may|might|could|would|not|if|whether|should|to)\s+$", re.I)
_FIGURE = re.compile(
    r"(?:[$€£¥]|US\$|RMB|CHF)\s?\d[\d,.]*\d?(?:\s*(?:billion|million|thousand|trillion))?"
    r"|\b\d[\d,.]*\s?(?:%|percent\b|per\s+cent\b|basis\s+points)"
    r"|\b(?:approximately|about|over|more\s+than|nearly|some)\s+\d[\d,.]*\d\b"
    r"|\b\d[\d,.]*\s(?:billion|million|thousand)\b",
    re.I,
)
_GENERAL = re.compile(r"^general\b", re.I)
_ENOUGH_SEVERE, _ENOUGH_HAPPENED, _ENOUGH_FIGURES = 5, 4, 4
_FLAG_WEIGHT = {Severity.HIGH: 1.0, Severity.MEDIUM: 0.7, Severity.LOW: 0.4}
_MENTIONS = 3


@dataclass(frozen=True)
class Weighed:
    score: float
    """0 to 1."""
    reasons: tuple[str, ...]
    """The heaviest first."""


@dataclass(frozen=True)
class _Part:
    value: float
    reason: str = ""


def weigh_risks(factors: Sequence[RiskFactor], flags: Sequence[Flag] | None) -> list[Weighed]:
    """In the order given. Without flags the other parts make up the whole."""
    weights = dict(WEIGHTS)
    if not flags:
        weights.pop("flags")
    whole = sum(weights.values())
    central = _centrality(factors)
    length = sum(len(factor.text) for factor in factors)
    longest = max((len(factor.text) for factor in factors), default=1) or 1
    weighed = []
    for factor, middle in zip(factors, central, strict=True):
        parts = {
            "severity": _severity(factor),
            "happened": _happened(factor),
            "figures": _figures(factor),
            "room": _room(factor, longest, length),
            "place": _place(factor, len(factors)),
            "central": _Part(
                middle, "its words recur throughout the other risk factors" if middle > 0.9 else ""
            ),
            "flags": _flagged(factor, flags or ()),
        }
        score = sum(weight * parts[name].value for name, weight in weights.items()) / whole
        ranked = sorted(weights, key=lambda name: -weights[name] * parts[name].value)
        reasons = [parts[name].reason for name in ranked if parts[name].reason]
        if _GENERAL.match(factor.category):
            score *= GENERIC
            reasons.append(
                f"counted less: it stands under “{factor.category}”, which could apply to any company"
            )
        weighed.append(Weighed(round(score, 4), tuple(reasons)))
    return weighed


def severe_words(text: str) -> list[str]:
    """The words of grave consequence in a text, each once, as they stand there first."""
    return list({" ".join(found.split()).lower(): None for found in _SEVERE.findall(text)})


def past_events(text: str) -> list[str]:
    """Phrases which say that something already happened; not what may have."""
    said = [
        match
        for match in _HAPPENED.finditer(text)
        if not _NOT_SAID.search(text[max(match.start() - 12, 0) : match.start()])
    ]
    return [_with_following(match, text) for match in said]


def _with_following(match: re.Match[str], text: str) -> str:
    """A few more words, so that the phrase says what it was."""
    after = _FOLLOWING.match(text, match.end())
    return " ".join((match.group() + (after.group() if after else "")).split())


def figures_in(text: str) -> list[str]:
    """Amounts, percentages and counts, as they are written; years are none."""
    return list(dict.fromkeys(" ".join(found.split()).rstrip(".,") for found in _FIGURE.findall(text)))


def _severity(factor: RiskFactor) -> _Part:
    words = severe_words(f"{factor.heading} {factor.text}")
    value = min(1.0, len(words) / _ENOUGH_SEVERE)
    shown = ", ".join(f"“{word}”" for word in words[:3])
    return _Part(value, f"grave words: {shown}" if words else "")


def _happened(factor: RiskFactor) -> _Part:
    found = past_events(f"{factor.heading} {factor.text}")
    value = min(1.0, len(found) / _ENOUGH_HAPPENED)
    shown = ", ".join(f"“{phrase}”" for phrase in dict.fromkeys(found[:2]))
    return _Part(value, f"some of it already happened: {shown}" if found else "")


def _figures(factor: RiskFactor) -> _Part:
    found = figures_in(factor.text)
    return _Part(
        min(1.0, len(found) / _ENOUGH_FIGURES), f"figures named: {', '.join(found[:3])}" if found else ""
    )


def _room(factor: RiskFactor, longest: int, length: int) -> _Part:
    share = len(factor.text) / max(length, 1)
    value = len(factor.text) / longest
    return _Part(value, f"{share:.0%} of the text on risks" if value >= 0.5 else "")


def _place(factor: RiskFactor, count: int) -> _Part:
    value = 1 - (factor.number - 1) / max(count - 1, 1)
    return _Part(value, f"number {factor.number} of {count} in the filing")


def _flagged(factor: RiskFactor, flags: Sequence[Flag]) -> _Part:
    """The gravest flag whose topics the heading names, or the text names again and again."""
    heading = set(terms(f"{factor.heading} {factor.category}"))
    body = terms(factor.text)
    best = _Part(0.0)
    for flag in flags:
        topics = [[stem(word) for word in topic.lower().split()] for topic in flag.topics]
        in_heading = any(set(topic) <= heading for topic in topics if topic)
        often = any(min(map(body.count, topic)) >= _MENTIONS for topic in topics if topic)
        value = _FLAG_WEIGHT[flag.severity] * (1.0 if in_heading else 0.5 if often else 0.0)
        if value > best.value:
            best = _Part(value, f"the figures point the same way: {flag.title}")
    return best


def _centrality(factors: Sequence[RiskFactor]) -> list[float]:
    """How much each shares with all others: cosine with the sum of their TF-IDF vectors; the highest is 1."""
    vectors = weigh([terms(f"{factor.heading} {factor.text}") for factor in factors])
    total: dict[str, float] = {}
    for vector in vectors:
        for term, weight in vector.items():
            total[term] = total.get(term, 0.0) + weight
    shared = [sum(w * (total[term] - w) for term, w in vector.items()) for vector in vectors]
    most = max(shared, default=0.0)
    return [value / most if most > 0 else 0.0 for value in shared]
