"""Which files a request names: of those attached, and those that are not there."""

from pathlib import PurePosixPath

from errand.domain.request import Request
from errand.planning.rules.tokens import Literal, Token, tokens
from errand.planning.words_groups import bag

_NAMES_WHAT_IS_MADE = bag("as to into called named titled it them output save export write")
_BEFORE = 3
"""Words in which `save it as out.pdf` says that the file is to be made."""


def named_attachments(request: Request) -> tuple[int, ...]:
    """Their places; all of them when the request names none."""
    named = set(_names(request))
    places = tuple(n for n, each in enumerate(request.attachments) if each.name.casefold() in named)
    return places or tuple(range(len(request.attachments)))


def missing_files(request: Request) -> tuple[str, ...]:
    """Files that the request names to work on, as it writes them, and that are not attached."""
    attached = {each.name.casefold() for each in request.attachments}
    cut = tokens(request.text)
    named = (
        token.text
        for at, token in enumerate(cut)
        if token.literal is Literal.FILE and _base(token.text) not in attached and not _is_made(cut, at)
    )
    return tuple(dict.fromkeys(named))


def not_attached(missing: tuple[str, ...]) -> str:
    """What the person is told."""
    *names, last = missing
    is_are, it = ("are", "them") if names else ("is", "it")
    listed = f"{', '.join(names)} and {last}" if names else last
    return f"{listed} {is_are} named but not attached: attach {it}, or leave {it} out."


def _names(request: Request) -> list[str]:
    spoken = [_base(token.text) for token in tokens(request.text) if token.literal is Literal.FILE]
    said = request.text.casefold()
    return spoken + [n for each in request.attachments if " " in (n := each.name.casefold()) and n in said]


def _base(path: str) -> str:
    return PurePosixPath(path.replace("\\", "/")).name.casefold()


def _is_made(cut: list[Token], at: int) -> bool:
    return any(token.word in _NAMES_WHAT_IS_MADE for token in cut[max(0, at - 1) : at]) or any(
        token.word in ("as", "called", "named") for token in cut[max(0, at - _BEFORE) : at]
    )
