"""What Errand adds to a call of a model that answers at once, in the conversation of an agent."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
import openai
from benchmarks.of_models.installation import Bench, model_server
from benchmarks.of_models.server import LOOKS
from pydantic import BaseModel, Field
from tests.servers.openai_protocol import Answer, Asked, said, serving

from errand.agents.agent import Agent, Material, Section
from errand.agents.runner import Agents
from errand.capabilities import documents, files, mathematics, tables
from errand.capabilities.work import WORKER
from errand.capability import Audience, Capability, Catalogue, Context, capability
from errand.domain.budget import Amounts, Meter, ReservationId, Usage
from errand.domain.ids import SubtaskKey
from errand.domain.json import JsonObject
from errand.domain.plan import Plan, Step
from errand.model import Models, Prompt, Reply, Role, Traits
from errand.models.background import BackgroundLoop
from errand.models.building import build_model

TIMEOUT = 30.0
PAGE = "In the year under review sales of pens rose by 4.2 percent to 1,318 million. " * 40
"""What a tool gives: 3,000 characters."""


class Looked(BaseModel):
    number: int = Field(description="The number of the page.")


class Text(BaseModel):
    text: str = Field(description="What stands there.")


@capability("bench.look", audience=Audience.AGENTS)
def look(given: Looked, context: Context) -> Text:
    """Show one page of the report."""
    del context
    return Text(text=f"Page {given.number}. {PAGE}")


READER: Agent[Text] = Agent(WORKER.name, Role.WORK, Text, (*WORKER.tools, "bench.look"))
MATERIAL = Material(
    "Say how the sales of pens went.", (Section("The request", "How did pens go?", trusted=True),)
)


@dataclass
class Call:
    """Seconds, of one call and of what comes before the next one."""

    prompt: Prompt
    ask: float = 0.0
    reserve: float = 0.0
    settle: float = 0.0
    between: float | None = None
    """None: it was the last of its conversation."""


@dataclass
class TimedModels:
    """Keeps `errand.model.Models`."""

    models: Models
    calls: list[Call] = field(default_factory=list)
    ended: float | None = None

    def serves(self, role: Role) -> bool:
        return self.models.serves(role)

    def traits(self, role: Role) -> Traits:
        return self.models.traits(role)

    def name(self, role: Role) -> str:
        return self.models.name(role)

    def ask(self, role: Role, prompt: Prompt, meter: Meter) -> Reply:
        call, began = Call(prompt), time.perf_counter()
        if self.ended is not None:
            self.calls[-1].between = began - self.ended
        reply = self.models.ask(role, prompt, TimedMeter(meter, call))
        self.ended = time.perf_counter()
        call.ask = self.ended - began
        self.calls.append(call)
        return reply


@dataclass
class TimedMeter:
    """Keeps `errand.domain.budget.Meter`."""

    meter: Meter
    call: Call

    def reserve(self, model: str, role: str, most: Amounts) -> ReservationId:
        began = time.perf_counter()
        made = self.meter.reserve(model, role, most)
        self.call.reserve = time.perf_counter() - began
        return made

    def settle(self, reservation: ReservationId, used: Amounts, usage: Usage) -> None:
        began = time.perf_counter()
        self.meter.settle(reservation, used, usage)
        self.call.settle = time.perf_counter() - began


class Conversing:
    """The bench's own capabilities: one that runs the agent, and the tools that it has."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        """Of the last conversation."""

    def capabilities(self, agents: Agents, models: Models) -> Sequence[Capability[Any, Any]]:
        del agents
        tools = [
            look,
            *documents.CAPABILITIES,
            *files.CAPABILITIES,
            *mathematics.CAPABILITIES,
            *tables.CAPABILITIES,
        ]

        @capability("bench.converse")
        def converse(given: Looked, context: Context) -> Text:
            """Hold one conversation."""
            del given
            timed = TimedModels(models)
            done = Agents(timed, lambda: catalogue).run(READER, MATERIAL, context)
            self.calls = timed.calls
            return done

        catalogue = Catalogue(tools)
        return [*tools, converse]


