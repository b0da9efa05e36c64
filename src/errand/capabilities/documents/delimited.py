"""Tables as text: CSV (RFC 4180, and what programs make of it) and TSV."""

import csv
import io
from collections import Counter

from errand.capabilities.documents.blocks import BlockWriter
from errand.capabilities.documents.charset import decode
from errand.capabilities.documents.formats import Format
from errand.capabilities.documents.model import Document

MOST_ROWS = 50_000
MOST_COLUMNS = 1_000
MOST_CELLS = 600_000
_DELIMITERS = ",;\t|"


def read_delimited(content: bytes, name: str, format_: Format) -> Document:
    """One table; the delimiter is what cuts the first lines most evenly."""
    decoded = decode(content)
    writer = BlockWriter()
    if decoded.damaged:
        writer.remark("Some characters were damaged and are shown as �.")
    text = decoded.text.lstrip("\ufeff").replace("\x00", "")
    delimiter = "\t" if format_ is Format.TSV else _delimiter(text[:50_000])
    writer.table(_rows(text, delimiter, writer))
    if not len(writer):
        writer.remark("It holds no cells with content.")
    return writer.document(content, name, format_)


def _rows(text: str, delimiter: str, writer: BlockWriter) -> list[list[str]]:
    rows: list[list[str]] = []
    cells = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            cells += len(row)
            if len(rows) >= MOST_ROWS or cells > MOST_CELLS:
                writer.remark(f"Only the first {len(rows):,} rows were read.")
                break
            rows.append(row[:MOST_COLUMNS])
    except csv.Error:  # a field beyond 131,072 characters: a quotation mark that is never closed
        writer.remark(f"After row {len(rows):,} a quoted cell does not end; the rest was left out.")
    return rows


def _delimiter(text: str) -> str:
    lines = [line for line in text.splitlines()[:50] if line.strip()]

    def evenness(delimiter: str) -> tuple[float, int]:
        counts = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter))
        columns, how_often = counts.most_common(1)[0] if counts else (1, 0)
        return (how_often / max(1, counts.total()) if columns > 1 else 0.0, columns)

    try:
        return max(_DELIMITERS, key=evenness)
    except csv.Error:
        return ","
