"""What an inline style says about a piece of HTML: emphasis, whether it shows, where a page ends."""

import re
from dataclasses import dataclass
from functools import lru_cache

BOLD, ITALIC, UNDERLINE = 1, 2, 4
EMPHASIS = BOLD | ITALIC | UNDERLINE
LINK = 8
"""Inside a link, where an underline is no emphasis."""


@dataclass(frozen=True, slots=True)
class Style:
    add: int = 0
    """Flags that it sets for what is inside."""
    drop: int = 0
    """Flags that it takes away from what is inside."""
    hidden: bool = False
    block: bool = False
    """Stands on its own line whatever its element."""
    gap: bool = False
    """Stands apart from what is before it on the line, as by a space."""
    break_before: bool = False
    break_after: bool = False


PLAIN = Style()

_GAP = re.compile(r"(\d+(?:\.\d+)?)(pt|px|em|in|%)?$")
_CLASS_RULE = re.compile(r"\.([\w-]{1,80})\s*\{([^{}]{1,2000})\}")


@lru_cache(maxsize=4096)
def parse_style(css: str) -> Style:
    """Read the declarations of a `style` attribute; what is not known is passed over."""
    declared: dict[str, str] = {}
    for declaration in css.lower().split(";"):
        name, _, value = declaration.partition(":")
        declared[name.strip()] = value.replace("!important", "").strip()
    add, drop = _emphasis(declared)
    display = declared.get("display", "")
    return Style(
        add=add,
        drop=drop,
        hidden=display == "none" or declared.get("visibility") in ("hidden", "collapse"),
        block=display in ("block", "flex", "grid", "list-item"),
        gap=_is_gap(declared.get("padding-left", "")) or _is_gap(declared.get("margin-left", "")),
        break_before=_breaks(declared, "before"),
        break_after=_breaks(declared, "after"),
    )


def class_styles(css: str) -> dict[str, Style]:
    """The emphasis that a style sheet gives to classes named alone (`.heading { … }`)."""
    found = {}
    for name, declarations in _CLASS_RULE.findall(css[:500_000]):
        style = parse_style(declarations)
        if style.add or style.drop:
            found[name] = Style(add=style.add, drop=style.drop)
    return found


def _emphasis(declared: dict[str, str]) -> tuple[int, int]:
    font = declared.get("font", "").split()
    weight = declared.get("font-weight") or next((w for w in font if _is_weight(w)), "")
    slant = declared.get("font-style") or next((w for w in font if w in ("italic", "oblique")), "")
    line = declared.get("text-decoration") or declared.get("text-decoration-line", "")
    add = drop = 0
    if weight:
        if _is_bold(weight):
            add |= BOLD
        else:
            drop |= BOLD
    if slant:
        if slant in ("italic", "oblique"):
            add |= ITALIC
        else:
            drop |= ITALIC
    if line:
        if "underline" in line:
            add |= UNDERLINE
        else:
            drop |= UNDERLINE
    return add, drop


def _is_weight(word: str) -> bool:
    return word in ("bold", "bolder") or (word.isdigit() and int(word) % 100 == 0)


def _is_bold(weight: str) -> bool:
    return weight in ("bold", "bolder") or (weight.isdigit() and int(weight) >= 600)


def _is_gap(length: str) -> bool:
    found = _GAP.match(length)
    if found is None:
        return False
    size = float(found[1])
    return size >= 0.3 if found[2] in ("em", "in") else size >= 3


def _breaks(declared: dict[str, str], side: str) -> bool:
    said = declared.get(f"page-break-{side}") or declared.get(f"break-{side}", "")
    return said in ("always", "page", "left", "right")
