"""When a provider wants to be asked again, from the headers of its answer.

Sources: RFC 9110 for `retry-after`; the providers' own pages for the rest. OpenAI and its likes send
`x-ratelimit-reset-requests: 6m0s`, Anthropic `anthropic-ratelimit-tokens-reset` with a date, some gateways
`x-ratelimit-reset` with seconds or milliseconds since 1970.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_UNITS = {"d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|[dhms]))+")
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|[dhms])")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_SINCE_1970 = 1_000_000_000
_MILLISECONDS_SINCE_1970 = 1_000_000_000_000


def retry_seconds(headers: Mapping[str, str], now: datetime) -> float | None:
    """`headers` with names in lower case. None: they do not say."""
    milliseconds = headers.get("retry-after-ms", "")
    if _NUMBER.fullmatch(milliseconds):
        return float(milliseconds) / 1_000
    if "retry-after" in headers:
        stated = _seconds(headers["retry-after"], now)
        if stated is not None:
            return stated
    return max(_resets(headers, now), default=None)


def _resets(headers: Mapping[str, str], now: datetime) -> Iterator[float]:
    """Of the limits that are used up; a limit with something left is not what the call ran into."""
    for name, value in headers.items():
        if "ratelimit" not in name or "reset" not in name:
            continue
        left = headers.get(name.replace("reset", "remaining"), "0")
        seconds = _seconds(value, now)
        if left == "0" and seconds is not None:
            yield seconds


def _seconds(written: str, now: datetime) -> float | None:
    text = written.strip()
    if _NUMBER.fullmatch(text):
        return _from_number(float(text), now)
    if _DURATION.fullmatch(text):
        return sum(float(amount) * _UNITS[unit] for amount, unit in _PART.findall(text))
    when = _date(text)
    return None if when is None else max(0.0, (when - now).total_seconds())


def _from_number(number: float, now: datetime) -> float:
    if number >= _MILLISECONDS_SINCE_1970:
        return max(0.0, number / 1_000 - now.timestamp())
    if number >= _SINCE_1970:
        return max(0.0, number - now.timestamp())
    return number


def _date(text: str) -> datetime | None:
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            when = read(text)
        except ValueError:
            continue
        return when if when.tzinfo is not None else when.replace(tzinfo=UTC)
    return None
