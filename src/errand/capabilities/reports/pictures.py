"""Pictures that a report shows: their size and the text that stands for them, read out of the file itself."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from errand.capabilities.reports.check_figures import decimal
from errand.capabilities.reports.model import ChartRef
from errand.capabilities.reports.panels import VALUES
from errand.capability import Context
from errand.domain.errors import InputRefused

_PNG = b"\x89PNG\r\n\x1a\n"
_DESCRIPTION = b"Description"
_LARGEST = 20_000_000
"""Bytes; a chart has some 50,000."""
_LONGEST_TEXT = 10_000


@dataclass(frozen=True, slots=True)
class Image:
    content: bytes
    media_type: str
    alt: str = ""
    values: tuple[Decimal, ...] = ()
    """The numbers that a chart of ours was drawn from."""
    width: int = 0
    """Pixels, like the height."""
    height: int = 0


def load_image(ref: ChartRef, context: Context) -> Image:
    """Raises InputRefused when it is not a PNG or too large."""
    content = context.load(ref) if ref.size <= _LARGEST else b""
    if not content.startswith(_PNG) or len(content) < 33:
        raise InputRefused(f"{ref.name} can not be put into a report: it must be a PNG of at most 20 MB.")
    width, height = struct.unpack(">II", content[16:24])
    told = dict(_texts(content))
    drawn = told.get(VALUES.encode(), "").split()
    values = tuple(value for each in drawn if (value := decimal(each)) is not None)
    return Image(content, "image/png", told.get(_DESCRIPTION, ""), values, width, height)


def _texts(png: bytes) -> Iterator[tuple[bytes, str]]:
    """The text chunks. Source: PNG specification, third edition, 11.3.3."""
    place = len(_PNG)
    while place + 8 <= len(png):
        length, kind = struct.unpack(">I4s", png[place : place + 8])
        data = png[place + 8 : place + 8 + length]
        if kind == b"tEXt":
            key, _, text = data.partition(b"\0")
            yield key, text.decode("latin-1")
        elif kind == b"iTXt":
            key, _, rest = data.partition(b"\0")
            *_, text = rest[2:].split(b"\0", 2)
            if rest[:1] == b"\1":
                text = zlib.decompressobj().decompress(text, _LONGEST_TEXT)
            yield key, text.decode("utf-8", "replace")
        place += 12 + length
