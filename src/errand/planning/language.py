"""Whether a request is in English, the one language that the planners without a model read."""

import re
import unicodedata

from errand.planning.matching import LONGEST_TEXT
from errand.planning.words_groups import bag

_FOREIGN = bag(
    """
der die das und ist nicht ein eine einen einer eines dem den des dieses dieser diese diesen mit für von zu zum
zur im auf aus bei nach über ich du wir ihr mir mich bitte kannst können wie welche welcher zusammen sätzen
mach mache zeige unternehmens
le la les des du une et est que qui dans pour avec sur ce cette ces mon ma mes vos votre nous vous je tu il
elle peux pouvez faire au aux merci quel quelle sont
el los las del un una unos unas y es que en por para con este esta estos estas mi su favor puedes cual cuales
sobre documento
lo gli dei della delle di che questo questa questi per favore puoi sono nel nella
os uma dos das este esta isto esse essa você pode quais são não
het een deze dit dat van voor met niet kun graag
proszę jest nie ten tego dla lub
"""
)
_ENGLISH = bag(
    """
the a an and of to is are was were be this that these those it its in on for with from by as at my me i you we
our what which who how when where why does do did can could please not or then any all about give
make has have
"""
)
_BOTH = _FOREIGN & _ENGLISH | bag("die des den me in on an as do no a per")
_WORD = re.compile(r"[^\W\d_]+")
_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|«[^»]*»|(?<!\w)'[^']*'(?!\w)")


def is_english(text: str) -> bool:
    """True unless the letters or the small words clearly say otherwise; quotations do not count."""
    said = _QUOTED.sub(" ", text[:LONGEST_TEXT])
    letters = [each for each in said if each.isalpha()]
    latin = sum(unicodedata.name(each, "").startswith(("LATIN", "FULLWIDTH LATIN")) for each in letters)
    if letters and latin * 2 < len(letters):
        return False
    words = [word.casefold() for word in _WORD.findall(said)]
    foreign = sum(word in _FOREIGN for word in words)
    english = sum(word in _ENGLISH and word not in _BOTH for word in words)
    return foreign < 2 or foreign <= english
