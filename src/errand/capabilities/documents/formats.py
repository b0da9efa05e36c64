"""Which format a file is in: by its content first, by its name where the content leaves it open."""

import json
import re
from enum import StrEnum
from pathlib import PurePath

from errand.capabilities.documents.archive import office_format
from errand.capabilities.documents.charset import decode
from errand.domain.errors import InputRefused


class Format(StrEnum):
    HTML = "html"
    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    CSV = "csv"
    TSV = "tsv"
    MARKDOWN = "markdown"
    TEXT = "text"
    CODE = "code"
    JSON = "json"
    XML = "xml"


MEDIA_TYPES: dict[Format, str] = {
    Format.HTML: "text/html",
    Format.PDF: "application/pdf",
    Format.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "text/csv",
    Format.TSV: "text/tab-separated-values",
    Format.MARKDOWN: "text/markdown",
    Format.TEXT: "text/plain",
    Format.CODE: "text/plain",
    Format.JSON: "application/json",
    Format.XML: "application/xml",
}

FORMATS_READ = "HTML, PDF, DOCX, XLSX, CSV, Markdown, plain text, JSON and XML"

CALLED: dict[Format, str] = {
    Format.HTML: "a web page (HTML)",
    Format.PDF: "a PDF",
    Format.DOCX: "a Word document (DOCX)",
    Format.XLSX: "an Excel workbook (XLSX)",
    Format.CSV: "a table (CSV)",
    Format.TSV: "a table (TSV)",
    Format.MARKDOWN: "Markdown text",
    Format.TEXT: "plain text",
    Format.CODE: "source text",
    Format.JSON: "JSON",
    Format.XML: "XML",
}

_CODE_EXTENSIONS = (
    ".c", ".cc", ".cfg", ".conf", ".cpp", ".cs", ".css", ".go", ".h", ".hpp", ".ini", ".java", ".js",
    ".jsx", ".kt", ".php", ".pl", ".py", ".rb", ".rs", ".scala", ".sh", ".sql", ".swift", ".toml",
    ".ts", ".tsx", ".yaml", ".yml",
)  # fmt: skip
_BY_EXTENSION: dict[str, Format] = {
    **dict.fromkeys([".html", ".htm", ".xhtml"], Format.HTML),
    ".pdf": Format.PDF,
    **dict.fromkeys([".docx", ".docm", ".dotx"], Format.DOCX),
    **dict.fromkeys([".xlsx", ".xlsm", ".xltx"], Format.XLSX),
    ".csv": Format.CSV,
    **dict.fromkeys([".tsv", ".tab"], Format.TSV),
    **dict.fromkeys([".md", ".markdown", ".mdown"], Format.MARKDOWN),
    **dict.fromkeys([".txt", ".text"], Format.TEXT),
    ".json": Format.JSON,
    **dict.fromkeys([".xml", ".xbrl", ".xsd"], Format.XML),
    **dict.fromkeys(_CODE_EXTENSIONS, Format.CODE),
}  # fmt: skip

_BINARY = frozenset({Format.PDF, Format.DOCX, Format.XLSX})

_KNOWN_BINARIES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a Windows program"),
    (b"SQLite format 3", "an SQLite database"),
    (b"{\\rtf", "an RTF document"),
    (b"%!PS", "a PostScript file"),
    (b"ID3", "an audio recording"),
    (b"OggS", "an audio recording"),
    (b"RIFF", "a sound, picture or film"),
    (b"PAR1", "a Parquet table"),
)

_HTML = re.compile(rb"<(?:!doctype\s+html|html[\s>:]|head[\s>]|body[\s>])", re.IGNORECASE)
_HTML_FRAGMENT = re.compile(
    rb"^\s*<(?:p|div|h[1-6]|table|ul|ol|title|meta|span|center|font|article)[\s>]", re.I
)
_ELEMENT = re.compile(rb"\s*<[A-Za-z_][\w.-]*(?::[\w.-]+)?(?:\s[^<>]*)?>")
_MARKUP = re.compile(rb"^\s*<[!?A-Za-z]")


def sniff(content: bytes, name: str) -> Format:
    """Raises InputRefused when no reader knows the content, saying what it is if that is known."""
    if is_pdf(content):
        return Format.PDF
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return Format(office_format(content, name))
    refuse_binary(content, name)
    text = decode(content[:65536], partial=True).text.lstrip("\ufeff")
    return _text_format(content, text.encode(), name)


def is_pdf(content: bytes) -> bool:
    """ISO 32000-1, annex H.3.4.1: the header may stand anywhere in the first 1,024 bytes."""
    before, header, _ = content[:1024].partition(b"%PDF-")
    at_start = not before.strip(b"\xef\xbb\xbf\x00 \t\r\n")
    return bool(header) and (at_start or not decode(content[:4096], partial=True).is_text)


def named_format(name: str) -> Format | None:
    return _BY_EXTENSION.get(PurePath(name).suffix.lower())


def refuse_mismatch(found: Format, name: str) -> None:
    """Raises InputRefused when the name promises a PDF or Office file and the content is none, or vice versa.

    Then a download went wrong, and the person has another file in mind.
    """
    promised = named_format(name)
    if promised is None or promised is found or (promised not in _BINARY and found not in _BINARY):
        return
    raise InputRefused(
        f"{name} is called {CALLED[promised]} but is really {CALLED[found]}: "
        "attach the file that you meant, or rename it if this is the one."
    )


def refuse_binary(content: bytes, name: str) -> None:
    """Raises InputRefused when this is not text, saying what it is where that is known."""
    for start, what in _KNOWN_BINARIES:
        if content.startswith(start) and (start not in (b"MZ", b"ID3", b"BZh") or b"\x00" in content[:4096]):
            raise InputRefused(f"{name} is {what}, which can not be read; {FORMATS_READ} can.")
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise InputRefused(_old_office(content, name))
    if not decode(content[:65536], partial=True).is_text:
        raise InputRefused(f"{name} is in a binary format that is not known; {FORMATS_READ} can be read.")


def _old_office(content: bytes, name: str) -> str:
    """OLE files: Word and Excel before 2007, and today's when they have a password ([MS-OFFCRYPTO])."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        return f"{name} is protected by a password: save it without one and attach it again."
    return f"{name} is in an Office format from before 2007: save it as DOCX or XLSX and attach it again."


def _text_format(content: bytes, head: bytes, name: str) -> Format:
    promised = named_format(name)
    start = head.lstrip()
    if start.startswith(b"<") and _HTML.search(head):
        return Format.HTML
    if promised is Format.HTML or _HTML_FRAGMENT.match(head):
        return Format.HTML if _MARKUP.match(head) or _HTML.search(head) or promised is None else Format.TEXT
    if start.startswith(b"<?xml") or (promised is Format.XML and start.startswith(b"<")):
        return Format.XML
    if start[:1] in (b"{", b"[") and (promised is Format.JSON or (promised is None and _is_json(content))):
        return Format.JSON
    if promised is None and _ELEMENT.match(head) and content.rstrip().endswith(b">"):
        return Format.XML
    if promised is None or promised in _BINARY or promised in (Format.JSON, Format.XML):
        return Format.TEXT
    return promised


def _is_json(content: bytes) -> bool:
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return False
    return True
