"""The language models of this installation, on a screen or as JSON."""

from contextlib import closing
from dataclasses import asdict
from datetime import datetime

from errand.domain.budget import MICRO
from errand.frontends import wording
from errand.frontends.running import Open
from errand.frontends.terminal import now, say, show_json, show_table
from errand.service import ModelView

NONE = (
    "No language model is set up: Errand plans by playbooks and rules, and does what needs no judgement. "
    "Set ERRAND_MODEL to have it understand any request; docs/models.md shows how, also for a model of your "
    "own."
)


def list_models(open_installation: Open, *, again: bool, as_json: bool) -> None:
    with closing(open_installation()) as installation:
        views = installation.service.models(again=again)
    if as_json:
        show_json([asdict(each) for each in views])
        return
    if not views:
        say(NONE)
        return
    at = now()
    heads = ("model", "for", "answers", "calls tools", "keeps to a schema", "reads and writes", "price")
    show_table(heads, [_row(each, at) for each in views])
    for each in views:
        if said := each.fault or each.remark:
            say(wording.line(said), "yellow")


def _row(view: ModelView, at: datetime) -> tuple[str, ...]:
    if view.fault:
        return (wording.line(view.setting), _roles(view), "can not be used", "", "", "", "")
    return (
        wording.line(view.name), _roles(view), _answers(view, at), _yes_no(view.tools), _yes_no(view.schema),
        f"{view.context_tokens:,} tokens", _price(view),
    )  # fmt: skip


def _roles(view: ModelView) -> str:
    first = ", ".join(view.roles)
    others = f"stands in: {', '.join(view.stands_in)}" if view.stands_in else ""
    return "; ".join(filter(None, (first, others)))


def _answers(view: ModelView, at: datetime) -> str:
    if view.held_back_seconds > 0:
        return f"not lately; asked again in {view.held_back_seconds:.0f} s"
    if view.seconds is None or view.tried is None:
        return ""
    return f"in {view.seconds:.1f} s, {wording.ago(view.tried, at)}"


def _yes_no(there: bool | None) -> str:  # noqa: FBT001  # it is the value that is shown
    return "not needed" if there is None else "yes" if there else "no"


def _price(view: ModelView) -> str:
    """In dollars per million tokens."""
    if view.price is None:
        return "unknown: no money is counted"
    read, cached, written = (
        f"{amount / MICRO:g}" for amount in (view.price.input, view.price.cached_input, view.price.output)
    )
    if not view.price.most(1, 1):
        return f"free ({view.price_source})"
    return f"USD {read} in, {cached} cached, {written} out, per million ({view.price_source})"
