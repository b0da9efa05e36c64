"""JSON Schema of what a model fills in, where files are given by their names."""

from functools import lru_cache
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from errand.agents.files import Files
from errand.capability import ArtifactRef
from errand.domain.json import JsonObject

V = TypeVar("V", bound=BaseModel)
_MOST_FAULTS = 20
"""In one answer; what is behind them shows when these are put right."""


class _FilesByName(GenerateJsonSchema):
    def model_schema(self, schema: Any) -> JsonSchemaValue:  # noqa: ANN401  # pydantic_core's ModelSchema
        kind = schema["cls"]
        if issubclass(kind, ArtifactRef):
            return {"type": "string", "description": f"Name of a file ({kind.kind})."}
        return super().model_schema(schema)


@lru_cache(maxsize=256)  # a millisecond or two each, at every run of an agent for every tool
def schema_of(model: type[BaseModel]) -> JsonObject:
    """Shared by all who ask: not to be changed."""
    made: JsonObject = model.model_json_schema(schema_generator=_FilesByName)
    return made


def filled_in(model: type[V], arguments: JsonObject, files: Files) -> V:
    """Raises ValueError with everything that is wrong, a sentence for each of its `args`."""
    try:
        return model.model_validate(arguments, context={"files": files.find})
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, each['loc'])) or 'all'}: {each['msg'].removeprefix('Value error, ')}"
            for each in error.errors(include_url=False, include_input=False)[:_MOST_FAULTS]
        ]
        raise ValueError(*faults) from error
