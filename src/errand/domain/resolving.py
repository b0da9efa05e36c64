"""From references to values: what a subtask is given when it runs."""

from collections.abc import Mapping

from errand.domain.json import Json, JsonObject
from errand.domain.plan import FROM, REQUEST, Reference


def resolve(inputs: JsonObject, outputs: Mapping[str, Json], request: JsonObject) -> JsonObject:
    """Inputs with every reference replaced by what stands there.

    What an optional step could not give is left out: an input field takes its default, a list goes without.
    """
    resolved = {name: _value(value, outputs, request) for name, value in inputs.items()}
    return {name: value for name, value in resolved.items() if value is not None or inputs[name] is None}


def look_up(reference: Reference, outputs: Mapping[str, Json], request: JsonObject) -> Json:
    """What stands at a reference; None when nothing does."""
    found: Json = request if reference.step == REQUEST else outputs.get(reference.step)
    for part in reference.path:
        if isinstance(part, int):
            found = found[part] if isinstance(found, list) and part < len(found) else None
        else:
            found = found.get(part) if isinstance(found, dict) else None
    return found


def _value(value: Json, outputs: Mapping[str, Json], request: JsonObject) -> Json:
    if isinstance(value, dict):
        target = value.get(FROM)
        if len(value) == 1 and isinstance(target, str):
            return look_up(Reference.parse(target), outputs, request)
        return {name: _value(inner, outputs, request) for name, inner in value.items()}
    if isinstance(value, list):
        found = [(_value(inner, outputs, request), inner) for inner in value]
        return [each for each, given in found if each is not None or given is None]
    return value
