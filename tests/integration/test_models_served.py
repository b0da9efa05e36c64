"""Models asked within limits: what is reserved and settled, tried again, and handed to the next one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Barrier, Event, Lock, Thread

import pytest

from errand.domain.budget import Amounts, ReservationId, Usage
from errand.domain.errors import (
    BadReply,
    ContextTooLong,
    ErrandError,
    LimitReached,
    ModelBusy,
    ModelDeclined,
    ModelUnusable,
)
from errand.model import Finish, Prompt, Reply, Role, Said, Traits
from errand.models.background import BackgroundLoop
from errand.models.breaker import Breaker
from errand.models.building import build_model
from errand.models.paying import EmptyReply, NotTaken
from errand.models.price import Price
from errand.models.serving import Patience, Served, ServedModels
from errand.testing import CountingMeter
from tests.servers.openai_protocol import failed, said, serving

PRICE = Price(input=2_000_000, cached_input=200_000, output=10_000_000)
PROMPT = Prompt("Be brief.", (Said("Why?"),), max_output_tokens=1_000)
USAGE = Usage(100, 50, 20)


@dataclass
class Time:
    """A clock that moves when somebody waits."""

    now: float = 0.0
    waits: list[float] = field(default_factory=list)
    enough: bool = False

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        self.now += seconds
        return self.enough


@dataclass
class Played:
    """Keeps `LanguageModel`: answers in order; the last answer stays."""

    name: str = "first"
    answers: Sequence[Usage | ErrandError] = (USAGE,)
    context_tokens: int = 100_000
    prompts: list[Prompt] = field(default_factory=list)
    closed: int = 0
    during: Callable[[], object] = lambda: None
    """What happens while it is asked."""

    @property
    def traits(self) -> Traits:
        return Traits(self.context_tokens)

    def ask(self, prompt: Prompt, *, timeout_seconds: float) -> Reply:
        del timeout_seconds
        answer = self.answers[min(len(self.prompts), len(self.answers) - 1)]
        self.prompts.append(prompt)
        self.during()
        if isinstance(answer, ErrandError):
            raise answer
        return Reply("Because.", (), answer, self.name, Finish.STOP)

    def close(self) -> None:
        self.closed += 1


@dataclass
class Closed(CountingMeter):
    """A meter at its limit."""

    def reserve(self, model: str, role: str, most: Amounts) -> ReservationId:
        raise LimitReached(f"{model} as {role} may not cost {most.microdollars}.")


def busy(retry_after: float | None = None) -> ModelBusy:
    return ModelBusy("It is busy.", retry_after_seconds=retry_after)


def not_taken() -> ModelBusy:
    return NotTaken("It takes no call now.", retry_after_seconds=3_600.0)


def models(time: Time, *played: Played) -> ServedModels:
    served = [Served(each, PRICE, Breaker(each.name, time)) for each in played]
    return ServedModels({Role.WORK: served}, clock=time, wait=time.wait)


def settled(meter: CountingMeter) -> list[tuple[Amounts, Usage]]:
    return [meter.settled[each] for each in meter.held]


def test_a_call_is_reserved_at_its_most_and_settled_at_its_cost() -> None:
    meter = CountingMeter()
    models(Time(), Played()).ask(Role.WORK, PROMPT, meter)

    (name, role, most), *others = meter.held.values()
    assert (name, role, others) == ("first", "work", [])
    assert most == Amounts(PRICE.most(most.tokens - 1_000, 1_000), most.tokens, 1)
    assert settled(meter) == [(Amounts(PRICE.cost(USAGE), 120, 1), USAGE)]


def test_at_the_limit_nothing_is_sent() -> None:
    played = Played()
    with pytest.raises(LimitReached):
        models(Time(), played).ask(Role.WORK, PROMPT, Closed())

    assert played.prompts == []


def test_what_a_provider_does_not_count_is_estimated() -> None:
    meter = CountingMeter()
    models(Time(), Played(answers=[Usage()])).ask(Role.WORK, PROMPT, meter)

    (_, _, most), ((used, usage), *_) = next(iter(meter.held.values())), settled(meter)
    assert usage.input_tokens == most.tokens - 1_000
    assert usage.output_tokens > 0
    assert used == Amounts(PRICE.cost(usage), usage.tokens, 1)


@pytest.mark.parametrize(
    "fault",
    [not_taken(), ModelUnusable("Wrong key."), ContextTooLong("Too long.")],
    ids=["busy", "key", "long"],
)
def test_a_call_that_a_provider_did_not_take_costs_nothing(fault: ErrandError) -> None:
    meter = CountingMeter()
    with pytest.raises(type(fault)):
        models(Time(), Played(answers=[fault])).ask(Role.WORK, PROMPT, meter)

    assert settled(meter) == [(Amounts(), Usage())]


@pytest.mark.parametrize("fault", [busy(3_600.0), ModelDeclined("No.")], ids=["timeout", "declined"])
def test_a_call_that_may_have_been_worked_on_counts_in_full(fault: ErrandError) -> None:
    meter = CountingMeter()
    with pytest.raises(type(fault)):
        models(Time(), Played(answers=[fault])).ask(Role.WORK, PROMPT, meter)

    (_, _, most) = next(iter(meter.held.values()))
    assert [used for used, _ in settled(meter)] == [most]


def test_an_empty_answer_costs_what_the_provider_counted() -> None:
    meter = CountingMeter()
    models(Time(), Played(answers=[EmptyReply("Nothing.", USAGE), USAGE])).ask(Role.WORK, PROMPT, meter)

    assert [usage for _, usage in settled(meter)] == [USAGE, USAGE]


def test_a_busy_model_is_asked_again_after_the_time_that_it_names() -> None:
    time = Time()
    models(time, Played(answers=[busy(7.0), busy(5.0), USAGE])).ask(Role.WORK, PROMPT, CountingMeter())

    assert time.waits == [7.0, 5.0]


def test_without_a_time_the_pauses_grow_and_then_it_is_the_workers_turn() -> None:
    time, played = Time(), Played(answers=[busy()])
    with pytest.raises(ModelBusy):
        models(time, played).ask(Role.WORK, PROMPT, CountingMeter())

    assert time.waits == [1.0, 2.0, 4.0]
    assert len(played.prompts) == 4


def test_a_longer_wait_than_twenty_seconds_is_left_to_the_worker() -> None:
    time, played = Time(), Played(answers=[busy(12.0)])
    with pytest.raises(ModelBusy) as raised:
        models(time, played).ask(Role.WORK, PROMPT, CountingMeter())

    assert time.waits == [12.0]
    assert raised.value.retry_after_seconds == 12.0


def test_a_wait_that_makes_no_sense_any_more_ends_the_call() -> None:
    time = Time(enough=True)
    with pytest.raises(ModelBusy):
        models(time, Played(answers=[busy(1.0)])).ask(Role.WORK, PROMPT, CountingMeter())

    assert time.waits == [1.0]


def test_closing_wakes_who_waits_and_closes_every_model_once() -> None:
    asked = Event()
    played = Played(answers=[busy(15.0)], during=asked.set)
    served = Served(played, PRICE, Breaker("first", Time()))
    made = ServedModels({role: [served] for role in Role})
    ended: list[str] = []

    def ask() -> None:
        with pytest.raises(ModelBusy) as raised:
            made.ask(Role.WORK, PROMPT, CountingMeter())
        ended.append(str(raised.value))

    asking = Thread(target=ask)
    asking.start()
    asked.wait(5)
    made.close()
    asking.join(5)

    assert (ended, played.closed) == (["It is busy."], 1)


def test_an_unreadable_answer_is_asked_for_once_more() -> None:
    played = Played(answers=[BadReply("What?"), USAGE])
    models(Time(), played).ask(Role.WORK, PROMPT, CountingMeter())

    assert len(played.prompts) == 2


@pytest.mark.parametrize("fault", [busy(3_600.0), BadReply("What?")], ids=["busy", "unreadable"])
def test_the_next_model_of_the_list_takes_over(fault: ErrandError) -> None:
    second = Played("second")
    reply = models(Time(), Played(answers=[fault]), second).ask(Role.WORK, PROMPT, CountingMeter())

    assert reply.model == "second"


def test_answers_that_nobody_can_read_are_no_busy_models() -> None:
    first, second = Played(answers=[BadReply("What?")]), Played("second", answers=[BadReply("Eh?")])
    with pytest.raises(BadReply, match=r"What\? Eh\?"):
        models(Time(), first, second).ask(Role.WORK, PROMPT, CountingMeter())


def test_when_all_are_busy_the_time_is_that_of_the_first_one_free() -> None:
    first, second = Played(answers=[busy(3_600.0)]), Played("second", answers=[busy(60.0)])
    with pytest.raises(ModelBusy) as raised:
        models(Time(), first, second).ask(Role.WORK, PROMPT, CountingMeter())

    assert raised.value.retry_after_seconds == 60.0


@pytest.mark.parametrize(
    "fault", [ModelUnusable("Wrong key."), ModelDeclined("No.")], ids=["key", "declined"]
)
def test_the_list_does_not_cover_up_a_wrong_key_nor_a_refusal(fault: ErrandError) -> None:
    second = Played("second")
    with pytest.raises(type(fault)):
        models(Time(), Played(answers=[fault]), second).ask(Role.WORK, PROMPT, CountingMeter())

    assert second.prompts == []


def test_a_second_model_that_is_set_up_wrongly_does_not_fail_what_may_succeed_later() -> None:
    first, second = Played(answers=[busy(90.0)]), Played("second", answers=[ModelUnusable("Wrong key.")])
    with pytest.raises(ModelBusy, match=r"It is busy\. Wrong key\.") as raised:
        models(Time(), first, second).ask(Role.WORK, PROMPT, CountingMeter())

    assert raised.value.retry_after_seconds == 90.0


LONG = Prompt("Be brief.", (Said("word " * 9_000),), max_output_tokens=4_000)


def test_a_prompt_that_does_not_fit_is_not_sent() -> None:
    meter, played = CountingMeter(), Played(context_tokens=10_000)
    with pytest.raises(ContextTooLong, match="first reads 10,000"):
        models(Time(), played).ask(Role.WORK, LONG, meter)

    assert (played.prompts, meter.held) == ([], {})


def test_the_answer_is_given_less_room_before_a_prompt_is_refused() -> None:
    played = Played(context_tokens=17_000)
    models(Time(), played).ask(Role.WORK, LONG, CountingMeter())

    assert 1_000 <= played.prompts[0].max_output_tokens < 4_000


def test_only_a_model_that_reads_more_gets_what_was_too_long() -> None:
    first = Played(answers=[ContextTooLong("Too long.")])
    small, large = Played("small", context_tokens=100_000), Played("large", context_tokens=200_000)
    reply = models(Time(), first, small, large).ask(Role.WORK, PROMPT, CountingMeter())

    assert (reply.model, small.prompts) == ("large", [])


def test_a_dead_model_is_not_asked_by_anyone_for_a_while() -> None:
    time, played, meter = Time(), Played(answers=[busy()]), CountingMeter()
    made = models(time, played)
    for _ in range(5):
        with pytest.raises(ModelBusy) as raised:
            made.ask(Role.WORK, PROMPT, meter)

    assert len(played.prompts) == 5
    assert len(meter.held) == 5
    assert raised.value.retry_after_seconds is not None


def test_no_more_calls_run_at_once_than_were_set() -> None:
    running, most, lock = [0], [0], Lock()
    two = Barrier(2, timeout=10)

    def meet() -> None:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        two.wait()
        with lock:
            running[0] -= 1

    made = ServedModels(
        {Role.WORK: [Served(Played(during=meet), PRICE, Breaker("first", Time()), parallel=2)]}
    )
    threads = [Thread(target=made.ask, args=(Role.WORK, PROMPT, CountingMeter())) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(20)

    assert most == [2]


@pytest.mark.parametrize("wanted", [ServedModels.name, ServedModels.traits])
def test_a_role_without_a_model_says_what_to_set(wanted: Callable[[ServedModels, Role], object]) -> None:
    made = models(Time(), Played())

    assert not made.serves(Role.PLAN)
    with pytest.raises(ModelUnusable, match="ERRAND_MODEL"):
        wanted(made, Role.PLAN)


def test_over_the_wire_a_rate_limit_is_waited_out() -> None:
    loop, meter, patience = BackgroundLoop(), CountingMeter(), Patience(seconds=5.0)
    with serving() as provider:
        model = build_model(provider.url, key=None, loop=loop)
        time = Time()
        made = ServedModels(
            {Role.WORK: [Served(model, PRICE, Breaker(model.name, time))]},
            patience=patience,
            clock=time,
            wait=time.wait,
        )
        provider.plan(failed(429, "slow down", headers=(("retry-after", "2"),)), said("Because."))
        reply = made.ask(Role.WORK, PROMPT, meter)
        made.close()
    loop.close()

    assert (reply.text, time.waits) == ("Because.", [2.0])
    assert [used.calls for used, _ in settled(meter)] == [0, 1]
