"""The capabilities that the shipped playbooks use, as their packages describe them."""

from collections.abc import Mapping

from errand.capability import CapabilityDescription, Slot


def _slot(text: str) -> Slot:
    """`document`, `documents:document*`, `focus:text?`: name and type, `*` a list, `?` not needed."""
    name, _, word = text.partition(":")
    word = word or name
    return Slot(name, word.strip("*?"), required="?" not in word, many="*" in word)


def described(name: str, takes: str, gives: str) -> CapabilityDescription:
    inputs, outputs = (tuple(_slot(each) for each in text.split()) for text in (takes, gives))
    return CapabilityDescription(name, f"What {name} does.", inputs, outputs)


KNOWN: Mapping[str, CapabilityDescription] = {
    each.name: each
    for each in (
        described("edgar.filing", "company:text form:text?", "files:file* company:text cik:text form:text"),
        described("documents.read", "file", "document title:text format:text pages:number"),
        described("filing.sections", "documents:document*", "sections:filing-sections form:text"),
        described("filing.facts", "files:file* documents:document*?", "facts company:text"),
        described("financials.statements", "facts", "statements company:text"),
        described("financials.ratios", "statements", "ratios ratio_count:number"),
        described("financials.flags", "statements ratios", "flags flag_count:number"),
        described("risks.rank", "sections:filing-sections flags:flags?", "risks:ranked-risks"),
        described("financials.charts", "statements ratios:ratios?", "charts:chart*"),
        described(
            "financials.report",
            "statements ratios flags risks:ranked-risks? sections:filing-sections? charts:chart*?",
            "report claims",
        ),
        described("report.write", "report charts:chart*? formats:text*?", "files:file*"),
        described(
            "result.check",
            "report claims:claims? documents:document*? facts:facts? must_contain:text*?",
            "passed:flag faults:text* checked:text*",
        ),
        described("text.summarize", "document sentences:number? focus:text?", "summary sentences:text*"),
        described("report.compose", "title:text parts:file*", "report claims"),
    )
}
