"""What of a request can not be used, said before anything is stored."""

from errand.domain.errors import InputRefused
from errand.domain.request import Limits

LONGEST_REQUEST = 100_000
"""Characters."""
LONGEST_REMARK = 10_000
"""Characters."""
HIGHEST_LIMIT = 10**15
"""Of microdollars, tokens or calls."""
HIGHEST_PRIORITY = 100
MOST_PARALLEL = 10_000
LONGEST_TIME_LIMIT = 366 * 24 * 3600.0
"""Seconds."""


def refuse_limits(limits: Limits) -> None:
    wall = limits.wall_seconds
    if wall is not None and not 0 < wall <= LONGEST_TIME_LIMIT:
        raise InputRefused("The time limit must be more than 0 seconds and at most 366 days.")
    for each in (limits.microdollars, limits.tokens, limits.calls):
        if each is not None and not 0 <= each <= HIGHEST_LIMIT:
            raise InputRefused("A limit on money, tokens or calls must be 0 or more, and at most a billion.")


def refuse_out_of_range(priority: int, parallel: int | None) -> None:
    if abs(priority) > HIGHEST_PRIORITY:
        raise InputRefused(f"The priority must be from -{HIGHEST_PRIORITY} to {HIGHEST_PRIORITY}.")
    if parallel is not None and not 0 <= parallel <= MOST_PARALLEL:
        raise InputRefused(f"A task may run from 1 to {MOST_PARALLEL} steps at once; 0 sets no limit.")


def usable(what: str, text: str) -> str:
    """Without blanks around it. Raises InputRefused when nothing is left, or it can not be stored."""
    if not text.strip():
        raise InputRefused(f"The {what} is empty.")
    if not can_be_stored(text):
        raise InputRefused(f"The {what} holds bytes that are not text in UTF-8: type it again.")
    return text.strip()


def can_be_stored(text: str) -> bool:
    """No half of a surrogate pair, which stands for a byte that was not UTF-8, and no NUL."""
    return not any("\ud800" <= each <= "\udfff" or each == "\x00" for each in text)
