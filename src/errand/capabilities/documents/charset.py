"""From bytes to text when nothing, or something wrong, says in which encoding they are."""

import codecs
from dataclasses import dataclass

_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_TEXT_CONTROL = frozenset("\t\n\r\f\x1b\x85\x08\x1a")
_SAMPLE = 65536


@dataclass(frozen=True, slots=True)
class Decoded:
    text: str
    encoding: str
    is_text: bool
    """False: so many control characters that this is no text in any encoding."""
    damaged: bool = False
    """True: some bytes meant nothing in that encoding, and stand as U+FFFD."""


def decode(content: bytes, *, partial: bool = False) -> Decoded:
    """By byte order mark, else UTF-8, else UTF-16 by its zero bytes, else Windows-1252, as browsers do.

    `partial`: the content may end within a character.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            text = content.decode(encoding, errors="replace")
            return _judged(text.removesuffix("\ufffd") if partial else text, encoding)
    if utf16 := _utf16_without_mark(content):
        return _judged(content.decode(utf16, errors="replace"), utf16)
    try:
        return _judged(_utf8(content, partial=partial), "utf-8")
    except UnicodeDecodeError as error:
        # A stray byte in long UTF-8 text is damage; many are another encoding.
        if _mostly_utf8(content, error):
            return _judged(content.decode("utf-8", errors="replace"), "utf-8")
    return _judged(content.decode("cp1252", errors="replace"), "windows-1252")


def _utf8(content: bytes, *, partial: bool) -> str:
    return codecs.getincrementaldecoder("utf-8")().decode(content, not partial)


def _mostly_utf8(content: bytes, error: UnicodeDecodeError) -> bool:
    sample = (
        content[:_SAMPLE] if error.start < _SAMPLE else content[error.start - 1000 : error.start + _SAMPLE]
    )
    text = sample.decode("utf-8", errors="replace")
    beyond_ascii = sum(1 for character in text if character > "\x7f")
    wrong = text.count("\ufffd")
    return wrong * 10 < beyond_ascii


def _utf16_without_mark(content: bytes) -> str | None:
    """Western text in UTF-16 has a zero in every other byte, and hardly any in the others."""
    sample = content[:4096]
    if len(sample) < 8:
        return None
    even, odd = sample[::2].count(0) / len(sample[::2]), sample[1::2].count(0) / len(sample[1::2])
    if odd > 0.6 and even < 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > 0.6 and odd < 0.05 else None


def _judged(text: str, encoding: str) -> Decoded:
    sample = text[:_SAMPLE]
    control = sum(1 for c in sample if c not in _TEXT_CONTROL and (c < " " or "\x7f" <= c < "\xa0"))
    replaced = sample.count("\ufffd")
    is_text = "\x00" not in sample and control + replaced <= 0.02 * len(sample) + 1
    return Decoded(text, encoding, is_text, damaged="\ufffd" in text)
