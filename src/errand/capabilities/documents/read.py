"""Any file as a Document: sniffed, then read by the reader of its format."""

import hashlib
from collections.abc import Callable
from pathlib import PurePath

from pydantic import BaseModel, Field

from errand.capabilities.documents.formats import FORMATS_READ, MEDIA_TYPES, Format, sniff
from errand.capabilities.documents.model import Document, DocumentRef
from errand.capabilities.documents.submission import Main, main_document
from errand.capability import ArtifactRef, Context, capability
from errand.domain.errors import InputRefused

Progress = Callable[[str, float], None]


class ReadInput(BaseModel):
    file: ArtifactRef = Field(description="The file to read, in any common format.")


class ReadOutput(BaseModel):
    document: DocumentRef = Field(description="The text of the file with its structure and positions.")
    title: str = Field(description="Title of the document.")
    format: str = Field(
        description="`html`, `pdf`, `docx`, `xlsx`, `csv`, `markdown`, `text`, `json` or `xml`."
    )
    pages: int | None = Field(default=None, description="Number of pages, where it has pages.")
    characters: int = Field(description="Length of the text in characters.")
    remarks: list[str] = Field(
        default_factory=list, description="What a person should know: pages without text, what was left out."
    )


@capability("documents.read")
def read(input: ReadInput, context: Context) -> ReadOutput:  # noqa: A002  # the name that the contract gives it
    """Read a file and extract its text, headings, lists and tables.

    Opens documents, web pages, filings, PDFs, Word files, spreadsheets, CSV, Markdown and plain text.
    """
    content = context.load(input.file)
    document = parse(content, input.file.name, context.progress)
    stored = context.save_model(DocumentRef, f"{input.file.name}.document.json", document)
    return ReadOutput(
        document=stored,
        title=document.title or PurePath(input.file.name).stem,
        format=format_of(document),
        pages=document.pages,
        characters=len(document.text),
        remarks=list(document.remarks)[:50],
    )


def parse(content: bytes, name: str, progress: Progress = lambda _message, _fraction: None) -> Document:
    """Raises InputRefused when it is empty, damaged, encrypted or in a format that is not read."""
    if not content.strip(b"\x00 \t\r\n"):
        raise InputRefused(f"{name} is empty: attach the file that has the content.")
    if main := main_document(content):
        return _read_submission(main, content, name, progress)
    return _read(sniff(content, name), content, name, progress)


def _read_submission(main: Main, content: bytes, name: str, progress: Progress) -> Document:
    """Positions count in the filing that was read; name and hash stay those of the file that was given."""
    inner = main.name or PurePath(name).stem
    document = _read(sniff(main.content, inner), main.content, name, progress)
    said = f"It is a submission of {main.documents} documents; the first one, {main.form or inner}, was read."
    sha256 = hashlib.sha256(content).hexdigest()
    return document.model_copy(update={"sha256": sha256, "remarks": (*document.remarks, said)})


def format_of(document: Document) -> str:
    return next(
        (f.value for f, media_type in MEDIA_TYPES.items() if media_type == document.media_type), "text"
    )


def _read(found: Format, content: bytes, name: str, progress: Progress) -> Document:
    """Readers are imported here: each brings a library of its own, and few are needed by one task."""
    match found:
        case Format.HTML:
            from errand.capabilities.documents.html import read_html

            return read_html(content, name)
        case Format.PDF:
            from errand.capabilities.documents.pdf import read_pdf

            return read_pdf(content, name, progress)
        case Format.DOCX:
            from errand.capabilities.documents.docx import read_docx

            return read_docx(content, name)
        case Format.XLSX:
            from errand.capabilities.documents.xlsx import read_xlsx

            return read_xlsx(content, name, progress)
        case Format.CSV | Format.TSV:
            from errand.capabilities.documents.delimited import read_delimited

            return read_delimited(content, name, found)
        case Format.MARKDOWN:
            from errand.capabilities.documents.markdown import read_markdown

            return read_markdown(content, name)
        case Format.TEXT:
            from errand.capabilities.documents.text import read_text

            return read_text(content, name)
        case Format.JSON | Format.XML | Format.CODE:
            from errand.capabilities.documents.code import read_code

            return read_code(content, name, found)


__all__ = ["FORMATS_READ", "ReadInput", "ReadOutput", "format_of", "parse", "read"]
