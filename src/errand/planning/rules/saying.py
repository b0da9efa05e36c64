"""What the rule planner says of its plans and refusals, in sentences for a person."""

from collections.abc import Iterable, Sequence

from errand.capability import Slot
from errand.domain.request import Request
from errand.planning.checking import SCALARS
from errand.planning.rules.building import MissingInputError, Wish
from errand.planning.rules.tokens import Literal, tokens

Failed = tuple[Wish, MissingInputError]


def nothing_fits(
    request: Request, parts: Sequence[str], failed: Sequence[Failed], reachable: frozenset[str]
) -> str:
    """Which parts nothing here can do, in the words of the request."""
    beyond = list(dict.fromkeys(parts))
    said = []
    if beyond or not failed:
        named = " or ".join(f"“{short(part)}”" for part in beyond[:_MOST_NAMED]) or f"“{short(request.text)}”"
        more = f", nor {len(beyond) - _MOST_NAMED} more parts" if len(beyond) > _MOST_NAMED else ""
        said.append(f"Nothing here can do {named}{more}: no capability is for that.")
    said += [
        f"“{short(wish.because)}” can not be done: {lack(request, missing, reachable)}"
        for wish, missing in failed[:2]
    ]
    return " ".join(said)


_MOST_NAMED = 4


def left_out(
    request: Request, parts: Iterable[str], failed: Iterable[Failed], reachable: frozenset[str]
) -> tuple[str, ...]:
    """A sentence for each part of the request that the plan does nothing about."""
    found = [f"“{short(part)}”" for part in parts]
    found += [f"“{short(wish.because)}”: {lack(request, missing, reachable)}" for wish, missing in failed]
    return tuple(dict.fromkeys(found))


def lack(request: Request, missing: MissingInputError, reachable: frozenset[str]) -> str:
    """What a step would need and does not have, and what to do."""
    needs = f"{missing.capability} needs {_one(missing.slot)}"
    if missing.slot.type in SCALARS:
        return f"{needs}, which the request does not say; add it."
    if request.attachments:
        return f"{needs}, and nothing here makes that from what is attached."
    cut = tokens(request.text)
    if missing.slot.type not in reachable:
        return f"{needs}, and nothing here makes that."
    if files := [t.text for t in cut if t.literal is Literal.FILE]:
        return f"{needs}: {files[0]} is named but not attached; attach it."
    if pages := [t.text for t in cut if t.literal is Literal.URL]:
        return f"{needs}, and {pages[0]} was not fetched: save it and attach the file."
    return f"{needs}: attach a file."


def can_be_added(missing: MissingInputError, reachable: frozenset[str]) -> bool:
    """Whether the person can give it, in words or as a file."""
    return missing.slot.type in SCALARS or missing.slot.type in reachable


def _one(slot: Slot) -> str:
    kind = (slot.name if slot.type in SCALARS else slot.type).replace("-", " ")
    if slot.many or kind.endswith("s"):
        return kind
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def short(text: str, longest: int = 100) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= longest else folded[:longest].rsplit(" ", 1)[0] + " …"
