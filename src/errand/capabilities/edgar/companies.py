"""Which company is meant, among those that EDGAR lists with a ticker."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from errand.domain.errors import InputRefused

_CIK = re.compile(r"(?:CIK\W*)?0*([1-9]\d{0,9})", re.IGNORECASE)
_LEGAL = re.compile(
    r"\b(?:inc|incorporated|corp|corporation|co|company|companies|ltd|limited|plc|llc|lp|nv|sa|ag|se"
    r"|holding|holdings|group|the|de|new|trust|class [a-c]|com)\b"
)


@dataclass(frozen=True)
class Company:
    cik: int
    ticker: str
    title: str


def cik_in(text: str) -> int | None:
    """`320193`, `CIK0000320193`."""
    found = _CIK.fullmatch(text.strip())
    return int(found[1]) if found else None


def company_called(text: str, companies: Iterable[Company]) -> Company:
    """By name, ticker, then by how the name begins. Raises InputRefused when none or several are meant."""
    listed = list(companies)
    wanted = _name(text)
    ticker = text.strip().lstrip("$").upper().replace(".", "-")
    by_ticker = [each for each in listed if each.ticker.upper() == ticker]
    by_name = [each for each in listed if _name(each.title) == wanted] if wanted else []
    begins = [each for each in listed if f"{_name(each.title)} ".startswith(f"{wanted} ")] if wanted else []
    first, second = (by_ticker, by_name) if text.isupper() else (by_name, by_ticker)
    for found in (first, second, begins):
        distinct = list({each.cik: each for each in reversed(found)}.values())[::-1]
        if len(distinct) == 1:
            return distinct[0]
        if distinct:
            raise InputRefused(f"Several companies are called {text}: {_listed(distinct)}; give the ticker.")
    raise InputRefused(_unknown(text, wanted, listed))


def _unknown(text: str, wanted: str, companies: list[Company]) -> str:
    names = {_name(each.title): each for each in companies}
    near = [names[name] for name in get_close_matches(wanted, names, n=3, cutoff=0.75)]
    hint = f"perhaps {_listed(near)} is meant; " if near else ""
    return f"EDGAR lists no company called {text}; {hint}give its ticker or its CIK, or attach its filing."


def _listed(companies: list[Company]) -> str:
    shown = ", ".join(f"{each.title} ({each.ticker})" for each in companies[:5])
    return f"{shown} and {len(companies) - 5} more" if len(companies) > 5 else shown


def _name(title: str) -> str:
    """Without case, signs and legal form: `BANK OF AMERICA CORP /DE/` → `bank of america`."""
    words = re.sub(r"[^\w]+", " ", re.sub(r"['’.]", "", title.casefold()))
    return " ".join(_LEGAL.sub(" ", words).split()) or " ".join(words.split())
