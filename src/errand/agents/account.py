"""How large prompts are, and how much of one a provider has seen before."""

import json
from collections.abc import Iterator
from itertools import takewhile

from errand.model import Message, Prompt, Replied, ToolOffer

_BYTES_PER_TOKEN = 3
"""Low on purpose: English prose has more, tables of figures and code have about as many."""


def pieces(prompt: Prompt) -> Iterator[str]:
    """The prompt as text, in the order in which a provider caches it."""
    yield prompt.instructions
    yield from (_offer(each) for each in prompt.tools)
    if prompt.output is not None:
        yield _offer(prompt.output)
    yield from (_message(each) for each in prompt.messages)


def tokens_of(prompt: Prompt) -> int:
    """An estimate, rather too high."""
    return sum(len(each.encode(errors="replace")) for each in pieces(prompt)) // _BYTES_PER_TOKEN


def front_share(before: Prompt, prompt: Prompt) -> float:
    """How much of a prompt, by characters, is the same front that the call before it had, 0 to 1."""
    sides = list(zip(pieces(before), pieces(prompt), strict=False))
    same = sum(len(now) for _, now in takewhile(lambda side: side[0] == side[1], sides))
    return same / sum(len(each) for each in pieces(prompt))


def _offer(offer: ToolOffer) -> str:
    return "\n".join((offer.name, offer.description, json.dumps(offer.schema, ensure_ascii=False)))


def _message(message: Message) -> str:
    if not isinstance(message, Replied):
        return message.text
    calls = [f"{call.name} {_arguments(call.arguments, call.written)}" for call in message.calls]
    return "\n".join([message.text, *calls])


def _arguments(arguments: object, written: str) -> str:
    return written if arguments is None else json.dumps(arguments, ensure_ascii=False)
