"""The models of an installation, asked within limits: reserved before each call, settled after, tried again
where a moment's wait helps, handed to the next model of the list where it does not."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import BoundedSemaphore, Event

from errand.domain.budget import Amounts, Meter, Usage
from errand.domain.errors import (
    BadReply,
    ContextTooLong,
    ErrandError,
    ModelBusy,
    ModelUnusable,
    Transient,
)
from errand.model import LanguageModel, Prompt, Reply, Role, Traits
from errand.models.breaker import Breaker
from errand.models.estimate import prompt_tokens, reply_tokens
from errand.models.paying import EmptyReply, NotTaken, Refused
from errand.models.price import Price

_LEAST_OUTPUT = 1_000
"""With less room than this for its answer, a model is not asked."""


@dataclass(eq=False)
class Served:
    """A model with what belongs to it in this process; the same object in every role that it serves."""

    model: LanguageModel
    price: Price
    breaker: Breaker
    parallel: int = 16
    """Calls at once; more wait for their turn."""
    turns: BoundedSemaphore = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.turns = BoundedSemaphore(self.parallel)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one `ask` waits for a busy model itself, from its first call on; a worker waits for longer."""

    seconds: float = 20.0
    pauses: tuple[float, ...] = (1.0, 2.0, 4.0)
    """Before each new try, when the provider does not say."""


class ServedModels:
    """Keeps `errand.model.Models`."""

    def __init__(
        self,
        by_role: Mapping[Role, Sequence[Served]],
        *,
        timeout_seconds: float = 120.0,
        patience: Patience | None = None,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], bool] | None = None,
    ) -> None:
        """`by_role`: whom to ask, the first one first. `clock`: monotonic, in seconds. `wait`: returns True
        when there is no sense in waiting any more; the default is woken by `close`."""
        self._by_role = {role: tuple(asked) for role, asked in by_role.items() if asked}
        self._timeout, self._patience, self._clock = timeout_seconds, patience or Patience(), clock
        self._closing = Event()
        self._wait = wait or self._closing.wait

    def serves(self, role: Role) -> bool:
        return role in self._by_role

    def traits(self, role: Role) -> Traits:
        return self._asked(role)[0].model.traits

    def name(self, role: Role) -> str:
        return self._asked(role)[0].model.name

    def close(self) -> None:
        """Whoever waits for a busy model waits no longer; every model is closed."""
        self._closing.set()
        for model in {
            id(each.model): each.model for asked in self._by_role.values() for each in asked
        }.values():
            model.close()

    def ask(self, role: Role, prompt: Prompt, meter: Meter) -> Reply:
        estimate, until = prompt_tokens(prompt), self._clock() + self._patience.seconds
        faults: list[Transient] = []
        too_long: ContextTooLong | None = None
        largest = 0
        for served in self._asked(role):
            context = served.model.traits.context_tokens
            if too_long is not None and context <= largest:
                continue
            try:
                fitting = _fitting(prompt, estimate, served.model)
                return self._ask_patiently(_Call(served, role, fitting, estimate, meter), until)
            except Transient as fault:
                faults.append(fault)
            except ContextTooLong as fault:
                too_long, largest = too_long or fault, max(largest, context)
            except ModelUnusable as fault:
                if not faults:  # a wrong setting is not covered up
                    raise
                faults.append(ModelBusy(str(fault)))
        if too_long is not None and not faults:
            raise too_long
        raise _together(faults)

    def _asked(self, role: Role) -> tuple[Served, ...]:
        if role not in self._by_role:
            raise ModelUnusable("No language model is set up for this; set ERRAND_MODEL (docs/models.md).")
        return self._by_role[role]

    def _ask_patiently(self, call: "_Call", until: float) -> Reply:
        pauses = iter(self._patience.pauses)
        misread = False
        while True:
            try:
                return call.make(self._timeout)
            except ModelBusy as busy:
                stated = busy.retry_after_seconds
                pause = next(pauses, None) if stated is None else stated
                if pause is None or self._clock() + pause > until or self._wait(pause):
                    raise
            except BadReply:
                if misread:
                    raise
                misread = True


@dataclass(frozen=True, slots=True)
class _Call:
    served: Served
    role: Role
    prompt: Prompt
    input_tokens: int
    """Estimated."""
    meter: Meter

    def make(self, timeout_seconds: float) -> Reply:
        served, output_tokens = self.served, self.prompt.max_output_tokens
        money = served.price.most(self.input_tokens, output_tokens)
        most = Amounts(money, self.input_tokens + output_tokens, 1)
        with served.turns, served.breaker.call():
            held = self.meter.reserve(served.model.name, self.role, most)
            try:
                reply = served.model.ask(self.prompt, timeout_seconds=timeout_seconds)
            except ErrandError as fault:
                self.meter.settle(held, *self._spent_in_vain(fault, most))
                raise
            self.meter.settle(held, *self._cost(self._counted(reply)))
            return reply

    def _spent_in_vain(self, fault: ErrandError, most: Amounts) -> tuple[Amounts, Usage]:
        """What a provider may bill for a call that failed: all, unless more is known."""
        if isinstance(fault, NotTaken | ModelUnusable | ContextTooLong):
            return Amounts(), Usage()
        if isinstance(fault, EmptyReply | Refused) and fault.usage.tokens:
            return self._cost(fault.usage)
        return most, Usage(self.input_tokens, 0, self.prompt.max_output_tokens)

    def _cost(self, usage: Usage) -> tuple[Amounts, Usage]:
        return Amounts(self.served.price.cost(usage), usage.tokens, 1), usage

    def _counted(self, reply: Reply) -> Usage:
        """As the provider counted; the estimate for what it did not."""
        usage = reply.usage
        if usage.input_tokens and usage.output_tokens:
            return usage
        return replace(
            usage,
            input_tokens=usage.input_tokens or self.input_tokens,
            output_tokens=usage.output_tokens or reply_tokens(reply.text, reply.calls),
        )


def _fitting(prompt: Prompt, estimate: int, model: LanguageModel) -> Prompt:
    """With less room for the answer where all of it does not fit."""
    room = model.traits.context_tokens - estimate
    if room >= prompt.max_output_tokens:
        return prompt
    if room >= min(_LEAST_OUTPUT, prompt.max_output_tokens):
        return replace(prompt, max_output_tokens=room)
    raise ContextTooLong(
        f"The prompt has about {estimate:,} tokens; {model.name} reads {model.traits.context_tokens:,}, "
        "its answer included."
    )


def _together(faults: Sequence[Transient]) -> Transient:
    """Of a whole list of models; the time is that of the one that is free first. Where none was busy, each
    was paid for an answer that can not be used: that is no reason to ask again for as long as it takes."""
    if len(faults) == 1:
        return faults[0]
    if not any(isinstance(each, ModelBusy) for each in faults):
        return BadReply(" ".join(map(str, faults)))
    times = [each.retry_after_seconds for each in faults if each.retry_after_seconds is not None]
    return ModelBusy(" ".join(map(str, faults)), retry_after_seconds=min(times, default=None))
