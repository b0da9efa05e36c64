"""How many tokens a text is, before a provider has counted them."""

import json

from errand.model import Message, Prompt, Replied, Said, ToolCall, ToolOffer, ToolResult

_PER_MESSAGE = 8
"""Who speaks, where it begins and ends."""

_PER_OFFER = 16

_DIGITS = "0123456789"


def text_tokens(text: str) -> int:
    """Rather too many than too few: three letters a token where four are usual in English, a digit or a byte
    of other scripts two thirds of one, since some models read figures digit by digit."""
    size = len(text.encode("utf-8", "surrogatepass"))
    dense = sum(map(text.count, _DIGITS)) + (0 if text.isascii() else size - sum(map(str.isascii, text)))
    return (size + dense + 2) // 3


def prompt_tokens(prompt: Prompt) -> int:
    offers = (*prompt.tools, prompt.output) if prompt.output is not None else prompt.tools
    return (
        _PER_MESSAGE
        + text_tokens(prompt.instructions)
        + sum(_PER_MESSAGE + _message(each) for each in prompt.messages)
        + sum(_PER_OFFER + _offer(each) for each in offers)
    )


def reply_tokens(text: str, calls: tuple[ToolCall, ...]) -> int:
    return _PER_MESSAGE + text_tokens(text) + sum(_call(each) for each in calls)


def _message(message: Message) -> int:
    match message:
        case Said(text=text):
            return text_tokens(text)
        case ToolResult(name=name, text=text):
            return text_tokens(name) + text_tokens(text)
        case Replied(text=text, calls=calls, raw=raw):
            known = text_tokens(text) + sum(_call(each) for each in calls)
            # Thoughts that are sent again; what stands in both is sent once.
            return known if raw is None else max(known, text_tokens(json.dumps(raw, ensure_ascii=False)))


def _call(call: ToolCall) -> int:
    given = call.written if call.arguments is None else json.dumps(call.arguments, ensure_ascii=False)
    return _PER_OFFER + text_tokens(call.name) + text_tokens(given)


def _offer(offer: ToolOffer) -> int:
    schema = json.dumps(offer.schema, ensure_ascii=False)
    return text_tokens(offer.name) + text_tokens(offer.description) + text_tokens(schema)
