"""Extraction without a model: labels, table columns and patterns. What they do not decide stays empty."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from errand.capabilities.citing import find_quote
from errand.capabilities.documents.model import Block, BlockKind, Document
from errand.capabilities.extracting.fields import FieldType, FieldWanted
from errand.capabilities.extracting.values import read_value, stands_in, values_in
from errand.capabilities.text.sentences import split_sentences
from errand.capabilities.text.words import terms
from errand.domain.json import Json

_LABELLED = re.compile(r"^\s*(?:[-*•]\s*)?(?P<label>[^:|\n]{1,60}?)\s*(?::|\s\|\s?)\s*(?P<value>\S.*)$")
_LONGEST_VALUE = 300
_PATTERNED = {FieldType.NUMBER, FieldType.INTEGER, FieldType.DATE, FieldType.EMAIL, FieldType.PHONE}
_SAME = (
    {"total", "amount due", "sum", "grand total"},
    {"phone", "telephone", "tel", "mobile", "phone number"},
    {"email", "e-mail", "mail", "email address"},
    {"number", "no", "nr", "id", "reference"},
    {"vendor", "supplier", "seller", "from"},
    {"customer", "client", "buyer", "bill to"},
    {"price", "unit price", "cost"},
    {"quantity", "qty", "count"},
    {"start", "start date", "effective date", "begins"},
    {"end", "end date", "expiry date", "expires"},
    {"author", "by", "written by"},
)


@dataclass(frozen=True)
class Found:
    """A value and the line that it stands in."""

    value: Json
    document: str
    quote: str


def find_value(field: FieldWanted, documents: Sequence[Document]) -> Found | None:
    """From a labelled line or table row; else from a sentence that names it; else the only one there is."""
    for way in (_labelled, _in_sentences, _alone):
        found = [each for document in documents for each in way(field, document)]
        if len({str(each.value).casefold() for each in found}) == 1:
            return found[0]
        if found:  # the documents say different things, and rules can not tell which is meant
            return None
    return None


def find_values(field: FieldWanted, documents: Sequence[Document]) -> list[Found]:
    """All values under a column with its label; else all labelled lines."""
    columns = [each for document in documents for each in _columns(field, document)]
    found = columns or [each for document in documents for each in _labelled(field, document)]
    return list(dict.fromkeys(found))


def find_records(field: FieldWanted, documents: Sequence[Document]) -> list[dict[str, Found]]:
    """The rows of tables that have columns for at least two of its fields."""
    rows = []
    for document in documents:
        for table in _tables(document):
            columns = {
                each.name: c for each in field.fields if (c := _column(each, table.rows[0])) is not None
            }
            if len(columns) >= min(2, len(field.fields)):
                rows += [_record(field, row, columns, document) for row in table.rows[1:]]
    return [row for row in rows if row]


def _record(
    field: FieldWanted, row: tuple[str, ...], columns: dict[str, int], document: Document
) -> dict[str, Found]:
    cells = ((each, row[columns[each.name]]) for each in field.fields if each.name in columns)
    read = {
        each.name: (read_value(each, cell), cell) for each, cell in cells if len(row) > columns[each.name]
    }
    line = _line(row)
    return {name: Found(value, document.name, line) for name, (value, _) in read.items() if value is not None}


def labels(field: FieldWanted) -> set[str]:
    words = field.words()
    same = {other for group in _SAME if words in group for other in group}
    last = words.split()[-1]
    for group in _SAME:
        if last in group and last != words:
            same |= {f"{words.rsplit(' ', 1)[0]} {other}" for other in group}
    return {_normal(each) for each in {words, *same}}


def _normal(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", text.lower()).split())


def _labelled(field: FieldWanted, document: Document) -> Iterator[Found]:
    wanted = labels(field)
    for block in document.blocks:
        for line in block.text.split("\n"):
            match = _LABELLED.match(line)
            if match and _normal(match["label"]) in wanted:
                value = _within(field, match["value"])
                if value is not None:
                    yield Found(value, document.name, line.strip())


def _within(field: FieldWanted, text: str) -> Json:
    """Of a table row with several cells after the label, nothing: rules do not know which column is meant."""
    text = text.strip()
    if len(text) > _LONGEST_VALUE or (
        " | " in text and len({c.strip() for c in text.split(" | ")} - {""}) > 1
    ):
        return None
    value = read_value(field, text.strip(" |"))
    return value if value is not None and stands_in(field, value, text) else None


def _in_sentences(field: FieldWanted, document: Document) -> Iterator[Found]:
    """Only what a pattern can tell: a name or a title could be anything in a sentence."""
    wanted = set(terms(field.words()))
    if field.type not in _PATTERNED:
        return
    for block in document.blocks:
        if block.kind in (BlockKind.TABLE, BlockKind.CODE):
            continue
        for start, end in split_sentences(block.text[:20_000]):
            sentence = block.text[start:end]
            value = read_value(field, sentence) if wanted <= set(terms(sentence)) else None
            if value is not None and find_quote(document, sentence):
                yield Found(value, document.name, sentence)


def _alone(field: FieldWanted, document: Document) -> Iterator[Found]:
    """An address or a telephone number without further description: it is the one, when there is one only."""
    if field.type not in (FieldType.EMAIL, FieldType.PHONE) or not any(field.words() in g for g in _SAME):
        return
    for block in document.blocks:
        for line in block.text.split("\n"):
            for value in values_in(field, line):
                yield Found(value, document.name, line)


def _tables(document: Document) -> Iterator[Block]:
    return (block for block in document.blocks if block.kind is BlockKind.TABLE and len(block.rows) > 1)


def _column(field: FieldWanted, header: Sequence[str]) -> int | None:
    wanted = labels(field)
    found = [number for number, cell in enumerate(header) if _normal(cell) in wanted]
    return found[0] if len(found) == 1 else None


def _columns(field: FieldWanted, document: Document) -> Iterator[Found]:
    for table in _tables(document):
        column = _column(field, table.rows[0])
        if column is None:
            continue
        for row in table.rows[1:]:
            value = read_value(field, row[column]) if len(row) > column else None
            if value is not None:
                yield Found(value, document.name, _line(row))


def _line(row: tuple[str, ...]) -> str:
    """As it stands in the text of its table."""
    return " | ".join(row)
