"""How providers of tests answer when a model is tried out."""

import json

from errand.domain.json import JsonObject
from errand.models.probing import CODE
from tests.servers.openai_protocol import Answer, Asked, called, failed, said

KEY = "sk-quite-secret-2741"
NOTE: JsonObject = {"code": CODE, "count": 3, "colour": "green"}


def obedient(asked: Asked) -> Answer:
    """Calls the tool that it is told to call; answers in text where there is none."""
    return called(("note", NOTE)) if "tools" in asked.body else said("yes")


def talkative(asked: Asked) -> Answer:
    """Knows no tools."""
    del asked
    return said("I would rather talk about it.")


def tools_refused(asked: Asked) -> Answer:
    """A server without a parser of tool calls, that decodes by a schema."""
    if "tools" in asked.body:
        return failed(400, "tool choice requires --enable-auto-tool-choice", code="invalid_request_error")
    if "response_format" in asked.body:
        return said(json.dumps({"call": {"tool": "note", "arguments": NOTE}}))
    return said("yes")
