"""What an examination of an installation finds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `errand doctor`."""

    name: str
    ok: bool
    found: str
    """What is there, or what stays off without it."""
    how_to_get_it: str = ""
