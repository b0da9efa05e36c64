"""What an agent is given, as its first message."""

import hashlib
import json
import re
from datetime import date

from errand.agents.agent import Material, Section
from errand.agents.files import Files

_CLOSING = re.compile(
    r"[<\uff1c\ufe64\u2039\u3008](?=[\s/\uff0f\u2044\u2215\u00ad\u200b-\u200f\u2060\ufeff]*untrusted)",
    re.IGNORECASE,
)
"""Whatever a reader might take for the beginning or the end of a block: also look-alikes of `<` and `/`, and
with blanks or invisible characters between."""


def conversation_of(agent: str, material: Material) -> str:
    """The same for the same agent and material, whatever the version of Errand."""
    parts = [
        agent,
        material.task,
        [[each.title, each.text, each.trusted] for each in material.sections],
        [[each.name, each.kind, each.sha256] for each in material.files],
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def first_message(material: Material, files: Files, today: date) -> str:
    """`files` holds the material's files under the names that they get here."""
    parts = [f"# Task\n\n{material.task.strip()}"]
    parts += [_section(each) for each in material.sections]
    if listed := [
        f"- {_in_quotes(each.shown)}: {each.kind}, {_flat(each.ref.media_type)}, {each.ref.size:,} bytes"
        for each in files
    ]:
        parts.append(f"# Files\n\nGive these names to tools, without changes.\n\n{untrusted(listed)}")
    parts.append(
        f"Today is {today.isoformat()}; where the request names another day as today, that one counts."
    )
    return "\n\n".join(parts) + "\n"


def _section(section: Section) -> str:
    text = section.text.strip() if section.trusted else untrusted([section.text.strip("\n")])
    return f"# {_flat(section.title)}\n\n{text}"


def untrusted(lines: list[str]) -> str:
    """A block of data that nothing in it can close."""
    inside = _CLOSING.sub("&lt;", "\n".join(lines))
    return f"<untrusted>\n{inside}\n</untrusted>"


def _flat(text: str) -> str:
    """On one line, and no block of its own."""
    return _CLOSING.sub("&lt;", " ".join(text.split()))


def _in_quotes(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)
