"""The language models that are set up here: built when first needed, tried out before any task is taken."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

from errand.domain.budget import Meter
from errand.domain.errors import BadReply, ModelBusy, ModelDeclined, ModelUnusable, SetupError
from errand.model import LanguageModel, Prompt, Reply, Role, Traits
from errand.models.known import Found, KnownModels
from errand.models.price import Price
from errand.models.prices import Listed, Prices, read_prices
from errand.models.probing import Ability, answering, lacks, needs_text_only, seen
from errand.models.setup import GGUF, ModelSetup, as_shown, in_the_clear

if TYPE_CHECKING:  # a second that only what asks a model shall wait for
    from errand.models.background import BackgroundLoop
    from errand.models.serving import Served, ServedModels

Metered = Callable[[], AbstractContextManager[Meter]]
"""Counts calls that belong to no task."""


@dataclass(frozen=True, slots=True)
class ModelView:
    """One model of the settings, as it was found."""

    setting: str
    roles: tuple[Role, ...]
    """What it is asked for first."""
    stands_in: tuple[Role, ...]
    """What it is asked for when another one does not answer."""
    fault: str = ""
    """Why it can not be used; empty: it can."""
    name: str = ""
    """With the name that its address gave, where the setting has none."""
    seconds: float | None = None
    """How long its answer took when it was tried out."""
    tried: datetime | None = None
    tools: bool | None = None
    schema: bool | None = None
    context_tokens: int | None = None
    price: Price | None = None
    """None: nobody knows it."""
    price_source: str = ""
    remark: str = ""
    """What its owner should know although it can be used."""
    held_back_seconds: float = 0.0
    """More than 0: it did not answer lately, and this process asks it again after so long."""


class InstalledModels:
    """Keeps `errand.model.Models`. Used by any number of threads at once.

    Whether a role is served is known from the settings alone; everything else builds the models, and tries
    out those of which nothing is known yet. It lives until `close`.
    """

    def __init__(
        self, setup: ModelSetup, known: KnownModels, metered: Metered, clock: Callable[[], datetime]
    ) -> None:
        self._setup, self._known, self._metered, self._clock = setup, known, metered, clock
        self._built: dict[tuple[str, bool], LanguageModel] = {}
        self._ready: dict[str, tuple[Served, Found]] = {}
        self._serving: ServedModels | None = None
        self._loop: BackgroundLoop | None = None
        self._lock = RLock()

    # -- asked by whoever works ------------------------------------------------------------------------

    def serves(self, role: Role) -> bool:
        return bool(self._setup.named(role))

    def traits(self, role: Role) -> Traits:
        return self._served().traits(role)

    def name(self, role: Role) -> str:
        return self._served().name(role)

    def ask(self, role: Role, prompt: Prompt, meter: Meter) -> Reply:
        try:
            return self._served().ask(role, prompt, meter)
        except ModelUnusable:  # what was found out about it holds no more: the next start tries it out again
            for named in self._setup.named(role):
                self._known.forget(named, self._setup.key_of(named))
            raise

    # -- asked at the start, and by `errand models` ----------------------------------------------------

    def check(self) -> None:
        """Raises ModelUnusable when one of them can not do what it is set up for, or does not answer and
        never did; LimitReached when trying it out would pass a limit."""
        if self._setup.main:
            self._served()

    def views(self, *, again: bool = False) -> list[ModelView]:
        """All of them, the main one first. `again`: try out also those that were tried lately."""
        return [self._view(named, again=again) for named in self._setup.roles()]

    def close(self) -> None:
        with self._lock:
            if self._serving is not None:
                self._serving.close()
            for model in self._built.values():
                model.close()
            self._built.clear()
            self._ready.clear()
            if self._loop is not None:
                self._loop.close()

    # -- building and trying out -----------------------------------------------------------------------

    def _served(self) -> "ServedModels":
        from errand.models.serving import ServedModels

        with self._lock:
            if self._serving is None:
                by_role = {
                    role: [self._checked(named)[0] for named in self._setup.named(role)] for role in Role
                }
                self._serving = ServedModels(by_role, timeout_seconds=self._setup.timeout_seconds)
            return self._serving

    def _checked(self, named: str, *, again: bool = False) -> "tuple[Served, Found]":
        with self._lock:
            if again or named not in self._ready:
                found = self._found(named, again=again)
                tools, context = found.ability.tools, found.ability.context_tokens
                self._ready[named] = (self._serve(self._build(named, context, tools=tools)), found)
            return self._ready[named]

    def _found(self, named: str, *, again: bool) -> Found:
        key, roles = self._setup.key_of(named), self._setup.roles()[named]
        before, now = self._known.get(named, key), self._clock()
        if before is not None and lacks(named, before.ability, roles):
            before = None  # tried out for another role
        if before is not None and before.is_fresh(now) and not again:
            return before
        try:
            found = Found(ability=self._tried(named, roles), at=now)
        except ModelBusy as busy:
            if before is not None:  # it could once, and may again before the first task needs it
                return before
            raise ModelUnusable(str(busy)) from busy
        except (BadReply, ModelDeclined) as error:
            raise ModelUnusable(str(error)) from error
        if reason := lacks(named, found.ability, roles):
            raise ModelUnusable(reason)
        self._known.put(named, key, found)
        return found

    def _tried(self, named: str, roles: Sequence[Role]) -> Ability:
        model = self._build(named, None, tools=True)
        text_only = all(needs_text_only(role) for role in roles)
        context = model.traits.context_tokens
        try:
            ability = seen(self._asking(model, roles), context)
        except ModelUnusable:  # a server may refuse tools, and answer all the same
            if text_only:
                return answering(self._asking(model, roles), context)
            in_a_schema = self._tried_in_a_schema(named, roles)
            if in_a_schema is None:
                raise
            return in_a_schema
        if ability.schema or text_only:
            return ability
        return self._tried_in_a_schema(named, roles) or ability

    def _tried_in_a_schema(self, named: str, roles: Sequence[Role]) -> Ability | None:
        """None: that does not work either, and what it did without is the better account of why."""
        if named.startswith(f"{GGUF}:"):  # it knows no other way
            return None
        model = self._build(named, None, tools=False)
        try:
            ability = seen(self._asking(model, roles), model.traits.context_tokens)
        except ModelUnusable:
            return None
        return replace(ability, tools=False) if ability.tools and ability.schema else None

    def _asking(self, model: LanguageModel, roles: Sequence[Role]) -> Callable[[Prompt], Reply]:
        from errand.models.serving import Patience, ServedModels

        role = roles[0]
        once = ServedModels(
            {role: [self._serve(model)]},
            timeout_seconds=self._setup.timeout_seconds,
            patience=Patience(seconds=0.0, pauses=()),
        )

        def ask(prompt: Prompt) -> Reply:
            with self._metered() as meter:
                return once.ask(role, prompt, meter)

        return ask

    def _serve(self, model: LanguageModel) -> "Served":
        from errand.models.breaker import Breaker
        from errand.models.serving import Served

        breaker = Breaker(model.name, time.monotonic)
        return Served(model, self._price(model).price, breaker, self._setup.parallel)

    def _price(self, model: LanguageModel) -> Listed:
        return self._prices.of(model.name, model.traits.context_tokens, self._clock())

    @cached_property
    def _prices(self) -> Prices:
        return read_prices(self._setup.prices, allow_unknown=self._setup.allow_unknown_price)

    def _build(self, named: str, known_context: int | None, *, tools: bool) -> LanguageModel:
        if (named, tools) not in self._built:
            context = self._setup.context_tokens or known_context
            self._built[named, tools] = self._opened(named, context, tools=tools)
        return self._built[named, tools]

    def _opened(self, named: str, context: int | None, *, tools: bool) -> LanguageModel:
        if named.startswith(f"{GGUF}:"):
            from errand.models.llama import open_gguf

            return open_gguf(named, Path(named.removeprefix(f"{GGUF}:")).expanduser(), context_tokens=context)
        from errand.models.background import BackgroundLoop
        from errand.models.building import build_model

        self._loop = self._loop or BackgroundLoop()
        key = self._setup.key_of(named)
        return build_model(named, key=key, loop=self._loop, context_tokens=context, tools=tools)

    def _view(self, named: str, *, again: bool) -> ModelView:
        first = tuple(role for role in Role if self._setup.named(role)[0] == named)
        others = tuple(role for role in self._setup.roles()[named] if role not in first)
        try:
            served, found = self._checked(named, again=again)
        except (SetupError, ModelBusy) as error:
            return ModelView(as_shown(named), first, others, fault=str(error))
        listed, asked = self._price(served.model), not all(map(needs_text_only, (*first, *others)))
        dated = f" of {listed.as_of:%Y-%m-%d}" if listed.as_of else ""
        return ModelView(
            named, first, others,
            name=served.model.name,
            seconds=found.ability.seconds,
            tried=found.at,
            tools=found.ability.tools or (None if not asked else False),
            schema=found.ability.schema or (None if not asked else False),
            context_tokens=served.model.traits.context_tokens,
            price=listed.price if listed.source else None,
            price_source=f"{listed.source}{dated}",
            remark=self._remark(named),
            held_back_seconds=served.breaker.open_seconds,
        )  # fmt: skip

    def _remark(self, named: str) -> str:
        host = in_the_clear(named)
        if not host:
            return ""
        what = "The key and all that is asked" if self._setup.key_of(named) else "All that is asked"
        return f"{what} goes to {host} unencrypted: use https, or a tunnel."
