"""Every capability that can be planned with without a model, as a planner sees it, offered here or not."""

from collections.abc import Mapping

from errand.agents.runner import Agents
from errand.capabilities import documents, filings, financials, reports, risks, text
from errand.capabilities.edgar.filing import edgar_capabilities
from errand.capabilities.edgar.settings import EdgarSettings
from errand.capability import Audience, CapabilityDescription, Catalogue, Slot
from errand.models.scripted import ScriptedModels, saying

NO_MODELS = ScriptedModels(lambda _prompt: saying(""), roles=frozenset())

_AGENTS = Agents(NO_MODELS, lambda: CATALOGUE)
CATALOGUE: Catalogue = Catalogue(
    each
    for each in (
        *documents.CAPABILITIES,
        *filings.CAPABILITIES,
        *financials.CAPABILITIES,
        *reports.CAPABILITIES,
        *risks.CAPABILITIES,
        *text.text_capabilities(_AGENTS, NO_MODELS),
        *edgar_capabilities(EdgarSettings("Errand's tests errand@example.org")),
    )
    if each.audience is Audience.EVERYONE
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
