"""Tells a document from the short page that a server sends in its place when it will not send it."""

import html
import json
import re

from errand.capabilities.documents.charset import decode
from errand.capabilities.documents.formats import Format

MOST_BYTES = 300_000
"""A larger page is never taken for an error page."""
_MOST_WORDS = 600
_SCANNED = 120_000

_HIDDEN = re.compile(
    r"<(script|style|svg|noscript|template)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.I | re.S
)
_HEADLINE = re.compile(r"<(title|h1|h2|h3)\b[^>]*>(.*?)</\1\s*>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>?")
_SPACE = re.compile(r"\s+")

_SAYS_ERROR = re.compile(
    r"\b(?:[45]\d\d)\b.{0,12}\b(?:error|forbidden|not found|denied|unauthorized|bad request|bad gateway"
    r"|unavailable|too many|time-?out|gone|blocked)\b"
    r"|\berror\s*(?:code|:|#|\(|-|–)?\s*[45]\d\d\b|^\W*[45]\d\d\W*$"
    r"|\b(?:access|permission|request)\s+(?:is\s+|has\s+been\s+|was\s+)?(?:denied|blocked|rejected)\b"
    r"|^\W*(?:error\W+)?(?:forbidden|unauthorized|not found)\W*$|\bbad (?:gateway|request)\b"
    r"|\b(?:page|file|document|object|resource|url)\s+(?:(?:was|is|could|can)\s*)*not\s+(?:be\s+)?found\b"
    r"|\bservice (?:is )?(?:temporarily )?unavailable\b"
    r"|\btoo many requests\b|\binternal server error\b|\bgateway time-?out\b"
    r"|\brate (?:limit|threshold) exceeded\b"
    r"|\bundeclared automated tool\b|\bunder maintenance\b|\bsite maintenance\b|\bjust a moment\b"
    r"|\battention required\b|\bare you (?:a )?(?:human|robot)\b|\bverify (?:that )?you are (?:a )?human\b"
    r"|\b(?:session|link) (?:has )?expired\b|\bsomething went wrong\b"
    r"|\bthis page isn.t (?:available|working)\b",
    re.IGNORECASE,
)
_MERELY_ERROR = re.compile(
    r"^\W*(?:an?\s+|application\s+|server\s+|system\s+|sec\.gov\s*[|:-]\s*)?error\b.{0,25}$", re.IGNORECASE
)
_BODY_SAYS = re.compile(
    r"request rate threshold exceeded|undeclared automated tool|request originates from an undeclared"
    r"|you don.t have permission to access|the specified key does not exist",
    re.IGNORECASE,
)


def error_said(content: bytes, found: Format) -> str | None:
    """What a page, or an answer in XML or JSON, says went wrong; None when it is a document."""
    if len(content) > MOST_BYTES:
        return None
    text = decode(content).text
    if found is Format.HTML:
        return _html_error(text)
    if found is Format.XML:
        return _xml_error(text)
    if found in (Format.JSON, Format.TEXT):
        return _json_error(text) if text.lstrip()[:1] == "{" else _plain_error(text)
    return None


def _html_error(source: str) -> str | None:
    shown = _HIDDEN.sub(" ", source[:_SCANNED])
    text = _plain(shown)
    words = len(text.split())
    if words > _MOST_WORDS:
        return None
    headlines = [_plain(match[2]) for match in _HEADLINE.finditer(shown)]
    for headline in headlines:
        if len(headline) <= 150 and (_SAYS_ERROR.search(headline) or _MERELY_ERROR.match(headline)):
            return headline
    if said := _BODY_SAYS.search(text):
        return said.group()
    first = text[:120]
    return first if not headlines and words < 60 and _SAYS_ERROR.search(first) else None


def _xml_error(source: str) -> str | None:
    """`<Error><Code>NoSuchKey</Code>…`, as object storage answers."""
    if len(source) > 5_000 or not re.match(
        r"\s*(?:<\?xml[^>]*>\s*)?<(?:\w+:)?error(?:response|s)?\b", source, re.I
    ):
        return None
    return _plain(source)[:150] or "Error"


def _json_error(source: str) -> str | None:
    """`{"error": …}` or `{"message": "Forbidden"}` and hardly anything else."""
    if len(source) > 2_000:
        return None
    try:
        answer = json.loads(source)
    except (ValueError, RecursionError):
        return None
    if not isinstance(answer, dict) or len(answer) > 6:
        return None
    lower = {str(key).lower(): value for key, value in answer.items()}
    fault = lower.get("error") or lower.get("errors")
    said = str(lower.get("message") or fault or "")
    told = bool(fault) and (isinstance(fault, str | dict | list) or fault in range(400, 600))
    return said[:150] if said and (told or _SAYS_ERROR.search(said)) else None


def _plain_error(text: str) -> str | None:
    line = _plain(text) if len(text) < 400 else ""
    return line[:150] if line and len(line.split()) < 40 and _SAYS_ERROR.search(line[:80]) else None


def _plain(source: str) -> str:
    return _SPACE.sub(" ", html.unescape(_TAG.sub(" ", source))).strip()
