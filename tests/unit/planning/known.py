"""Every capability that comes with Errand, as a planner sees it, whether or not it is offered here."""

from collections.abc import Mapping

from errand.capabilities import documents, filings, financials, reports, risks, text
from errand.capabilities.edgar.filing import edgar_capabilities
from errand.capabilities.edgar.settings import EdgarSettings
from errand.capability import CapabilityDescription, Catalogue, Slot

CATALOGUE = Catalogue(
    [
        *(
            each
            for package in (documents, filings, financials, reports, risks, text)
            for each in package.CAPABILITIES
        ),
        *edgar_capabilities(EdgarSettings("Errand's tests errand@example.org")),
    ]
)
KNOWN: Mapping[str, CapabilityDescription] = {each.name: each.describe() for each in CATALOGUE}


def described(name: str, takes: str, gives: str) -> CapabilityDescription:
    """Slots as `document`, `documents:document*`, `focus:text?`: name, type, `*` a list, `?` not needed."""
    inputs, outputs = (tuple(_slot(each) for each in text.split()) for text in (takes, gives))
    return CapabilityDescription(name, f"What {name} does.", inputs, outputs)


def _slot(text: str) -> Slot:
    name, _, word = text.partition(":")
    word = word or name
    return Slot(name, word.strip("*?"), required="?" not in word, many="*" in word)
