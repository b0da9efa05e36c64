"""Prompts as files: what every agent is told, and what each is told on its own.

In the files an HTML comment before each part says why the part is there; it is not sent. Nothing in a prompt
changes from one run to the next, so that providers can cache it and recorded exchanges match it.
"""

import re
from functools import cache
from importlib.resources import files

PREAMBLE = "preamble"
_COMMENT = re.compile(r"<!--.*?-->\s*", re.DOTALL)


@cache
def instructions(agent: str, own: str = "") -> str:
    """The preamble and the agent's own part: `own`, else its file. Raises FileNotFoundError without one."""
    return f"{_read(PREAMBLE)}\n\n{own or _read(agent)}\n"


def _read(name: str) -> str:
    written = files("errand.agents").joinpath("prompts", f"{name}.md").read_text(encoding="utf-8")
    return _COMMENT.sub("", written).strip()
