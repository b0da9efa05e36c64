"""The tools of an agent: capabilities that it may call, each call checked before anything runs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, Field

from errand.agents.files import Files, references
from errand.agents.schema import filled_in, schema_of
from errand.agents.tool_context import ToolContext
from errand.agents.turns import Became, RecordedFile
from errand.capability import AnyCapability, ArtifactRef, Catalogue, Context, Effects
from errand.domain.errors import InputRefused, SetupError, StoreUnavailable, Transient
from errand.domain.json import JsonObject
from errand.model import ToolCall, ToolOffer

LONGEST_RESULT = 6_000
"""Characters of a result that the model sees at once."""
_LONGEST_NAME = 64
READ_ON = "read_on"


class ReadOnInput(BaseModel):
    """Show more of a file as text: of a result that was cut, or of any other text file."""

    file: ArtifactRef
    offset: int = Field(default=0, ge=0, description="The character to begin with, counted from 0.")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call gave."""

    text: str
    became: Became
    files: tuple[RecordedFile, ...] = ()


class Toolbox:
    """It lives as long as one run of an agent."""

    def __init__(self, names: Sequence[str], catalogue: Catalogue, files: Files) -> None:
        """Raises ValueError when a capability can not be a tool: an agent is described wrongly."""
        offered = {each.name: each for each in catalogue.offered()}
        self._files = files
        self._tools: dict[str, AnyCapability] = {}
        for name in names:
            if name in offered:
                self._tools[tool_name(offered[name], self._tools)] = offered[name]
        self.offers = tuple(
            ToolOffer(name, each.description, schema_of(each.input_type))
            for name, each in self._tools.items()
        )
        if self.offers:
            described = ReadOnInput.__doc__ or ""
            self.offers += (ToolOffer(READ_ON, described, schema_of(ReadOnInput)),)

    def call(self, call: ToolCall, context: Context, number: int) -> Answer:
        """`number`: of the call in its conversation; it names what is too long to be shown."""
        tool = self._tools.get(call.name)
        if tool is None and not (call.name == READ_ON and self.offers):
            names = ", ".join(each.name for each in self.offers) or "none"
            return Answer(f"There is no tool called {call.name[:100]!r}; there are: {names}.", Became.WRONG)
        if call.arguments is None:
            return Answer(_not_json(call), Became.WRONG)
        try:
            given = filled_in(tool.input_type if tool else ReadOnInput, call.arguments, self._files)
        except ValueError as fault:
            wrong = "".join(f"\n- {each}" for each in fault.args)
            return Answer(f"The call was not made, its arguments are wrong:{wrong}", Became.WRONG)
        reach = ToolContext(tool.name if tool else READ_ON, context, self._files)
        try:
            return _run(tool, given, reach, number) if tool else _read_on(given, reach)
        except StoreUnavailable:
            raise
        except (InputRefused, SetupError, Transient) as refusal:
            made = tuple(each.recorded(made=True) for each in reach.made)
            return Answer(str(refusal), Became.REFUSED_BY_TOOL, made)


def tool_name(capability: AnyCapability, others: dict[str, AnyCapability]) -> str:
    """Raises ValueError when it can not be a tool."""
    name = capability.name.replace(".", "_")
    if capability.effects is Effects.OUTSIDE:
        raise ValueError(
            f"{capability.name} acts on the outside: it needs an approval, which agents can not give"
        )
    if name in others or name == READ_ON or len(name) > _LONGEST_NAME:
        raise ValueError(f"{capability.name} can not be a tool: the name {name} is taken or too long")
    return name


def _run(tool: AnyCapability, given: BaseModel, reach: ToolContext, number: int) -> Answer:
    output = tool.run(given, reach)
    if not isinstance(output, tool.output_type):
        raise TypeError(f"{tool.name} gave back {type(output).__name__}, not {tool.output_type.__name__}")
    before = list(reach.files)
    given_back = [reach.files.add(ref) for ref in references(output)]
    values: JsonObject = output.model_dump(mode="json", exclude_none=True)
    text = json.dumps(reach.files.in_words(values), ensure_ascii=False, separators=(",", ":"))
    storable = text.encode(errors="replace").decode()
    shown = _shortened(storable, f"result-{number}.json", reach)
    files = [each.recorded(made=True) for each in reach.made]
    files += [each.recorded(made=False) for each in dict.fromkeys(given_back) if each not in before]
    return Answer(shown, Became.RAN, tuple(files))


def _shortened(text: str, name: str, reach: ToolContext) -> str:
    """The whole when it is short, else its beginning, with the whole as a file."""
    if len(text) <= LONGEST_RESULT:
        return text
    saved = reach.save(ArtifactRef, name, text.encode(), "application/json")
    return text[:LONGEST_RESULT] + _more(saved.name, LONGEST_RESULT, len(text))


def _read_on(given: BaseModel, reach: ToolContext) -> Answer:
    asked = ReadOnInput.model_validate(given)
    name, content = reach.files.add(asked.file).shown, reach.load(asked.file)
    if b"\0" in content[:4_096]:
        raise InputRefused(f"{name} is no text: use a tool that reads {asked.file.media_type}.")
    text = content.decode(errors="replace")
    if asked.offset >= len(text) > 0:
        raise InputRefused(f"{name} ends at character {len(text):,}.")
    end = asked.offset + LONGEST_RESULT
    more = _more(name, end, len(text)) if end < len(text) else "\n[the end]"
    return Answer(text[asked.offset : end] + more, Became.RAN)


def _more(name: str, shown: int, length: int) -> str:
    how = json.dumps({"file": name, "offset": shown}, ensure_ascii=False)
    return f"\n[cut after {shown:,} of {length:,} characters; {READ_ON} {how} shows more]"


def _not_json(call: ToolCall) -> str:
    return f"The call was not made: its arguments are no JSON object. They began: {call.written[:200]}"
