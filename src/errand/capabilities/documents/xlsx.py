"""Workbooks (ECMA-376 part 1, SpreadsheetML) read with openpyxl: a table per sheet, cells in their places."""

import datetime
import io
import re
import zipfile
from collections.abc import Callable, Iterable
from pathlib import PurePath
from typing import TYPE_CHECKING

from errand.capabilities.documents.archive import DAMAGE, check_parts, opened
from errand.capabilities.documents.blocks import BlockWriter
from errand.capabilities.documents.formats import Format
from errand.capabilities.documents.model import BlockKind, Document
from errand.domain.errors import InputRefused

if TYPE_CHECKING:  # openpyxl imports in 0.4 s: late
    from openpyxl import Workbook

MOST_ROWS = 20_000
MOST_COLUMNS = 256
MOST_CELLS = 600_000
"""Cells kept of a workbook; a sheet goes down to the row and across to the column named above."""
MOST_EMPTY = 5_000
"""Empty rows in a sequence after which a sheet counts as ended: some go on to the last row there is."""
_SCANNED = 30_000_000
_NO_RESULT = re.compile(rb"<f(?:\s[^<>]*)?>[^<]*</f>\s*(?:<v\s*/>|<v></v>)?\s*</c>")

Progress = Callable[[str, float], None]


def read_xlsx(content: bytes, name: str, progress: Progress) -> Document:
    """Raises InputRefused when it is damaged, protected or far too large."""
    with opened(content, name) as archive:
        check_parts(archive, name)
        unknown = _formulas_without_values(archive)
    writer = BlockWriter()
    if unknown:
        writer.remark(
            f"{unknown:,} formulas have no stored result and are shown as empty: save the workbook in a "
            "spreadsheet program and attach it again."
        )
    try:
        workbook = _open(content)
        for number, sheet in enumerate(workbook.worksheets):
            progress(f"Reading sheet {sheet.title}", number / len(workbook.worksheets))
            sheet.reset_dimensions()  # programs write wrong ones
            _write_sheet(sheet.title, sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS), writer)
        title = workbook.properties.title or ""
        workbook.close()
    except (*DAMAGE, KeyError, TypeError, AttributeError, IndexError, SyntaxError) as error:
        # SyntaxError: what XML parsers raise is one; the others are openpyxl's on parts that are missing.
        raise InputRefused(
            f"{name} is damaged or incomplete: get it again and attach the new copy."
        ) from error
    if not any(block.kind is BlockKind.TABLE for block in writer.blocks):
        writer.remark("It holds no cells with content.")
    return writer.document(content, name, Format.XLSX, title=title or PurePath(name).stem)


def _open(content: bytes) -> "Workbook":
    import warnings

    import openpyxl

    # It warns of features that it does not keep. (`catch_warnings` would not be safe in threads.)
    warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
    return openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)


def _formulas_without_values(archive: zipfile.ZipFile) -> int:
    """Programs that only write files leave results to whoever opens them."""
    sheets = [
        p for p in archive.infolist() if p.filename.startswith("xl/worksheets/") and p.file_size < _SCANNED
    ]
    return sum(len(_NO_RESULT.findall(archive.read(sheet))) for sheet in sheets)


def _write_sheet(title: str, rows: Iterable[tuple[object, ...]], writer: BlockWriter) -> None:
    kept: list[list[str]] = []
    empty = cells = 0
    for number, row in enumerate(rows, 1):
        values = _trimmed([shown(value) for value in row])
        empty = 0 if values else empty + 1
        cells += len(values)
        if number > MOST_ROWS or cells > MOST_CELLS:
            writer.remark(f"Of sheet {title} only the first {number - 1:,} rows were read.")
            break
        if empty > MOST_EMPTY:
            break
        kept.append(values)
    while kept and not kept[-1]:
        kept.pop()
    if kept:
        writer.add(BlockKind.HEADING, title, level=1)
        writer.table(kept, sheet=title)


def _trimmed(values: list[str]) -> list[str]:
    while values and not values[-1]:
        values.pop()
    return values


def shown(value: object) -> str:
    """A cell as text, with every digit that is stored: no number format rounds it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ")
    return str(value)
