"""Runs agents: turn by turn, within bounds, recorded so that a crash costs at most one turn."""

import hashlib
from collections.abc import Callable
from typing import Generic, TypeVar

from pydantic import BaseModel

from errand.agents.account import pieces, tokens_of
from errand.agents.agent import Agent, Material
from errand.agents.conversation import Conversation
from errand.agents.ending import announced, calls_made, dead_end, last_turn_because
from errand.agents.prompts import instructions
from errand.agents.purse import Purse
from errand.agents.schema import filled_in, schema_of
from errand.agents.shortening import AFTER, FULL, shorten
from errand.agents.telling import reply_told, result_told, sentence
from errand.agents.tools import Answer, Toolbox
from errand.agents.turns import Afresh, Became, Exchange, HandedIn, ResultGiven, SaidSo, Why, reply_given
from errand.capability import Catalogue, Context
from errand.domain.budget import Amounts
from errand.domain.errors import AgentFailed, BoundsReached, ContextTooLong
from errand.domain.json import JsonObject
from errand.model import Finish, Models, Prompt, Reply, ToolCall, ToolOffer

O = TypeVar("O", bound=BaseModel)  # noqa: E741  # Out would hide what it is bound to

HAND_IN = "hand_in"
_CUT = "Your reply was cut at {} tokens: be shorter, or do it in several calls."


class Agents:
    """All agents of this installation run here. Used by any number of threads at once."""

    def __init__(self, models: Models, catalogue: Callable[[], Catalogue]) -> None:
        """`catalogue` is asked at each run, since the capabilities in it may run agents themselves."""
        self._models, self._catalogue = models, catalogue

    def available(self, agent: Agent[O]) -> bool:
        """A model is set up for its role."""
        return self._models.serves(agent.role)

    def run(self, agent: Agent[O], material: Material, context: Context) -> O:
        """What the agent hands in, accepted.

        The same agent with the same material in the same subtask is the same conversation: after a crash it
        goes on from what was recorded, and one that has ended gives its output again without a call. So one
        subtask may run several agents, or one with several materials.

        Raises AgentFailed when nothing acceptable was handed in, BoundsReached at its bounds, and what a
        model raises. ValueError: the agent is described wrongly.
        """
        talk = Conversation(agent.name, material, context)
        if (ended := talk.output) is not None:
            return agent.output_type.model_validate(ended)
        tools = Toolbox(agent.tools, self._catalogue(), talk.files)
        return _Run(agent, self._models, tools, talk, context).to_its_end()


