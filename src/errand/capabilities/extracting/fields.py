"""What is to be taken out of documents: fields, described one by one or by a JSON Schema."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, Field

from errand.domain.errors import InputRefused
from errand.domain.json import JsonObject

_DEEPEST = 3
_MOST_FIELDS = 100
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


class FieldType(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    DATE = "date"
    FLAG = "flag"
    EMAIL = "email"
    PHONE = "phone"
    CHOICE = "choice"
    RECORD = "record"
    """Has fields of its own."""


class FieldWanted(BaseModel):
    """One value, or with `many` a list of them."""

    name: str = Field(pattern=r"^[A-Za-z]\w{0,60}$", description="`invoice_date`: its key in the result.")
    type: FieldType = Field(default=FieldType.TEXT, description="What it is; a date comes as YYYY-MM-DD.")
    description: str = Field(
        default="", description="What is meant, and the words that documents use for it."
    )
    many: bool = Field(default=False, description="True: all of them, as a list.")
    choices: list[str] = Field(default=[], description="Of a choice: what it may be.")
    fields: list["FieldWanted"] = Field(default=[], description="Of a record: its fields.")

    def words(self) -> str:
        """Its name as people write it: `invoiceDate` and `invoice_date` are `invoice date`."""
        return " ".join(_WORD.findall(self.name)).lower()


def fields_of(schema: JsonObject) -> list[FieldWanted]:
    """Raises InputRefused for a schema that is no object's, or that uses what is not understood."""
    fields = list(_properties(schema, schema, 1))
    if not fields or len(fields) > _MOST_FIELDS:
        raise InputRefused(f"A schema has one to {_MOST_FIELDS} properties; this one has {len(fields)}.")
    return fields


def _properties(schema: JsonObject, root: JsonObject, depth: int) -> Iterator[FieldWanted]:
    properties = schema.get("properties")
    if not isinstance(properties, dict) or depth > _DEEPEST:
        raise InputRefused("The schema must be of an object with `properties`, at most three objects deep.")
    for name, each in properties.items():
        if not re.match(r"^[A-Za-z]\w{0,60}$", name):
            raise InputRefused(f"The property {name!r} can not be a field: use letters, digits and _.")
        yield _field(name, _resolved(each, root), root, depth)


def _resolved(schema: Any, root: JsonObject) -> dict[str, Any]:  # noqa: ANN401  # any JSON that a person wrote
    """`$ref` into the same schema followed, and `X or null` taken as X."""
    if not isinstance(schema, dict):
        raise InputRefused(f"A property's schema must be an object, not {str(schema)[:60]!r}.")
    target = schema.get("$ref")
    if isinstance(target, str):
        at: Any = root
        for part in target.removeprefix("#/").split("/"):
            at = at.get(part) if isinstance(at, dict) else None
        if not isinstance(at, dict) or "$ref" in at:
            raise InputRefused(f"The schema's reference {target!r} leads nowhere.")
        return {**at, **{key: value for key, value in schema.items() if key != "$ref"}}
    options = schema.get("anyOf") or schema.get("oneOf")
    if isinstance(options, list):
        real = [each for each in options if not (isinstance(each, dict) and each.get("type") == "null")]
        if len(real) != 1:
            raise InputRefused("A property may have one type, or that type and null.")
        rest = {key: value for key, value in schema.items() if key not in ("anyOf", "oneOf")}
        return {**_resolved(real[0], root), **rest}
    return schema


def _field(name: str, schema: dict[str, Any], root: JsonObject, depth: int) -> FieldWanted:
    many = _type(schema) == "array"
    inner = _resolved(schema.get("items", {"type": "string"}), root) if many else schema
    word = _type(inner)
    about = " ".join(
        str(each.get("description", "")) for each in {id(schema): schema, id(inner): inner}.values()
    )
    made = FieldWanted(name=name, many=many, description=about.strip(), type=FieldType.TEXT)
    if word == "object":
        fields = list(_properties(inner, root, depth + 1))
        return made.model_copy(update={"type": FieldType.RECORD, "fields": fields})
    if choices := inner.get("enum"):
        return made.model_copy(update={"type": FieldType.CHOICE, "choices": [str(each) for each in choices]})
    return made.model_copy(
        update={"type": _SIMPLE.get((word, str(inner.get("format", ""))), _plain(word, name))}
    )


def _type(schema: dict[str, Any]) -> str:
    """`["string", "null"]` is a string that may be missing, as every field may."""
    word = schema.get("type", "object" if "properties" in schema else "string")
    if isinstance(word, list):
        word = next((each for each in word if each != "null"), "string")
    return str(word)


_SIMPLE = {
    ("string", "date"): FieldType.DATE,
    ("string", "date-time"): FieldType.DATE,
    ("string", "email"): FieldType.EMAIL,
    ("string", "phone"): FieldType.PHONE,
}


def _plain(word: str, name: str) -> FieldType:
    plain = {
        "string": FieldType.TEXT, "number": FieldType.NUMBER, "integer": FieldType.INTEGER,
        "boolean": FieldType.FLAG,
    }.get(word)  # fmt: skip
    if plain is None:
        raise InputRefused(f"The property {name} is of type {word!r}, which can not be taken out of a text.")
    return plain
