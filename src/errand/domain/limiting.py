"""Which limits hold for a call, and how a person is told that one of them stops it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from errand.domain.budget import MICRO, Amounts, Ceiling, Scope
from errand.domain.json import JsonObject
from errand.domain.request import Limits


class Kind(StrEnum):
    """What is counted for each call; the values are names of fields and of columns."""

    MICRODOLLARS = "microdollars"
    TOKENS = "tokens"
    CALLS = "calls"

    @property
    def short(self) -> str:
        """As settings and options name it."""
        return "usd" if self is Kind.MICRODOLLARS else self.value


@dataclass(frozen=True, slots=True)
class Limit:
    kind: Kind
    most: int
    asked: bool
    """Set with the request; else by the installation's settings."""


def limits(ceiling: Ceiling, asked: Limits | None = None) -> tuple[Limit, ...]:
    """What may not be passed; of the installation's and the request's limit the lower one holds."""
    found = []
    for kind in Kind:
        set_here: int | None = getattr(ceiling, kind)
        wanted: int | None = getattr(asked, kind) if asked is not None else None
        if wanted is not None and (set_here is None or wanted <= set_here):
            found.append(Limit(kind, wanted, asked=True))
        elif set_here is not None:
            found.append(Limit(kind, set_here, asked=False))
    return tuple(found)


def passed(limits: Iterable[Limit], used: Amounts, held: Amounts, wanted: Amounts) -> Limit | None:
    """The first limit that one more call would pass."""
    after = used + held + wanted
    return next((each for each in limits if getattr(after, each.kind) > each.most), None)


def refusal(scope: Scope, who: str, limit: Limit, used: Amounts, held: Amounts, wanted: Amounts) -> str:
    """The sentence for the person: which limit, what is used of it, what was wanted, what raises it.

    `who`: the principal, where the scope is one.
    """
    subject = {Scope.TASK: "This task", Scope.PRINCIPAL: who, Scope.DAY: "This installation"}[scope]
    verb, per = _MAY[limit.kind], "" if scope is Scope.TASK else " a day"
    parts = [f"{_amount(limit.kind, getattr(used, limit.kind))} {'is' if _is_money(limit) else 'are'} used"]
    if under_way := getattr(held, limit.kind):
        parts.append(f"{_amount(limit.kind, under_way)} set aside for calls under way")
    if limit.kind is not Kind.CALLS:
        parts.append(f"and the next call could take {_amount(limit.kind, getattr(wanted, limit.kind))}")
    return (
        f"{subject} may {verb} {_amount(limit.kind, limit.most)}{_UNIT[limit.kind]}{per}: "
        f"{', '.join(parts)}; {_way_out(scope, limit)}."
    )


def time_refusal(scope: Scope, who: str, most_seconds: float, used_seconds: float) -> str:
    """As `refusal`, of the time that jobs ran on this day."""
    subject = "This installation" if scope is Scope.DAY else who
    return (
        f"{subject} may work for {most_seconds:,.0f} seconds a day: {used_seconds:,.0f} are used; "
        f"raise ERRAND_LIMIT_{scope.upper()}_WALL_SECONDS, or go on after midnight UTC."
    )


def time_is_over(limits: JsonObject) -> str:
    """The sentence for the person, of a task; `limits`: as its row keeps them."""
    seconds = limits.get("wall_seconds")
    if not isinstance(seconds, int | float):  # its deadline was set in another way
        return "The time of this task is over: retry it to have all of it."
    taken = f"{seconds:,.0f}" if seconds >= 10 else f"{seconds:g}"
    return (
        f"This task may take {taken} seconds, which are over: retry it to give it as long again, or submit "
        "it with a higher --timeout."
    )


def usd(microdollars: int) -> str:
    """`$5.00`, `$0.0123`, `$0.000045`: exact for round sums, else with as many digits as tell something."""
    digits = 2 if microdollars % 10_000 == 0 else 4 if microdollars >= 1_000 else 6
    return f"${microdollars / MICRO:,.{digits}f}"


_MAY = {Kind.MICRODOLLARS: "spend", Kind.TOKENS: "use", Kind.CALLS: "make"}
_UNIT = {Kind.MICRODOLLARS: " on models", Kind.TOKENS: " tokens", Kind.CALLS: " model calls"}


def _is_money(limit: Limit) -> bool:
    return limit.kind is Kind.MICRODOLLARS


def _amount(kind: Kind, amount: int) -> str:
    return usd(amount) if kind is Kind.MICRODOLLARS else f"{amount:,}"


def _way_out(scope: Scope, limit: Limit) -> str:
    if limit.asked:
        return f"submit it again with a higher --max-{limit.kind.short} to have all of it"
    setting = f"ERRAND_LIMIT_{scope.upper()}_{limit.kind.short.upper()}"
    if scope is Scope.TASK:
        return f"raise {setting} and retry it to have all of it"
    return f"raise {setting}, or go on after midnight UTC"
