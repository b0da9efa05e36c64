"""Models whose answers a function gives: for tests of whatever asks a model, ours and others'."""

from collections.abc import Callable
from dataclasses import dataclass, field

from errand.domain.budget import Amounts, Meter, Usage
from errand.domain.json import JsonObject
from errand.model import Finish, Prompt, Reply, Role, ToolCall, Traits

Script = Callable[[Prompt], Reply]


@dataclass
class ScriptedModels:
    """Keeps `errand.model.Models`; every call is metered as a real one is."""

    script: Script
    prompts: list[Prompt] = field(default_factory=list)
    """What was asked, in order."""
    capable: Traits = field(default_factory=lambda: Traits(context_tokens=200_000))
    roles: frozenset[Role] = frozenset(Role)

    def serves(self, role: Role) -> bool:
        return role in self.roles

    def traits(self, role: Role) -> Traits:
        del role
        return self.capable

    def name(self, role: Role) -> str:
        del role
        return "scripted"

    def ask(self, role: Role, prompt: Prompt, meter: Meter) -> Reply:
        held = meter.reserve("scripted", role, Amounts(calls=1))
        self.prompts.append(prompt)
        reply = self.script(prompt)
        meter.settle(held, Amounts(tokens=reply.usage.tokens, calls=1), reply.usage)
        return reply


def calling(*calls: tuple[str, JsonObject], text: str = "") -> Reply:
    """A reply that calls tools: name and arguments of each."""
    made = tuple(ToolCall(f"call-{n}", name, given) for n, (name, given) in enumerate(calls, start=1))
    return Reply(text, made, Usage(100, 0, 20), "scripted", Finish.CALLS)


def saying(text: str) -> Reply:
    return Reply(text, (), Usage(100, 0, 20), "scripted", Finish.STOP)
