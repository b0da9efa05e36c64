"""From a JSON Schema to the grammar by which llama.cpp chooses tokens: what it lets through can be parsed.

The translation is the library's own. What it can not translate, or lets through although it is no JSON, is
put right before and after.
"""

import json
import re

from errand.domain.json import Json, JsonObject

_CHAR = r'char ::= [^"\\\x00-\x1F\x7F] | "\\" ["\\/bfnrt]'
"""RFC 8259, section 7: control characters stand in no string. Escapes by number are left out: every character
can be written as itself, and halves of surrogate pairs and the null character can not be stored."""
_NUMBER = 'number ::= ("-"? integral-part) ("." decimal-part)? space'
"""Without an exponent: 1e999 is JSON and no number."""

_ANY: list[Json] = ["object", "array", "string", "number", "boolean", "null"]
_LONGEST_COUNTED = 64
"""Larger bounds on lengths would make grammars of a megabyte; they are checked afterwards like all others."""
_BOUNDS = ("minLength", "maxLength", "minItems", "maxItems")
_LEFT_OUT = ("pattern", "title", "description", "default", "examples", "discriminator", "format")
_TYPED_BY = ("type", "enum", "const", "anyOf", "oneOf", "allOf", "$ref", "properties")


def gbnf(schema: JsonObject) -> str:
    """The grammar of what keeps to `schema`, which is an object at its root."""
    from llama_cpp.llama_grammar import json_schema_to_gbnf

    grammar: str = json_schema_to_gbnf(json.dumps(translatable(schema)))
    grammar = re.sub(r"^char ::= .*$", lambda _: _CHAR, grammar, flags=re.MULTILINE)
    return re.sub(r"^number ::= .*$", lambda _: _NUMBER, grammar, flags=re.MULTILINE)


def translatable(schema: JsonObject) -> JsonObject:
    """The same schema, or a wider one, in the words that the library knows.

    Rules of a grammar have names of letters and digits, so definitions are numbered; a schema that allows
    anything names what there is.
    """
    definitions = schema.get("$defs")
    names = list(definitions) if isinstance(definitions, dict) else []
    numbered = {f"#/$defs/{name}": f"#/$defs/defined{n}" for n, name in enumerate(names)}
    root = _rewritten({key: value for key, value in schema.items() if key != "$defs"}, numbered)
    if isinstance(definitions, dict):
        root["$defs"] = {
            f"defined{n}": _schema(each, numbered) for n, each in enumerate(definitions.values())
        }
    return root


def _rewritten(schema: JsonObject, numbered: dict[str, str]) -> JsonObject:
    if "$ref" in schema:
        return {"$ref": numbered.get(str(schema["$ref"]), schema["$ref"])}
    kept: JsonObject = {}
    for key, value in schema.items():
        if key in _LEFT_OUT or (key in _BOUNDS and isinstance(value, int) and value > _LONGEST_COUNTED):
            continue
        if key == "properties" and isinstance(value, dict):
            kept[key] = {name: _schema(each, numbered) for name, each in value.items()}
        elif key in ("anyOf", "oneOf", "allOf", "prefixItems") and isinstance(value, list):
            kept[key] = [_schema(each, numbered) for each in value]
        elif key in ("items", "additionalProperties") and isinstance(value, dict):
            kept[key] = _schema(value, numbered)
        else:
            kept[key] = value
    return kept if any(key in kept for key in _TYPED_BY) else {**kept, "type": _ANY}


def _schema(value: Json, numbered: dict[str, str]) -> Json:
    if value is True:
        return {"type": _ANY}
    return _rewritten(value, numbered) if isinstance(value, dict) else value
