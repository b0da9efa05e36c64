"""When to ask again, as providers write it."""

from datetime import UTC, datetime

import pytest

from errand.models.retry_times import retry_seconds

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "Sun, 22 Nov 2026 12:00:30 GMT"}, 30.0),
        ({"retry-after": "Sun, 22 Nov 2026 11:59:00 GMT"}, 0.0),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"x-ratelimit-reset-requests": "6m0s"}, 360.0),
        ({"x-ratelimit-reset-tokens": "250ms"}, 0.25),
        ({"x-ratelimit-reset-requests": "1h2m3.5s"}, 3723.5),
        ({"anthropic-ratelimit-tokens-reset": "2026-11-22T12:01:00Z"}, 60.0),
        ({"x-ratelimit-reset": str(int(NOW.timestamp()) + 42)}, 42.0),
        ({"x-ratelimit-reset": str((int(NOW.timestamp()) + 42) * 1000)}, 42.0),
        ({"retry-after": "soon", "x-ratelimit-reset": "5"}, 5.0),
    ],
)
def test_the_time_is_read_however_it_is_written(headers: dict[str, str], seconds: float) -> None:
    assert retry_seconds(headers, NOW) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "headers",
    [{}, {"retry-after": "soon"}, {"retry-after-ms": "-1"}, {"x-ratelimit-reset": "later"}, {"date": "7"}],
)
def test_no_time_is_made_up(headers: dict[str, str]) -> None:
    assert retry_seconds(headers, NOW) is None


def test_only_the_limit_that_is_used_up_is_waited_for() -> None:
    headers = {
        "x-ratelimit-remaining-requests": "99",
        "x-ratelimit-reset-requests": "1h",
        "x-ratelimit-remaining-tokens": "0",
        "x-ratelimit-reset-tokens": "2s",
    }

    assert retry_seconds(headers, NOW) == 2.0
