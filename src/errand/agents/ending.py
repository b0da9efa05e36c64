"""When a conversation must come to its end: decided from its record and its bounds alone."""

from collections.abc import Sequence

from errand.agents.agent import Bounds
from errand.agents.purse import in_dollars
from errand.agents.turns import Became, Entry, Exchange, ReplyGiven, SaidSo, Why, exchanges
from errand.domain.budget import Amounts
from errand.domain.errors import AgentFailed, BoundsReached

_CALLED = (Became.RAN, Became.REFUSED_BY_TOOL)


def calls_made(entries: Sequence[Entry]) -> int:
    return sum(result.became in _CALLED for each in exchanges(entries) for result in each.results)


def last_turn_because(bounds: Bounds, entries: Sequence[Entry], spent: Amounts, seconds: float) -> str:
    """Why the next turn is the last, as a part of a sentence; empty: it is not.

    Of tokens and money enough is kept for the last turn to be twice as large as the largest so far. Seconds
    are those of this attempt: how long a crashed one lay about says nothing of the work.
    """
    given = [each for each in entries if isinstance(each, ReplyGiven)]
    if len(given) >= bounds.turns - 1:
        return f"{bounds.turns} turns are the most"
    if (made := calls_made(entries)) >= bounds.tool_calls:
        return f"{made} of {bounds.tool_calls} tool calls are made"
    if spent.tokens + 2 * max((each.spent.tokens for each in given), default=0) > bounds.tokens:
        return f"{spent.tokens:,} of {bounds.tokens:,} tokens are used"
    largest = max((each.spent.microdollars for each in given), default=0)
    if bounds.microdollars is not None and spent.microdollars + 2 * largest > bounds.microdollars:
        return f"{in_dollars(spent.microdollars)} of {in_dollars(bounds.microdollars)} are spent"
    if seconds >= bounds.seconds:
        return f"{seconds:.0f} of {bounds.seconds:.0f} seconds have passed"
    return ""


def announced(entries: Sequence[Entry]) -> SaidSo | None:
    """What told the model that its next reply is the last, when something did."""
    return next((e for e in entries if isinstance(e, SaidSo) and e.why is Why.LAST), None)


def dead_end(agent: str, bounds: Bounds, entries: Sequence[Entry]) -> AgentFailed | None:
    """Why no further reply is asked for; None: the conversation goes on."""
    had = exchanges(entries)
    if not had:
        return None
    faults = _faults(had[-1])
    if sum(each.refused for each in had) > bounds.corrections and had[-1].refused:
        return _refused(agent, faults, "as often as it may")
    if _in_a_row(had) > bounds.corrections:
        last = had[-1].results[-1].text if had[-1].results else "no tool was called"
        return AgentFailed(
            f"{agent} gave {_in_a_row(had)} replies in a row that can not be used: {last[:500]}"
        )
    last_said = announced(entries)
    if last_said is None or last_said in had[-1].said:
        return None
    if had[-1].refused:
        return _refused(agent, faults, "in its last turn")
    return BoundsReached(f"{agent} came to its end without a result: {last_said.reason}.")


def _refused(agent: str, faults: tuple[str, ...], when: str) -> AgentFailed:
    return AgentFailed(f"What {agent} handed in was refused {when}: {'; '.join(faults)[:1_500]}", faults)


def _faults(exchange: Exchange) -> tuple[str, ...]:
    return tuple(fault for each in exchange.results for fault in each.faults)


def _in_a_row(had: Sequence[Exchange]) -> int:
    """Replies up to now of which nothing could be used."""
    count = 0
    for each in reversed(had):
        if not each.fumbled:
            break
        count += 1
    return count
