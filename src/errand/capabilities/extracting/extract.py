"""`text.extract`: a schema in, a validated object out; each value with the passage that it stands in."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, create_model

from errand.agents.agent import Agent, Bounds, Material
from errand.agents.runner import Agents
from errand.capabilities.cited.shelf import Cited, Shelf, room_of
from errand.capabilities.cited.writing import READING
from errand.capabilities.documents.model import DocumentRef
from errand.capabilities.extracting.fields import FieldType, FieldWanted, fields_of
from errand.capabilities.extracting.model import Extraction, ExtractionRef, Place
from errand.capabilities.extracting.rules import Found, find_records, find_value, find_values
from errand.capabilities.extracting.values import stands_in
from errand.capabilities.text.model import Quotation
from errand.capability import STEERS, Audience, Capability, Context, capability
from errand.domain.errors import AgentFailed, ContextTooLong, InputRefused, LimitReached, ModelDeclined
from errand.domain.json import Json, JsonObject
from errand.model import Models, Role

_LARGEST_INLINE = 30_000
_MOST_ENTRIES = 500


def _as_text(value: object) -> object:
    return json.dumps(value) if isinstance(value, dict) else value


class ExtractInput(BaseModel):
    documents: list[DocumentRef] = Field(min_length=1, description="The documents to take values from.")
    fields: list[FieldWanted] = Field(default=[], description="What to take out; this or `json_schema`.")
    json_schema: Annotated[str, BeforeValidator(_as_text)] = Field(
        default="", description="JSON Schema of an object whose properties are to be filled in."
    )
    request: Annotated[str, STEERS] = Field(
        default="", description="What was asked for, so that it is known what is meant."
    )


class Values(BaseModel):
    """An object with the keys that were asked for."""

    model_config = ConfigDict(extra="allow")


class ExtractOutput(BaseModel):
    extraction: ExtractionRef = Field(description="The object, with the passage that each value stands in.")
    values: Values | None = Field(default=None, description="The object itself, when it is not too large.")
    missing: list[str] = Field(description="What was not found; it is null in the object.")


_EXTRACTOR: Agent[BaseModel] = Agent(
    name="extractor",
    role=Role.WORK,
    output_type=BaseModel,
    tools=READING,
    bounds=Bounds(turns=20, tool_calls=40, output_tokens=12_000),
)
"""Its output type is made from the fields, once for each run."""


def extract_capability(agents: Agents, models: Models) -> Capability[ExtractInput, ExtractOutput]:
    """Offered without a model as well."""

    @capability("text.extract", time_limit_seconds=1_800.0, audience=Audience.MODELS)
    def extract(given: ExtractInput, context: Context) -> ExtractOutput:
        """Take values out of documents by a schema or a list of fields: names, dates, amounts, records.

        Each value comes with the passage that it stands in; what is not stated stays empty.
        """
        fields = given.fields or fields_of(_schema(given.json_schema))
        shelf = Shelf.open(given.documents, context)
        if not agents.available(_EXTRACTOR):
            return _output(_by_rules(fields, shelf), context)
        try:
            shown = replace(shelf, room=room_of(models, _EXTRACTOR.role))
            made = _by_model(fields, given, shown, agents, context)
        except (LimitReached, ModelDeclined, AgentFailed, ContextTooLong) as error:
            said = f"No model read it ({str(error).rstrip('.')}): labels and tables were read by rules."
            made = _by_rules(fields, shelf).model_copy(update={"remarks": (said,)})
        return _output(made, context)

    return extract


def _schema(text: str) -> JsonObject:
    if not text.strip():
        raise InputRefused("Say what to take out of the documents: `fields`, or a JSON Schema.")
    try:
        schema = json.loads(text)
    except ValueError as error:
        raise InputRefused(f"The JSON Schema can not be read: {error}.") from error
    if not isinstance(schema, dict):
        raise InputRefused("The JSON Schema must be an object.")
    return schema


def _output(made: Extraction, context: Context) -> ExtractOutput:
    small = len(made.model_dump_json()) <= _LARGEST_INLINE
    return ExtractOutput(
        extraction=context.save_model(ExtractionRef, "extraction.json", made),
        values=Values.model_validate(made.values) if small else None,
        missing=list(made.missing)[:100],
    )


def _by_model(
    fields: Sequence[FieldWanted], given: ExtractInput, shelf: Shelf, agents: Agents, context: Context
) -> Extraction:
    form = _form("Form", fields)
    form.__doc__ = "The form, filled in from the documents."

    def faults(made: BaseModel, _context: Context) -> Sequence[str]:
        return [f"{path}: {fault}" for path, fault in _faults(_filled(fields, made), shelf)]

    about = " ".join(f"{each.words()} {each.description}" for each in fields)
    task = "Fill in the form from the documents." + (
        f" It was asked for: {given.request}" if given.request else ""
    )
    material = Material(task, shelf.sections(about), tuple(given.documents))
    agent = replace(_EXTRACTOR, output_type=form, accept=faults)
    return _extraction(fields, _filled(fields, agents.run(agent, material, context)), shelf, "a model")


_TYPES: dict[FieldType, Any] = {FieldType.NUMBER: float, FieldType.INTEGER: int, FieldType.FLAG: bool}


def _form(name: str, fields: Sequence[FieldWanted]) -> type[BaseModel]:
    """A model of what is handed in: for each field its value, its document and its quotation."""
    made: dict[str, Any] = {}
    for each in fields:
        if each.type is FieldType.RECORD:
            one: Any = _form(f"{name}_{each.name}", each.fields)
        else:
            one = create_model(
                f"{name}_{each.name}",
                value=(_TYPES.get(each.type, str) | None, Field(description=_about(each))),
                document=(
                    str,
                    Field(default="", description="Name of the document; empty when value is null."),
                ),
                quote=(
                    str,
                    Field(default="", description="The line or sentence that holds it, letter for letter."),
                ),
            )
        made[each.name] = (
            list[one] if each.many else one,
            Field(description=each.description or each.words()),
        )
    return create_model(name, **made)


def _about(field: FieldWanted) -> str:
    kind = f"one of: {', '.join(field.choices)}" if field.choices else field.type.value
    return f"{field.description or field.words()} ({kind}); null when it is not stated."


Filled = dict[str, tuple[FieldWanted, Found | None]]
"""By path."""


def _filled(fields: Sequence[FieldWanted], made: BaseModel, before: str = "") -> Filled:
    found: Filled = {}
    for field in fields:
        given = getattr(made, field.name)
        entries = enumerate(given[:_MOST_ENTRIES]) if field.many else [(None, given)]
        for number, entry in entries:
            path = f"{before}{field.name}" + ("" if number is None else f"[{number}]")
            if field.type is FieldType.RECORD:
                found |= _filled(field.fields, entry, f"{path}.")
            else:
                known = None if entry.value is None else Found(entry.value, entry.document, entry.quote)
                found[path] = (field, known)
    return found


def _faults(filled: Filled, shelf: Shelf) -> Iterator[tuple[str, str]]:
    for path, (field, found) in filled.items():
        if found is None:
            continue
        place = shelf.quotation(Cited.model_construct(document=found.document, quote=found.quote), short=True)
        if isinstance(place, str):
            yield path, place
        elif not stands_in(field, found.value, place.text):
            yield (
                path,
                f"{found.value!r} does not stand in “{place.text[:160]}”; correct it, or set it to null.",
            )


def _by_rules(fields: Sequence[FieldWanted], shelf: Shelf) -> Extraction:
    return _extraction(fields, _ruled(fields, shelf), shelf, "rules")


def _ruled(fields: Sequence[FieldWanted], shelf: Shelf) -> Filled:
    found: Filled = {}
    for field in fields:
        if field.type is FieldType.RECORD:
            rows = find_records(field, shelf.documents)[:_MOST_ENTRIES]
            for number, row in enumerate(rows if field.many else rows[:1] if len(rows) == 1 else []):
                path = f"{field.name}[{number}]" if field.many else field.name
                found |= {f"{path}.{each.name}": (each, row.get(each.name)) for each in field.fields}
        elif field.many:
            many = find_values(field, shelf.documents)[:_MOST_ENTRIES]
            found |= {f"{field.name}[{number}]": (field, each) for number, each in enumerate(many)}
        else:
            found[field.name] = (field, find_value(field, shelf.documents))
    return found


def _extraction(fields: Sequence[FieldWanted], filled: Filled, shelf: Shelf, made_by: str) -> Extraction:
    places = []
    for path, (_, found) in filled.items():
        cited = Cited.model_construct(document=found.document, quote=found.quote) if found else None
        place = shelf.quotation(cited, short=True) if cited else None
        if isinstance(place, Quotation):
            places.append(Place(path=path, passage=place))
    sure = {place.path for place in places}
    kept = {path: (found.value if found and path in sure else None) for path, (_, found) in filled.items()}
    empty = [
        each.name for each in fields if each.many and not any(p.startswith(f"{each.name}[") for p in kept)
    ]
    return Extraction(
        values={each.name: _value(each, each.name, kept) for each in fields},
        places=tuple(places),
        missing=(*(path for path, value in kept.items() if value is None), *empty),
        made_by=made_by,
    )


def _value(field: FieldWanted, path: str, kept: dict[str, Json]) -> Json:
    if field.many:
        one = field.model_copy(update={"many": False})
        count = 0
        while any(key == f"{path}[{count}]" or key.startswith(f"{path}[{count}].") for key in kept):
            count += 1
        return [_value(one, f"{path}[{number}]", kept) for number in range(count)]
    if field.type is FieldType.RECORD:
        return {each.name: _value(each, f"{path}.{each.name}", kept) for each in field.fields}
    return kept.get(path)