CONVERSE = Plan((Step(SubtaskKey("one"), "bench.converse", inputs={"number": 1}),), made_by="benchmark")


@contextmanager
def bare_client(url: str) -> Iterator[Callable[[bytes], float]]:
    """Seconds that a request takes which is sent as it stands, over a connection that is kept."""
    with httpx2.Client(timeout=TIMEOUT) as client:

        def send(body: bytes) -> float:
            began = time.perf_counter()
            answer = client.post(
                f"{url}/chat/completions", content=body, headers={"Content-Type": "application/json"}
            )
            answer.raise_for_status().json()
            return time.perf_counter() - began

        yield send


@contextmanager
def provider_client(url: str) -> Iterator[Callable[[bytes], float]]:
    """The same with OpenAI's own library."""
    with openai.OpenAI(base_url=url, api_key="none", timeout=TIMEOUT, max_retries=0) as client:

        def send(body: bytes) -> float:
            given = json.loads(body)
            began = time.perf_counter()
            client.chat.completions.create(**given)
            return time.perf_counter() - began

        yield send


@contextmanager
def adapter(url: str) -> Iterator[Callable[[Prompt], float]]:
    """Seconds that our adapter takes, Pydantic AI and the provider's library below it."""
    loop = BackgroundLoop()
    model = build_model(f"tiny@{url}", key=None, loop=loop, context_tokens=200_000)

    def ask(prompt: Prompt) -> float:
        began = time.perf_counter()
        model.ask(prompt, timeout_seconds=TIMEOUT)
        return time.perf_counter() - began

    try:
        yield ask
    finally:
        model.close()
        loop.close()


def bodies(prompts: Sequence[Prompt]) -> list[bytes]:
    """The requests that Errand sends, letter by letter as far as JSON goes."""
    heard: list[JsonObject] = []

    def hear(asked: Asked) -> Answer:
        heard.append(asked.body)
        return said("Heard.")

    with serving(hear) as provider, adapter(provider.url) as ask:
        for each in prompts:
            ask(each)
    return [json.dumps(each).encode() for each in heard]


def measured(rounds: int) -> tuple[dict[str, list[float]], int]:
    """Milliseconds by part, of each call but the last of a conversation; and bytes of the longest request."""
    found: dict[str, list[float]] = {}
    conversing = Conversing()
    with TemporaryDirectory() as folder, model_server() as url:
        bench = Bench(Path(folder), url, conversing.capabilities)
        try:
            with bare_client(url) as send, provider_client(url) as create, adapter(url) as ask:
                for _ in range(2):  # warm
                    bench.run(CONVERSE)
                sent = bodies([each.prompt for each in conversing.calls])
                for _ in range(rounds):
                    bench.run(CONVERSE)
                    for call, body in zip(conversing.calls[:LOOKS], sent, strict=False):
                        _note(found, call, send(body), create(body), ask(call.prompt))
        finally:
            bench.close()
    return found, max(map(len, sent))


def _note(found: dict[str, list[float]], call: Call, bare: float, library: float, adapted: float) -> None:
    between = call.between or 0.0
    parts = {
        "the same request by a bare client": bare,
        "provider's library": library - bare,
        "adapter": adapted - library,
        "reserve": call.reserve,
        "settle": call.settle,
        "rest of the call": call.ask - call.reserve - call.settle - adapted,
        "turn: recorded, told, tool called, next prompt": between,
        "all, against the bare client": call.ask + between - bare,
        "all, against the provider's library": call.ask + between - library,
    }
    for name, seconds in parts.items():
        found.setdefault(name, []).append(seconds * 1e3)


def report(rounds: int = 40) -> None:
    found, longest = measured(rounds)
    count = len(next(iter(found.values())))
    print(
        f"Overhead: {count} calls in conversations of {LOOKS + 1} turns, requests up to {longest:,} bytes; ms"
    )
    print(f"{'':50}{'p50':>8}{'p99':>8}")
    for name, values in found.items():
        print(f"{name:50}{median(values):8.2f}{quantiles(values, n=100)[98]:8.2f}")
