"""What language models cost: as a table, as JSON, and in a line for one task."""

from collections.abc import Sequence
from contextlib import closing

from errand.domain.budget import MICRO, Amounts, Cost, CostsBy, Usage
from errand.domain.limiting import Kind, Limit, usd
from errand.frontends import wording
from errand.frontends.running import Open
from errand.frontends.terminal import say, show_json, show_table

_HEADINGS = ("calls", "input", "cached", "output", "cost", "under way", "lost")


def show_costs(
    open_installation: Open, by: CostsBy, beginning: str | None, days: int | None, *, as_json: bool
) -> None:
    with closing(open_installation()) as installation:
        service = installation.service
        task = None if beginning is None else service.find(beginning)
        found = service.costs(by, task=task, days=days)
    whole = total(found)
    if as_json:
        show_json({"by": by, "costs": [_json(each) for each in found], "total": _json(whole)})
    elif not found:
        say("No language model was called.")
    else:
        show_table((by.value, *_HEADINGS), [_row(each) for each in (*found, whole)])


def total(costs: Sequence[Cost]) -> Cost:
    return Cost(
        "total",
        sum((each.used for each in costs), Amounts()),
        Usage(
            sum(each.usage.input_tokens for each in costs),
            sum(each.usage.cached_tokens for each in costs),
            sum(each.usage.output_tokens for each in costs),
        ),
        sum((each.held for each in costs), Amounts()),
        sum((each.lost for each in costs), Amounts()),
    )


def spent(costs: Sequence[Cost]) -> str:
    """`$0.4200 on 12 calls of models (34,000 tokens)`; empty when none was called."""
    whole = total(costs)
    if not costs:
        return ""
    calls = wording.number(whole.used.calls, "call")
    lost = f", {whole.lost.calls} of them never answered" if whole.lost.calls else ""
    return f"{usd(whole.used.microdollars)} on {calls} of models ({whole.used.tokens:,} tokens{lost})"


def may_take(limits: Sequence[Limit]) -> str:
    """`; $5.00, 20 calls at most`; empty without limits."""
    said = [
        usd(each.most) if each.kind is Kind.MICRODOLLARS else f"{each.most:,} {each.kind}" for each in limits
    ]
    return f"; {wording.listed(said, 8)} at most" if said else ""


def _row(cost: Cost) -> tuple[str, ...]:
    usage = cost.usage
    counts = (cost.used.calls, usage.input_tokens, usage.cached_tokens, usage.output_tokens)
    return (
        wording.line(cost.name) or "outside any task",
        *(f"{each:,}" for each in counts),
        usd(cost.used.microdollars),
        *(
            f"{each.calls:,} ({usd(each.microdollars)})" if each.calls else ""
            for each in (cost.held, cost.lost)
        ),
    )


def _json(cost: Cost) -> object:
    return {
        "name": cost.name,
        **_amounts(cost.used),
        "input_tokens": cost.usage.input_tokens,
        "cached_tokens": cost.usage.cached_tokens,
        "output_tokens": cost.usage.output_tokens,
        "held": _amounts(cost.held),
        "lost": _amounts(cost.lost),
    }


def _amounts(amounts: Amounts) -> dict[str, object]:
    return {"calls": amounts.calls, "tokens": amounts.tokens, "usd": amounts.microdollars / MICRO}
