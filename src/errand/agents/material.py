"""What an agent is given, as its first message."""

import hashlib
import json
from datetime import date

from errand.agents.agent import Material, Section
from errand.agents.files import Files
from errand.capability import ArtifactRef
from errand.model import untrusted, without_marks

_LONGEST_TITLE = 120
"""Characters of a title with words of others in it; a longer one stands in the block with the text."""


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
        f"- {_in_quotes(each.shown)}: {each.kind}, {_flat(each.ref.media_type)}{_size(each.ref)}"
        for each in files
    ]:
        there = untrusted("\n".join(listed))
        parts.append(f"# Files\n\nGive these names to tools, without changes.\n\n{there}")
    parts.append(
        f"Today is {today.isoformat()}; where the request names another day as today, that one counts."
    )
    return "\n\n".join(parts) + "\n"


def _section(section: Section) -> str:
    title, text = _flat(section.title), section.text
    if section.trusted:
        return f"# {title}\n\n{text.strip()}"
    if len(title) > _LONGEST_TITLE:
        title, text = "Words of others", f"{title}\n\n{text}"
    return "\n\n".join((f"# {title}", untrusted(text.strip("\n"))))


def _flat(text: str) -> str:
    """On one line, and no block of its own."""
    return without_marks(" ".join(text.split()))


def _size(ref: ArtifactRef) -> str:
    """Of a picture it tells a reader nothing, and it is not the same everywhere."""
    return "" if ref.media_type.startswith("image/") else f", {ref.size:,} bytes"


def _in_quotes(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)
