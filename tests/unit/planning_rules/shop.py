"""An invented catalogue: nothing of Errand's own, nothing of a benchmark."""

from errand.capability import CapabilityDescription, Effects, Slot
from errand.domain.artifact import Artifact
from errand.domain.plan import Proposal
from errand.domain.request import Request
from errand.planning.rules import RulePlanner


def capability(
    name: str, description: str, takes: str, gives: str, effects: Effects = Effects.NONE
) -> CapabilityDescription:
    """Slots as `name:type`, `*` for a list, `?` for one that is not needed."""
    inputs = tuple(_slot(each) for each in takes.split())
    return CapabilityDescription(
        name, description, inputs, tuple(_slot(each) for each in gives.split()), effects
    )


def _slot(text: str) -> Slot:
    name, _, word = text.partition(":")
    word = word or name
    return Slot(name, word.strip("*?"), required="?" not in word, many="*" in word)


SHOP = {
    each.name: each
    for each in (
        capability(
            "docs.read", "Read a file and extract its text.", "file", "document title:text pages:number"
        ),
        capability(
            "docs.summarize",
            "Summarize a document in a few sentences.",
            "document sentences:number?",
            "summary",
        ),
        capability(
            "docs.translate", "Translate a document into another language.", "document", "translation"
        ),
        capability(
            "docs.compare", "Compare documents and tell how they differ.", "documents:document*", "comparison"
        ),
        capability("table.chart", "Draw a chart of a table.", "table", "chart"),
        capability("table.extract", "Extract the table from a document.", "document", "table"),
        capability("web.fetch", "Download a web page from a URL.", "url:text", "page"),
        capability(
            "mail.send",
            "Send an email with a message to an address.",
            "recipient:text message:text chart:chart?",
            "receipt:text",
            Effects.OUTSIDE,
        ),
    )
}


def request(text: str, *attached: str) -> Request:
    made = (Artifact(name, "application/octet-stream", 1, "0" * 64, {"attached": True}) for name in attached)
    return Request(text, tuple(made))


def propose(text: str, *attached: str) -> Proposal:
    return RulePlanner().propose(request(text, *attached), SHOP)
