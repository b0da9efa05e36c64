"""From a setting to a model that can be asked.

openai:gpt-5                            a provider that Pydantic AI knows, with a key
qwen3@http://127.0.0.1:8000/v1          an address that speaks OpenAI's chat completions
http://127.0.0.1:8000/v1                the same, when it serves one model
"""

import inspect
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import httpx2
from pydantic import SecretStr
from pydantic_ai.exceptions import UserError
from pydantic_ai.models import Model, infer_model
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers import Provider, infer_provider_class
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

from errand.domain.errors import ModelUnusable
from errand.models.background import BackgroundLoop
from errand.models.faults import Asked, cleaned
from errand.models.listing import listed_at
from errand.models.pydantic_model import Abilities, PydanticModel
from errand.models.setup import address_of, can_be_sent, without_secrets

USUAL_CONTEXT = 32_000
"""Of a model of which nothing is known."""

_CONNECT_SECONDS = 10.0
_SENT = frozenset({
    "host", "accept", "accept-encoding", "connection", "content-type", "content-length", "transfer-encoding",
    "user-agent",
})  # fmt: skip

_EXAMPLES = "openai:gpt-5, qwen3@http://127.0.0.1:8000/v1 or http://127.0.0.1:8000/v1"
_EXTRA = re.compile(r"pydantic-ai-slim\[([\w-]+)\]")


def build_model(
    named: str,
    *,
    key: SecretStr | None,
    loop: BackgroundLoop,
    context_tokens: int | None = None,
    tools: bool = True,
) -> PydanticModel:
    """`named`: a setting. `context_tokens`: of the settings, or known from before; with it, an address with a
    name is not asked what it serves. `tools`: False for a model that can not call them.

    Raises ModelUnusable, and ModelBusy when an address has to be asked and does not answer.
    """
    if not all(map(can_be_sent, _secret(key))):
        raise ModelUnusable(f"The key for {cleaned(named)} holds characters that no key has: copy it again.")
    address = address_of(named)
    if address:
        return _at_address(named, address, key, loop, context_tokens, tools=tools)
    provider, _, name = named.partition(":")
    if not provider or not name or "://" in named:
        raise ModelUnusable(f"ERRAND_MODEL is {cleaned(named)!r}; write it like {_EXAMPLES}.")
    return _hosted(named, provider, key, loop, context_tokens, tools=tools)


def _at_address(
    named: str,
    address: str,
    key: SecretStr | None,
    loop: BackgroundLoop,
    context_tokens: int | None,
    *,
    tools: bool,
) -> PydanticModel:
    _refuse_unusable(named, address)
    url, secret = address.rstrip("/"), _secret(key)
    name = named.removesuffix(f"@{address}") if named != address else ""
    if not name or context_tokens is None:
        listed = listed_at(url, name, Asked(f"{name}@{url}" if name else url, url, secret))
        name, context_tokens = listed.name, context_tokens or listed.context_tokens
    asked = Asked(f"{name}@{url}", url, secret)
    connections = _connections()
    connections.event_hooks = {"request": [_only_ours(secret)]}
    provider = OpenAICompatibleProvider(
        "compatible", base_url=url, api_key=secret[0] if secret else None, http_client=connections
    )
    # The older name of the bound on an answer: every server knows it, and some do not heed the newer one.
    profile = OpenAIModelProfile(openai_chat_supports_max_completion_tokens=False)
    model = OpenAIChatModel(name, provider=provider, profile=profile)
    abilities = Abilities(context_tokens or _context_of(model), tools)
    return PydanticModel(asked, model, abilities, loop, connections)


def _hosted(
    named: str,
    provider: str,
    key: SecretStr | None,
    loop: BackgroundLoop,
    context_tokens: int | None,
    *,
    tools: bool,
) -> PydanticModel:
    connections = _connections()
    try:
        kind = infer_provider_class(provider)
        reached = _reached(kind, key, connections)
        model = infer_model(named, provider_factory=lambda _: reached)
    except ImportError as error:
        extra = _EXTRA.search(str(error))
        raise ModelUnusable(
            f"{named} needs a package that is not installed: "
            f"pip install 'pydantic-ai-slim[{extra[1] if extra else provider}]'."
        ) from error
    except ValueError as error:
        raise ModelUnusable(
            f"{provider!r} is no known provider; write ERRAND_MODEL like {_EXAMPLES}."
        ) from error
    except UserError as error:
        raise ModelUnusable(_incomplete(named, str(error))) from None
    asked = Asked(named, reached.base_url, _secret(key))
    abilities = Abilities(context_tokens or _context_of(model), tools)
    return PydanticModel(asked, model, abilities, loop, connections)


def _reached(
    kind: Callable[..., Provider[Any]], key: SecretStr | None, connections: httpx2.AsyncClient
) -> Provider[Any]:
    """Providers differ in what they are made with."""
    given = {"api_key": key.get_secret_value() if key else None, "http_client": connections}
    taken = inspect.signature(kind).parameters
    return kind(**{name: value for name, value in given.items() if name in taken})


def _incomplete(named: str, told: str) -> str:
    if "API_KEY" in told or "api_key" in told:
        return f"{named} needs a key; set ERRAND_MODEL_KEY."
    if "BASE_URL" in told or "base_url" in told:
        return f"{named} does not say where; write NAME@URL, for example {_EXAMPLES.split(', ')[1]}."
    return f"{named} can not be set up: {cleaned(told)}"


def _refuse_unusable(named: str, address: str) -> None:
    try:
        without_secrets(named)
    except ValueError as error:
        raise ModelUnusable(f"ERRAND_MODEL can not be used: {error}.") from error
    if not urlsplit(address).hostname:
        raise ModelUnusable(f"The address in ERRAND_MODEL names no host; write it like {_EXAMPLES}.")


def _secret(key: SecretStr | None) -> tuple[str, ...]:
    return (key.get_secret_value(),) if key is not None and key.get_secret_value() else ()


def _connections() -> httpx2.AsyncClient:
    """Kept open between calls. How long an answer may take is said with each call."""
    return httpx2.AsyncClient(timeout=httpx2.Timeout(None, connect=_CONNECT_SECONDS))


def _only_ours(secret: tuple[str, ...]) -> Callable[[httpx2.Request], Awaitable[None]]:
    """OpenAI's library adds what the environment says of an account there (organization, project, headers of
    one's own), which is for no other address."""

    async def keep(request: httpx2.Request) -> None:
        for name in [name for name in request.headers if name not in _SENT]:
            del request.headers[name]
        if secret:
            request.headers["Authorization"] = f"Bearer {secret[0]}"

    return keep


def _context_of(model: Model) -> int:
    known = model.profile.get("context_window")
    return known or _published_context(model.system, model.model_name) or USUAL_CONTEXT


def _published_context(provider: str, name: str) -> int | None:
    from genai_prices.data_snapshot import get_snapshot

    try:
        return get_snapshot().find_provider_model(name, None, provider, None)[1].context_window
    except LookupError:
        return None
