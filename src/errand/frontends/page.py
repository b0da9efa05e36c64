"""`result.md`: the result as Markdown, whatever it is, with what is missing said at its top."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote, unquote

from errand.domain.json import Json, JsonObject
from errand.frontends import wording

_TARGET = re.compile(r"(?P<open>\]\(\s*<?|\b(?:src|href)=[\"'])(?P<target>[^)\s>\"']+)")
_PICTURE = re.compile(r"(?<!\\)!(?=\[(?!(?:[^\[\]\\]|\\.)*\]\(<?artifacts/))")
"""The beginning of one that does not lie with the result."""
_DEFINITION = re.compile(r"^[>\s]*\[[^\]]+\]:", re.MULTILINE)
_TAG = re.compile(
    r"<(?!img src=([\"'])artifacts/[^\"'<>]*\1\s*/?>)"
    r"(?=/?(?:img|image|svg|picture|source|video|audio|track|object|embed|i?frame|script|link|style|meta"
    r"|base|input|form|body|table|t[dhr]|bgsound)\b)",
    re.IGNORECASE,
)
"""Of those that load something in HTML."""
_ENDED_WELL = ("succeeded",)
_MOST_LISTED = 200
_EXCERPT_CHARACTERS, _EXCERPT_HEADINGS = 1600, 2


def result_page(record: JsonObject, places: Mapping[str, str], content: bytes | None) -> str:
    """`places`: hash of each artifact -> where it lies; `content`: of the result, when it is an artifact."""
    note = _note(record)
    result = record.get("result")
    if isinstance(result, dict) and content is not None:
        body = _of_artifact(result, content, places, _by_name(record, places))
    elif result in (None, "", [], {}):
        body = _without_result(record)
    else:
        body = _of_value(record, result, places)
    return nothing_fetched(f"{note}\n{body}" if note else body)


def nothing_fetched(markdown: str) -> str:
    """Whoever opens it must not load anything by that: an address may tell what was read. A picture from
    elsewhere becomes a link, and a tag that loads something is shown as text."""
    defined = _DEFINITION.search(markdown) is not None
    blocks = re.split(r"(\n[ \t]*\n)", _TAG.sub("&lt;", markdown))
    return "".join(
        _PICTURE.sub(r"\\!", each) if defined or "](" in each or "][" in each else each for each in blocks
    )


def excerpt(page: str) -> str:
    """The beginning for a screen: the first headings and what stands under them. Of a table it says that it
    is there; pictures, code and the note at the top are left out."""
    taken: list[str] = []
    headings = length = 0
    for block in re.split(r"\n\s*\n", page.strip()):
        if _is_heading(block):
            headings += 1
            if headings > _EXCERPT_HEADINGS and length > 0:
                break
        elif block.lstrip().startswith(("![", "<", "```")) or (block.startswith(">") and not taken):
            continue
        elif block.lstrip().startswith("|"):
            taken.append(_of_table(block))
            continue
        if taken and length + len(block) > _EXCERPT_CHARACTERS:
            break
        taken.append(block)
        length += 0 if _is_heading(block) else len(block)
    while len(taken) > 1 and _is_heading(taken[-1]):
        taken.pop()
    return "\n\n".join(_cut(wording.plain(block).strip()) for block in taken)


def _of_table(block: str) -> str:
    rows = len(block.strip().splitlines()) - 2
    return f"({wording.number(rows, 'row')} in a table)" if rows > 0 else "(a table)"


def _is_heading(block: str) -> bool:
    return block.lstrip().startswith("#")


def _cut(block: str) -> str:
    return (
        block if len(block) <= _EXCERPT_CHARACTERS else block[:_EXCERPT_CHARACTERS].rsplit(" ", 1)[0] + " …"
    )


def _note(record: JsonObject) -> str:
    """What is missing and why, as a quotation above everything else; empty when nothing is."""
    status = str(record.get("status"))
    if status in _ENDED_WELL:
        return ""
    missing = _strings(record.get("missing"))
    lines = [f"**{_SAID.get(status, f'This task is {status}.')}**"]
    if status == "waiting":
        missing = [*missing, *_open_questions(record)]
    if missing:
        lines += ["", *(f"- {_escaped(wording.line(each))}" for each in missing)]
    return "\n".join(f"> {each}".rstrip() for each in lines) + "\n"


_SAID = {
    "partial": "Partial result. What is missing, and why:",
    "failed": "There is no finished result: the task failed.",
    "cancelled": "There is no finished result: the task was cancelled.",
    "waiting": "There is no finished result yet: an answer is needed.",
    "queued": "There is no result yet: the task has not begun.",
    "running": "There is no finished result yet: the task is under way.",
}


def _open_questions(record: JsonObject) -> list[str]:
    asked = record.get("questions")
    return [
        f"{each.get('text')} (answer it by: errand answer {each.get('id')} …)"
        for each in (asked if isinstance(asked, list) else [])
        if isinstance(each, dict) and each.get("answer") is None
    ]


def _of_artifact(
    result: JsonObject, content: bytes, places: Mapping[str, str], by_name: Mapping[str, str]
) -> str:
    media_type = str(result.get("media_type"))
    if media_type.startswith("text/markdown"):
        return _pointed(content.decode("utf-8", "replace"), by_name)
    if media_type == "text/plain":
        return content.decode("utf-8", "replace")
    return f"# {_escaped(wording.line(str(result.get('name'))))}\n\n{_link(result, places)}\n"


def _pointed(markdown: str, by_name: Mapping[str, str]) -> str:
    """Pictures and links that name an artifact lead to where it lies."""

    def lead(found: re.Match[str]) -> str:
        place = by_name.get(unquote(found["target"]))
        return found["open"] + quote(place) if place else found[0]

    return _TARGET.sub(lead, markdown)


def _by_name(record: JsonObject, places: Mapping[str, str]) -> dict[str, str]:
    """Name of each artifact -> where it lies; of those that share a name, the last."""
    made = record.get("artifacts")
    return {
        str(each.get("name")): places[str(each.get("sha256"))]
        for each in (made if isinstance(made, list) else [])
        if isinstance(each, dict) and str(each.get("sha256")) in places
    }


def _without_result(record: JsonObject) -> str:
    """What was asked for, and what became of the steps that went wrong and are not named above."""
    lines = ["# No result", "", f"Asked for: {_escaped(wording.line(_text(record), 500))}", ""]
    said = " ".join(_strings(record.get("missing")))
    plan = record.get("plan")
    steps = plan.get("subtasks") if isinstance(plan, dict) else None
    for each in steps if isinstance(steps, list) else []:
        error = str(each.get("error") or "") if isinstance(each, dict) else ""
        if isinstance(each, dict) and error and error not in said:
            title = wording.line(str(each.get("title") or each.get("key")))
            lines.append(f"- {_escaped(title)} {each.get('status')}: {_escaped(wording.line(error))}")
    return "\n".join(lines).rstrip() + "\n"


def _of_value(record: JsonObject, result: Json, places: Mapping[str, str]) -> str:
    if isinstance(result, str):
        return result if result.endswith("\n") else result + "\n"
    heading = f"# {_escaped(wording.line(_text(record), 120))}"
    return "\n".join([heading, "", *_lines(result, places, 2)]).rstrip() + "\n"


def _lines(value: Json, places: Mapping[str, str], level: int) -> list[str]:
    """A value as Markdown: fields as headings, lists as lists, files as links, anything deep as it is."""
    if isinstance(value, dict) and _is_file(value):
        return [_link(value, places)]
    if isinstance(value, dict) and level < 5:
        lines: list[str] = []
        for name, inner in value.items():
            heading = _escaped(wording.line(name.replace("_", " ").capitalize()))
            lines += ["#" * level + f" {heading}", "", *_lines(inner, places, level + 1), ""]
        return lines
    if isinstance(value, list):
        shown = [f"- {_inline(each, places)}" for each in value[:_MOST_LISTED]]
        more = [f"- … and {len(value) - _MOST_LISTED} more in task.json"] if len(value) > _MOST_LISTED else []
        return [*shown, *more] or ["None."]
    return [_inline(value, places)]


def _inline(value: Json, places: Mapping[str, str]) -> str:
    if isinstance(value, dict) and _is_file(value):
        return _link(value, places)
    if isinstance(value, dict):
        return "; ".join(f"{_escaped(wording.line(k))}: {_inline(v, places)}" for k, v in value.items())
    if isinstance(value, list):
        return ", ".join(_inline(each, places) for each in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else _escaped(wording.line(str(value)))


def _is_file(value: Mapping[str, Json]) -> bool:
    return {"name", "media_type", "size", "sha256"} <= value.keys()


def _link(file: Mapping[str, Json], places: Mapping[str, str]) -> str:
    name = _escaped(wording.line(str(file.get("name"))))
    place = places.get(str(file.get("sha256")))
    count = file.get("size")
    large = f" ({wording.size(count)})" if isinstance(count, int) else ""
    return f"[{name}]({quote(place)}){large}" if place else f"{name}{large}"


def _text(record: JsonObject) -> str:
    request = record.get("request")
    return str(request.get("text")) if isinstance(request, dict) else ""


def _strings(value: Json) -> list[str]:
    return [str(each) for each in value] if isinstance(value, Sequence) and not isinstance(value, str) else []


def _escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", text)
