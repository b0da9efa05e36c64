"""Any model that Pydantic AI reaches, behind our contract. Turns, tools, storing and limits are ours."""

from concurrent.futures import CancelledError
from dataclasses import dataclass

import httpx2
from pydantic_ai import direct
from pydantic_ai.messages import InstructionPart, ModelResponse
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.output import OutputObjectDefinition
from pydantic_ai.profiles import ModelProfile
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import ToolDefinition

from errand.domain.budget import Usage
from errand.domain.errors import ModelBusy, ModelUnusable
from errand.model import Finish, Prompt, Replied, Reply, ToolCall, ToolOffer, Traits
from errand.models import envelope
from errand.models.background import BackgroundLoop
from errand.models.conversation import calls_of, messages_of, raw_of, text_of
from errand.models.faults import RAISED, Asked, fault_of
from errand.models.paying import EmptyReply, Refused
from errand.models.schemas import plain


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the model behind an address does, beyond what is known of it by name."""

    context_tokens: int
    tools: bool = True
    """False: it is never offered tools; those of a prompt are put into a schema of its answer."""


class PydanticModel:
    """Keeps `errand.model.LanguageModel`."""

    def __init__(
        self,
        asked: Asked,
        model: Model,
        abilities: Abilities,
        loop: BackgroundLoop,
        connections: httpx2.AsyncClient | None = None,
    ) -> None:
        """`loop` outlives this. `connections`: what `model` was made with; closed with this."""
        self._asked, self._model, self._loop, self._connections = asked, model, loop, connections
        profile = model.profile
        self._tools = abilities.tools and profile.get("supports_tools", True)
        schema = profile.get("supports_json_schema_output", False)
        self._traits = Traits(abilities.context_tokens, self._tools or schema, self._tools or schema)
        self._settings = _settings(profile)

    def __repr__(self) -> str:
        return f"PydanticModel({self.name!r})"

    @property
    def name(self) -> str:
        return self._asked.model

    @property
    def traits(self) -> Traits:
        """Tools are among them also when they are put into a schema, and then it makes one call at a time."""
        return self._traits

    def ask(self, prompt: Prompt, *, timeout_seconds: float) -> Reply:
        if envelope.needed(prompt) and not self._tools:
            return self._ask_enveloped(prompt, timeout_seconds)
        response = self._request(prompt, _parameters(prompt), timeout_seconds)
        return self._reply(response, text_of(response), calls_of(response))

    def close(self) -> None:
        """Connections are closed; asking afterwards fails."""
        if self._connections is not None:
            self._loop.run(self._connections.aclose())

    def _ask_enveloped(self, prompt: Prompt, timeout_seconds: float) -> Reply:
        if not self._traits.schema:
            raise ModelUnusable(
                f"{self.name} can neither call tools nor keep to a schema; set another model."
            )
        schema = OutputObjectDefinition(json_schema=envelope.schema_of(prompt), name=envelope.NAME)
        written = envelope.enveloped(prompt)
        response = self._request(written, _parameters(written, schema), timeout_seconds)
        text = text_of(response)
        turn = sum(isinstance(message, Replied) for message in prompt.messages)
        return self._reply(response, "", (envelope.opened(text, turn),) if text.strip() else ())

    def _request(
        self, prompt: Prompt, parameters: ModelRequestParameters, timeout_seconds: float
    ) -> ModelResponse:
        settings = self._settings | ModelSettings(
            max_tokens=prompt.max_output_tokens, request_timeout=timeout_seconds
        )
        asking = direct.model_request(
            self._model,
            messages_of(prompt.messages, self.name),
            model_settings=settings,
            model_request_parameters=parameters,
        )
        try:
            return self._loop.run(asking)
        except RAISED as error:
            raise fault_of(error, self._asked) from None  # its words may hold what must not be shown
        except CancelledError:
            raise ModelBusy(f"{self.name} was closed while it was asked.") from None

    def _reply(self, response: ModelResponse, text: str, calls: tuple[ToolCall, ...]) -> Reply:
        usage = _usage(response)
        if response.finish_reason == "content_filter":
            raise Refused(f"{self.name} refuses to answer this; word the request anew.", usage)
        cut = response.finish_reason == "length"
        if not (text.strip() or calls or cut):
            raise EmptyReply(f"{self.name} answered with nothing.", usage)
        finish = Finish.LENGTH if cut else Finish.CALLS if calls else Finish.STOP
        return Reply(text, calls, usage, self.name, finish, raw_of(response, calls, self.name))


def _settings(profile: ModelProfile) -> ModelSettings:
    """The same in every call. The provider's own library tries nothing again: we do, within the limits."""
    settings = ModelSettings(max_retries=0, cache=True)
    if not _chooses_temperature(profile):
        settings["temperature"] = 0.0
    return settings


def _chooses_temperature(profile: ModelProfile) -> bool:
    """Models that think take none, and say so with an error."""
    return bool(
        profile.get("thinking_always_enabled")
        or profile.get("thinking_enabled_by_default")
        or profile.get("openai_supports_reasoning")
        or profile.get("anthropic_disallows_sampling_settings")
    )


def _parameters(prompt: Prompt, schema: OutputObjectDefinition | None = None) -> ModelRequestParameters:
    return ModelRequestParameters(
        function_tools=[_definition(offer) for offer in prompt.tools],
        output_tools=[] if prompt.output is None else [_definition(prompt.output, output=True)],
        output_mode="native" if schema is not None else "text" if prompt.output is None else "tool",
        output_object=schema,
        allow_text_output=prompt.output is None,
        instruction_parts=[InstructionPart(content=prompt.instructions)] if prompt.instructions else [],
    )


def _definition(offer: ToolOffer, *, output: bool = False) -> ToolDefinition:
    """Whether its schema can be kept to strictly is left to what is known of the model."""
    return ToolDefinition(
        name=offer.name,
        description=offer.description,
        parameters_json_schema=plain(offer.schema),
        kind="output" if output else "function",
    )


def _usage(response: ModelResponse) -> Usage:
    counted = response.usage
    return Usage(
        input_tokens=counted.input_tokens,
        cached_tokens=counted.cache_read_tokens,
        output_tokens=counted.output_tokens,
        cache_written_tokens=counted.cache_write_tokens,
    )
