"""What is for programs, kept as it is: JSON, XML, source text."""

from errand.capabilities.documents.blocks import MOST_CHARACTERS, BlockWriter
from errand.capabilities.documents.charset import decode
from errand.capabilities.documents.formats import Format
from errand.capabilities.documents.model import BlockKind, Document

MOST_CODE = 4_000_000
"""Characters; whoever wants facts from a larger file reads the file itself."""


def read_code(content: bytes, name: str, format_: Format) -> Document:
    decoded = decode(content)
    text = decoded.text.lstrip("\ufeff")
    writer = BlockWriter()
    if decoded.damaged:
        writer.remark("Some characters were damaged and are shown as �.")
    kept = text[: min(MOST_CODE, MOST_CHARACTERS)]
    if len(kept) < len(text):
        writer.remark(f"Only the first {len(kept):,} of {len(text):,} characters were read as text.")
    writer.add(BlockKind.CODE, kept)
    if not len(writer):
        writer.remark("It holds no text.")
    return writer.document(content, name, format_)
