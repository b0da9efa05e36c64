"""What is left out when a conversation grows longer than its model can read.

The rule: results of tools, the oldest first, are replaced by a line each that says where the whole is. The
first message, the replies and the last four turns stay as they are. It is recorded, so that an attempt after
a crash sends the same.
"""

import json

from errand.agents.conversation import Conversation
from errand.agents.tool_context import ToolContext
from errand.agents.tools import READ_ON
from errand.agents.turns import Became, Entry, ReplyGiven, ResultGiven, Shortened
from errand.capability import ArtifactRef, Context
from errand.domain.json import JsonObject

FULL, AFTER = 0.9, 0.6
"""Of what the model reads: above the one results are shortened, until the other is reached."""
_KEPT_TURNS = 4
_SHORT = 300
"""Characters of a result that is left alone."""
_BYTES_PER_TOKEN = 3


def shorten(talk: Conversation, context: Context, tokens: int) -> bool:
    """Leave out as many as are needed to be this much shorter. False: nothing is left that could be."""
    chosen = _chosen(talk.entries, tokens * _BYTES_PER_TOKEN)
    if not chosen:
        return False
    reach = ToolContext("shortening", context, talk.files)
    lines = {n: _line(result, reach, n) for n, result in chosen.items()}
    files = tuple(file.recorded(made=True) for file in reach.made)
    told: JsonObject = {"type": "subtask.turn", "shortened": len(lines), "turn": talk.replies}
    talk.add(Shortened(lines=lines, files=files), told)
    return True


def _chosen(entries: list[Entry], wanted: int) -> dict[int, ResultGiven]:
    replies = [n for n, each in enumerate(entries) if isinstance(each, ReplyGiven)]
    end = replies[-_KEPT_TURNS] if len(replies) >= _KEPT_TURNS else 0
    done = {n for each in entries if isinstance(each, Shortened) for n in each.lines}
    chosen: dict[int, ResultGiven] = {}
    for n, each in enumerate(entries[:end]):
        long = isinstance(each, ResultGiven) and each.became is Became.RAN and len(each.text) > _SHORT
        if isinstance(each, ResultGiven) and long and n not in done and wanted > 0:
            chosen[n] = each
            wanted -= len(each.text.encode())
    return chosen


def _line(result: ResultGiven, reach: ToolContext, number: int) -> str:
    saved = reach.save(ArtifactRef, f"shown-{number}.txt", result.text.encode(), "text/plain")
    how = json.dumps({"file": saved.name, "offset": 0}, ensure_ascii=False)
    return f"[result of {result.name} shortened; {READ_ON} {how} shows it]"
