"""Schemas are put into words that llama.cpp's translation knows, without becoming narrower."""

from errand.domain.json import Json, JsonObject
from errand.models.grammar import translatable

ANY: list[Json] = ["object", "array", "string", "number", "boolean", "null"]


def test_definitions_are_numbered_and_references_follow() -> None:
    node: JsonObject = {"type": "object", "properties": {"next": {"$ref": "#/$defs/a.Node_1"}}}

    assert translatable({"$ref": "#/$defs/a.Node_1", "$defs": {"a.Node_1": node}}) == {
        "$ref": "#/$defs/defined0",
        "$defs": {"defined0": {"type": "object", "properties": {"next": {"$ref": "#/$defs/defined0"}}}},
    }


def test_what_may_be_anything_is_named() -> None:
    schema: JsonObject = {"type": "object", "properties": {"a": {}, "b": {"description": "B."}, "c": True}}

    assert translatable(schema)["properties"] == {name: {"type": ANY} for name in "abc"}


def test_a_field_may_be_called_like_a_keyword() -> None:
    schema: JsonObject = {
        "type": "object",
        "properties": {"title": {"type": "string"}, "pattern": {"type": "string"}},
    }

    assert translatable(schema) == schema


def test_bounds_that_would_blow_up_a_grammar_are_left_to_validation() -> None:
    schema: JsonObject = {"type": "string", "minLength": 1, "maxLength": 10_000, "pattern": "^(?=a)"}

    assert translatable(schema) == {"type": "string", "minLength": 1}
