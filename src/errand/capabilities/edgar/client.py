"""Requests to EDGAR: who asks is said, the pace is kept, sizes are bounded, faults are told apart.

Source: https://www.sec.gov/os/accessing-edgar-data (fair access),
https://www.sec.gov/search-filings/edgar-application-programming-interfaces
"""

import threading
import time
from types import TracebackType
from typing import Self, TypeVar

import httpx2
import stamina
from pydantic import BaseModel, ValidationError

from errand.capabilities.edgar.settings import EdgarSettings
from errand.domain.errors import InputRefused, NotOffered, Transient

LARGEST_BYTES = 100_000_000
LONGEST_SECONDS = 180.0
"""For one answer, however slowly it comes."""
ATTEMPTS = 3

_LONGEST_PAUSE = 20.0
"""What is waited for here when EDGAR names a pause; a longer one is left to whoever retries the job."""
_TOO_OFTEN = b"Request Rate Threshold Exceeded"

M = TypeVar("M", bound=BaseModel)


class Pace:
    """Lets at most so many requests start per second, over all threads of the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self, per_second: float) -> None:
        with self._lock:
            now = time.monotonic()
            start = max(now, self._next)
            self._next = start + 1 / per_second
        time.sleep(start - now)


_TRYING = stamina.RetryingCaller(attempts=ATTEMPTS, timeout=60.0)
PACE = Pace()
"""EDGAR counts per address, so all clients of this process share it."""


class EdgarClient:
    """One job's requests. A context manager."""

    def __init__(self, settings: EdgarSettings) -> None:
        self.settings = settings
        self._http = httpx2.Client(
            headers={"User-Agent": settings.user_agent, "Accept-Encoding": "gzip, deflate"},
            timeout=httpx2.Timeout(30.0, connect=10.0),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def get_model(self, url: str, what: str, model: type[M]) -> M:
        """Raises as `get`, and Transient when the answer is not the JSON that it should be."""
        content = self.get(url, what)
        try:
            return model.model_validate_json(content)
        except ValidationError as error:
            raise Transient(
                f"EDGAR answered with something else than the {what}; try again later."
            ) from error

    def get(self, url: str, what: str) -> bytes:
        """The content; `what` names it in errors.

        Raises InputRefused when EDGAR has no such thing, NotOffered when it can not be reached or refuses who
        asks, Transient when it may work later.
        """
        try:
            return _TRYING(_pause, self._get, url, what)
        except httpx2.ConnectError as error:
            raise NotOffered(
                f"EDGAR can not be reached at {httpx2.URL(url).host} ({error}); "
                "check the network, or attach the company's filing."
            ) from error
        except httpx2.HTTPError as error:
            raise Transient(f"EDGAR did not give the {what} ({error or type(error).__name__}).") from error

    def _get(self, url: str, what: str) -> bytes:
        PACE.wait(self.settings.requests_per_second)
        with self._http.stream("GET", url) as response:
            content = _bounded(response, what)
        if response.status_code == httpx2.codes.OK:
            return content
        raise _refusal(response, content, what)


def _bounded(response: httpx2.Response, what: str) -> bytes:
    deadline = time.monotonic() + LONGEST_SECONDS
    content = bytearray()
    for chunk in response.iter_bytes(65536):
        content += chunk
        if len(content) > LARGEST_BYTES:
            raise InputRefused(
                f"EDGAR's {what} is larger than {LARGEST_BYTES // 1_000_000} MB, more than is fetched; "
                "attach a smaller file."
            )
        if time.monotonic() > deadline:
            raise Transient(f"EDGAR took longer than {LONGEST_SECONDS:.0f} seconds to give the {what}.")
    return bytes(content)


def _refusal(response: httpx2.Response, content: bytes, what: str) -> Exception:
    status = response.status_code
    if status == httpx2.codes.NOT_FOUND:
        return InputRefused(f"EDGAR has no {what}.")
    if status == httpx2.codes.FORBIDDEN and _TOO_OFTEN not in content:
        return NotOffered(
            "EDGAR refuses these requests (403); set ERRAND_EDGAR_USER_AGENT to your name and mail address."
        )
    after = _seconds(response.headers.get("Retry-After"))
    if status in (httpx2.codes.FORBIDDEN, httpx2.codes.TOO_MANY_REQUESTS):
        return Transient(
            "EDGAR was asked too often from this address; try again later.",
            retry_after_seconds=600.0 if after is None else after,
        )
    return Transient(f"EDGAR did not give the {what} (it answered {status}).", retry_after_seconds=after)


def _seconds(header: str | None) -> float | None:
    return float(header) if header and header.isdecimal() else None


def _pause(error: Exception) -> bool | float:
    """Whether to try again at once, or the seconds to wait first."""
    if isinstance(error, Transient):
        after = error.retry_after_seconds
        return after is None or (after if after <= _LONGEST_PAUSE else False)
    return isinstance(error, httpx2.HTTPError)
