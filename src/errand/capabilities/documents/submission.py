"""EDGAR's complete submission text file: several documents in one, in SGML. The first is the filing itself.

Source: EDGAR Public Dissemination Service technical specification, appendix on the SGML header.
"""

import re
from dataclasses import dataclass

_STARTS = (b"<SEC-DOCUMENT>", b"-----BEGIN PRIVACY-ENHANCED MESSAGE-----", b"<SUBMISSION>", b"<DOCUMENT>")
_MAIN = re.compile(rb"<DOCUMENT>(?P<header>.{0,2000}?)<TEXT>\s*(?P<text>.*?)</TEXT>", re.DOTALL)
_WRAPPED = re.compile(rb"\A\s*<(?:XBRL|XML|PDF)>\s*")
_FIELD = re.compile(rb"<(TYPE|FILENAME)>([^\r\n<]*)")


@dataclass(frozen=True, slots=True)
class Main:
    """The filing within a submission."""

    content: bytes
    name: str
    form: str
    documents: int
    """How many documents the submission holds."""


def main_document(content: bytes) -> Main | None:
    """None when this is not a submission."""
    if not content[:400].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_STARTS):
        return None
    main = _MAIN.search(content)
    if main is None:
        return None
    fields = {
        key.decode(): value.decode("ascii", "replace").strip()
        for key, value in _FIELD.findall(main["header"])
    }
    return Main(
        content=_WRAPPED.sub(b"", main["text"]),
        name=fields.get("FILENAME", ""),
        form=fields.get("TYPE", ""),
        documents=content.count(b"<DOCUMENT>"),
    )