class _Run(Generic[O]):
    """One attempt. Each step follows from the record, so that the next attempt takes the same."""

    def __init__(
        self, agent: Agent[O], models: Models, tools: Toolbox, talk: Conversation, context: Context
    ) -> None:
        self._agent, self._models, self._tools = agent, models, tools
        self._talk, self._context = talk, context
        self._began = context.now
        self._purse = Purse(context.meter, agent.name, agent.bounds, talk.spent)
        described = agent.output_type.__doc__ or ""
        self._hand_in = ToolOffer(
            HAND_IN, f"Hand in the result, alone and once. {described}".strip(), schema_of(agent.output_type)
        )

    def to_its_end(self) -> O:
        front = "\n".join(pieces(self._prompt()))
        self._talk.begin(hashlib.sha256(front.encode()).hexdigest()[:16])
        while True:
            last = self._talk.last
            if last is not None and (pending := last.pending(HAND_IN)):
                output = self._answer(pending[0], last)
                if output is not None:
                    return output
                continue
            if last is not None and not last.reply.calls and not last.said:
                self._say_what_is_missing(last.reply.finish)
            self._stop_at_a_dead_end()
            self._announce_the_last_turn()
            self._turn()

    def _prompt(self) -> Prompt:
        return Prompt(
            instructions(self._agent.name, self._agent.instructions),
            self._talk.messages(),
            self._tools.offers,
            self._hand_in,
            self._agent.bounds.output_tokens,
        )

    def _turn(self) -> None:
        before = self._purse.spent
        reply = self._ask()
        after = self._purse.spent
        spent = Amounts(
            after.microdollars - before.microdollars, after.tokens - before.tokens, after.calls - before.calls
        )
        number = self._talk.replies + 1
        self._talk.add(reply_given(reply, spent), reply_told(reply, number))
        self._context.progress(sentence(self._agent.name, reply, HAND_IN))

    def _ask(self) -> Reply:
        """Raises AgentFailed when the conversation is too long and nothing is left to be shortened."""
        role = self._agent.role
        reads = self._models.traits(role).context_tokens
        room = max(reads - self._agent.bounds.output_tokens, reads // 2)
        if (size := tokens_of(self._prompt())) > room * FULL:
            shorten(self._talk, self._context, size - int(room * AFTER))
        while True:
            try:
                return self._models.ask(role, self._prompt(), self._purse)
            except ContextTooLong as error:
                size = tokens_of(self._prompt())
                if not shorten(self._talk, self._context, size - int(size * AFTER)):
                    raise self._given_up(self._too_long()) from error

    def _too_long(self) -> AgentFailed:
        model = self._models.name(self._agent.role)
        return AgentFailed(
            f"What {self._agent.name} has to read is longer than {model} can: choose a model with a larger "
            "context, or give it less."
        )

    def _answer(self, call: ToolCall, exchange: Exchange) -> O | None:
        """Run a call and record what it gave. An output that is accepted is given back."""
        closing = self._is_last()
        number = calls_made(self._talk.entries) + 1
        if call.name == HAND_IN:
            faults, output = self._judge(call, exchange, closing=closing)
            if output is not None:
                return output
            text = "It was not accepted:" + "".join(f"\n- {fault}" for fault in faults)
            self._record(call, Answer(text, Became.OUTPUT_REFUSED), faults)
        elif closing or number > self._agent.bounds.tool_calls:
            self._record(call, Answer(f"It was not called: only {HAND_IN} is left.", Became.WRONG))
        elif call.arguments is None and exchange.reply.finish is Finish.LENGTH:
            self._record(call, Answer(self._cut(), Became.WRONG))
        else:
            self._record(call, self._tools.call(call, self._context, number))
        return None

    def _judge(
        self, call: ToolCall, exchange: Exchange, *, closing: bool
    ) -> tuple[tuple[str, ...], O | None]:
        """What is wrong with an output, or the output, recorded. Calls in the same reply come first; it is
        not taken when one of them failed, since it was written without knowing."""
        if not closing and any(each.failed and each.name != HAND_IN for each in exchange.results):
            return ("A call in the same reply failed: look at it, then hand in alone.",), None
        if call.arguments is None:
            cut = exchange.reply.finish is Finish.LENGTH
            return (self._cut() if cut else "Its arguments are no JSON object.",), None
        try:
            output = filled_in(self._agent.output_type, call.arguments, self._talk.files)
        except ValueError as wrong:
            return tuple(map(str, wrong.args)), None
        if faults := tuple(self._agent.accept(output, self._context)):
            return faults, None
        values: JsonObject = output.model_dump(mode="json")
        self._talk.add(HandedIn(output=values), result_told(call, "accepted", failed=False))
        return (), output

    def _record(self, call: ToolCall, answer: Answer, faults: tuple[str, ...] = ()) -> None:
        entry = ResultGiven(
            call=call.id, name=call.name, text=answer.text, became=answer.became, files=answer.files,
            faults=faults,
        )  # fmt: skip
        self._talk.add(entry, result_told(call, answer.text, failed=entry.failed))

    def _say_what_is_missing(self, finish: Finish) -> None:
        asked = f"Call a tool, or hand in the result with {HAND_IN}: text alone is not read."
        said = f"{self._cut()} {asked}" if finish is Finish.LENGTH else asked
        self._talk.add(SaidSo(text=said, why=Why.CORRECTION))

    def _stop_at_a_dead_end(self) -> None:
        error = dead_end(self._agent.name, self._agent.bounds, self._talk.entries)
        if isinstance(error, BoundsReached):
            raise error
        if error is not None:
            raise self._given_up(error)

    def _given_up(self, error: AgentFailed) -> AgentFailed:
        """The next attempt would go on at the same dead end: it begins anew instead."""
        self._talk.add(Afresh(reason=str(error)[:500]))
        return error

    def _announce_the_last_turn(self) -> None:
        if announced(self._talk.entries) is not None:
            return
        seconds = (self._context.now - self._began).total_seconds()
        reason = last_turn_because(self._agent.bounds, self._talk.entries, self._purse.spent, seconds)
        if reason:
            said = (
                f"This is your last turn ({reason}): hand in now what you have with {HAND_IN}, and say in it "
                "what is missing. Other calls are not made any more."
            )
            self._talk.add(SaidSo(text=said, why=Why.LAST, reason=reason))

    def _is_last(self) -> bool:
        """The reply that is being answered was asked for as the last."""
        return announced(self._talk.entries) is not None

    def _cut(self) -> str:
        return _CUT.format(self._agent.bounds.output_tokens)
