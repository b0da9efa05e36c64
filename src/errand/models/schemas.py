"""JSON Schemas as every provider takes them."""

from errand.domain.json import Json, JsonObject

_BY_NAME = ("properties", "$defs", "patternProperties")
"""Keywords whose keys are names that somebody chose, not keywords."""

_DATA = ("default", "const", "enum", "examples")
"""Keywords whose values are not schemas."""


def plain(schema: JsonObject) -> JsonObject:
    """A copy without titles: some providers refuse them, and they say only what the names say already."""
    kept: JsonObject = {}
    for key, value in schema.items():
        if key == "title" and isinstance(value, str):
            continue
        if key in _BY_NAME and isinstance(value, dict):
            kept[key] = {name: _plain(each) for name, each in value.items()}
        else:
            kept[key] = value if key in _DATA else _plain(value)
    return kept


def _plain(value: Json) -> Json:
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return plain(value) if isinstance(value, dict) else value
