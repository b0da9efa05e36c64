"""What an OpenAI-compatible address serves: `GET URL/models`."""

from dataclasses import dataclass

import httpx2
from pydantic import BaseModel, ValidationError

from errand.domain.errors import ModelUnusable
from errand.models.faults import Asked, fault_of, status_fault

_SECONDS = 10.0
_MOST_NAMED = 8
_MISSING = (404, 405, 501)


@dataclass(frozen=True, slots=True)
class Listed:
    name: str
    context_tokens: int | None


class _Meta(BaseModel):
    """Of llama.cpp's server."""

    n_ctx: int | None = None


class _Entry(BaseModel):
    id: str
    max_model_len: int | None = None
    """vLLM."""
    context_length: int | None = None
    """OpenRouter, Together."""
    context_window: int | None = None
    """Groq."""
    meta: _Meta | None = None

    @property
    def context_tokens(self) -> int | None:
        own = self.meta.n_ctx if self.meta else None
        return self.max_model_len or own or self.context_length or self.context_window


class _Models(BaseModel):
    data: list[_Entry]


def listed_at(url: str, name: str, asked: Asked) -> Listed:
    """`name`: what is looked for; empty: the only one there is.

    Raises ModelUnusable when there is none, none to choose, a wrong key or no list in the answer; ModelBusy
    when the address can not be reached. An address that keeps no list is taken at the word of the setting.
    """
    response = _asked(url, asked)
    if response.status_code in _MISSING and name:
        return Listed(name, None)
    if response.status_code in _MISSING:
        raise ModelUnusable(f"{url} does not list its models; name one: ERRAND_MODEL=NAME@{url}")
    if response.is_error:
        headers = {key.lower(): value for key, value in response.headers.items()}
        raise status_fault(response.status_code, headers, response.text, asked)
    try:
        entries = _Models.model_validate_json(response.content).data
    except ValidationError as error:
        raise ModelUnusable(
            f"{url} does not speak OpenAI's protocol; check the address in ERRAND_MODEL."
        ) from error
    return _chosen(entries, name, url)


def _chosen(entries: list[_Entry], name: str, url: str) -> Listed:
    names = [entry.id for entry in entries]
    shown = ", ".join(names[:_MOST_NAMED]) + (" …" if len(names) > _MOST_NAMED else "")
    if not name and len(names) != 1:
        raise ModelUnusable(
            f"{url} serves {len(names)} models ({shown}); name one: ERRAND_MODEL=NAME@{url}"
            if names
            else f"{url} serves no model; load one there."
        )
    chosen = next((entry for entry in entries if entry.id == (name or names[0])), None)
    # A gateway may serve more than it lists: what it does not list is asked for all the same.
    return Listed(name, None) if chosen is None else Listed(chosen.id, chosen.context_tokens)


def _asked(url: str, asked: Asked) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {asked.secrets[0]}"} if asked.secrets else {}
    try:
        return httpx2.get(f"{url}/models", headers=headers, timeout=_SECONDS)
    except httpx2.HTTPError as error:
        raise fault_of(error, asked) from None
