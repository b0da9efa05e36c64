"""Every way in which asking a model fails, as one of our errors: a sentence with its name and what to do.

Neither the key nor anything of the prompt is ever in it. What a provider wrote is quoted only where nothing
else says what is wrong, shortened and cleaned.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx2
from pydantic_ai import exceptions as ai

from errand.domain.errors import (
    BadReply,
    ContextTooLong,
    ErrandError,
    ModelBusy,
    ModelDeclined,
    ModelUnusable,
)
from errand.domain.json import Json
from errand.models.paying import NotTaken
from errand.models.retry_times import retry_seconds

RAISED = (ai.AgentRunError, ai.UserError, httpx2.HTTPError, IndexError)
"""What asking a model through Pydantic AI raises; IndexError for an answer without choices."""


@dataclass(frozen=True)
class Asked:
    """Which model, where: what a sentence about it needs."""

    model: str
    address: str
    secrets: Sequence[str] = ()

    def __repr__(self) -> str:
        return f"Asked({self.model!r})"

    @property
    def where(self) -> str:
        """Empty when the name says it."""
        return "" if self.address in self.model else f" at {self.address}"


def fault_of(error: Exception, asked: Asked) -> ErrandError:
    """For one of RAISED."""
    if isinstance(error, ai.ModelRequestTimeout):
        return ModelBusy(f"{asked.model} did not answer within {error.timeout:g} s.")
    if isinstance(error, ai.ModelTimeoutError | httpx2.TimeoutException):
        return _out_of_time(error, asked)
    if isinstance(error, ai.ModelConnectionError | httpx2.TransportError):
        return _cut_off(error, asked)
    if isinstance(error, ai.ModelHTTPError):
        return status_fault(error.status_code, error.headers or {}, error.body, asked)
    if isinstance(error, ai.ContentFilterError):
        return ModelDeclined(
            f"The provider's filter stopped the answer of {asked.model}; word the request anew."
        )
    if isinstance(error, ai.UserError):
        return ModelUnusable(
            f"{asked.model} can not be asked like this: {cleaned(error.message, asked.secrets)}"
        )
    return _unclear(error, asked)


def status_fault(status: int, headers: Mapping[str, str], body: object, asked: Asked) -> ErrandError:
    """For an answer whose HTTP status says that it failed; `headers` with names in lower case."""
    code, words = _said(body)
    name = asked.model
    if status in (401, 403) or code == "invalid_api_key":
        return ModelUnusable(f"{name} does not accept the key; set ERRAND_MODEL_KEY to one that may use it.")
    if status == 402 or _says(_NO_CREDIT, code, words):
        return ModelUnusable(
            f"The account for {name} has no credit left; top it up or set another ERRAND_MODEL."
        )
    if status == 413 or _says(_TOO_LONG, code, words):
        return ContextTooLong(f"The prompt is longer than {name} can read.")
    if status == 404:
        return ModelUnusable(f"There is no model {name}{asked.where}; check ERRAND_MODEL.")
    if _says(_FILTERED, code, words):
        return ModelDeclined(f"The provider's filter does not let {name} answer this; word the request anew.")
    if status == 429 or status in _NOT_NOW or _says(_OVERLOADED, code, words):
        after = retry_seconds(headers, datetime.now(UTC))
        reason = "too many calls" if status == 429 else f"overloaded, HTTP {status}"
        return NotTaken(f"{name} takes no call now ({reason}).", retry_after_seconds=after)
    if status in (408, 425) or status >= 500:
        after = retry_seconds(headers, datetime.now(UTC))
        return ModelBusy(f"{name} is out of order (HTTP {status}).", retry_after_seconds=after)
    told = f": {cleaned(words, asked.secrets)}" if words else ""
    return ModelUnusable(f"{name} refuses how it is asked (HTTP {status}){told}")


def cleaned(words: str, secrets: Sequence[str] = ()) -> str:
    """On one line, short, and without what is or looks like a key."""
    text = " ".join(words.split())
    for secret in secrets:
        text = text.replace(secret, "…")
    text = _SECRET.sub("…", text)
    return text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE].rstrip() + "…"


_NOT_NOW = frozenset({409, 503, 529})
_TOO_LONG = re.compile(
    r"context_length_exceeded|exceed_context_size|prompt is too long|maximum context length|context window"
    r"|reduce the length|exceeds? the (?:available |model's )?(?:maximum )?context"
    r"|longer than the (?:maximum )?model|too many (?:input )?tokens|input (?:is|length) too long"
    r"|request_too_large",
    re.IGNORECASE,
)
_NO_CREDIT = re.compile(
    r"insufficient[_ ]quota|billing|credit balance|insufficient[_ ](?:balance|credits?|funds)|spend_limit"
    r"|exceeded_current_quota",
    re.IGNORECASE,
)
_FILTERED = re.compile(r"content_filter|content_policy|content management policy|flagged", re.IGNORECASE)
_OVERLOADED = re.compile(r"overloaded|over capacity", re.IGNORECASE)
_NOT_FOUND_HOST = re.compile(r"name or service|getaddrinfo|nodename|no address", re.IGNORECASE)

_LONGEST_QUOTE = 200
_SECRET = re.compile(
    r"\b(?:sk|pk|key|gsk|xai|hf|or)[-_][\w\-*.]{8,}"  # how providers begin their keys
    r"|\bBearer\s+\S+"
    r"|\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{28,}",  # long, letters and digits: nothing that a person reads
    re.IGNORECASE,
)


def _out_of_time(error: Exception, asked: Asked) -> ErrandError:
    if _never_sent(error):
        return NotTaken(f"{asked.model} can not be reached{asked.where} (no connection in time).")
    return ModelBusy(f"{asked.model} did not answer in time.")


def _cut_off(error: Exception, asked: Asked) -> ErrandError:
    if not _never_sent(error):
        return ModelBusy(f"The connection to {asked.model} broke off before its answer was complete.")
    return NotTaken(
        f"{asked.model} can not be reached{asked.where} ({_reason(error)}); "
        "check the address, the network and whether it runs."
    )


def _never_sent(error: Exception) -> bool:
    if isinstance(error, ai.ModelConnectionError):
        return error.phase in ("pool", "connect")
    return isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout)


def _reason(error: BaseException) -> str:
    """Why there is no connection, from the exception at the bottom."""
    told: list[str] = []
    under: BaseException | None = error
    while under is not None and len(told) < 8:
        told.append(str(under))
        under = under.__cause__ or under.__context__
    words = " ".join(told)
    if "certificate" in words.lower() or "ssl" in words.lower():
        return "its certificate is not accepted, or it does not speak TLS"
    if _NOT_FOUND_HOST.search(words):
        return "no such host"
    return "nothing answers there"


def _unclear(error: Exception, asked: Asked) -> ErrandError:
    """No status: it failed in the middle of a stream, or the answer is not what the protocol says."""
    if isinstance(error, ai.ModelContextWindowExceededError):
        return ContextTooLong(f"The prompt is longer than {asked.model} can read.")
    if isinstance(error, ai.ModelAuthenticationError | ai.ModelQuotaExceededError | ai.ModelNotFoundError):
        return ModelUnusable(f"{asked.model} can not be used: {cleaned(str(error), asked.secrets)}")
    if isinstance(error, ai.ModelRateLimitError | ai.ModelUnavailableError | ai.ModelServerError):
        return ModelBusy(
            f"{asked.model} is overloaded or out of order.", retry_after_seconds=error.retry_after
        )
    return BadReply(f"What {asked.model} answered can not be read; it does not keep to the protocol.")


def _said(body: object) -> tuple[str, str]:
    """Code and message of a provider's error: `{"error": {…}}`, the inner object, or text."""
    if isinstance(body, str):
        return "", body
    if not isinstance(body, Mapping):
        return "", ""
    inner: Mapping[str, Json] = body["error"] if isinstance(body.get("error"), Mapping) else body
    if isinstance(body.get("error"), str):
        return "", str(body["error"])
    codes = " ".join(str(inner[key]) for key in ("code", "type") if inner.get(key))
    words = inner.get("message") or inner.get("detail") or ""
    return codes, words if isinstance(words, str) else str(words)


def _says(pattern: re.Pattern[str], code: str, words: str) -> bool:
    return pattern.search(f"{code} {words}") is not None
