"""What a composed report says of a filing: its items, its risk factors, and how they rank."""

from collections.abc import Iterator

from errand.capabilities.filings.model import FilingSections
from errand.capabilities.reports.ledger import Ledger
from errand.capabilities.reports.markdown import escape
from errand.capabilities.text.model import RankedRisks

_MOST_RANKED = 15


def filing_lines(sections: FilingSections, ledger: Ledger) -> Iterator[str]:
    """Its items, and every risk factor's heading with where it stands, in the order of the filing."""
    yield f"## {escape(' '.join(filter(None, (sections.company, sections.form))) or sections.document)}"
    yield ""
    if sections.sections:
        yield "Items: " + escape("; ".join(f"{each.item} {each.title}".strip() for each in sections.sections))
        yield ""
    for remark in sections.remarks:
        yield f"- {escape(remark)}"
    if not sections.risk_factors:
        yield "No risk factors were found."
        yield ""
        return
    yield f"### {len(sections.risk_factors)} risk factors"
    yield ""
    category = ""
    for number, each in enumerate(sections.risk_factors, start=1):
        if each.category and each.category != category:
            category = each.category
            yield ""
            yield f"*{escape(category)}*"
            yield ""
        subject = f"{sections.document}, risk factor {number}"
        yield f"- {ledger.passage(each.heading, each.source, subject)} {ledger.mark(subject)}"
    yield ""


def ranked_lines(ranked: RankedRisks, ledger: Ledger) -> Iterator[str]:
    """The weightiest risks: heading, theme, the sentences that say most."""
    yield f"## Key risks in {escape(ranked.document)}"
    yield ""
    for remark in ranked.remarks:
        yield f"- {escape(remark)}"
    for number, each in enumerate(ranked.risks[:_MOST_RANKED], start=1):
        subject = f"{ranked.document}, risk ranked {number}"
        heading = ledger.passage(each.risk.heading, each.risk.source, subject)
        yield f"### {number}. {heading} {ledger.mark(subject)}"
        yield ""
        yield f"Theme: {escape(each.theme)}."
        yield ""
        for quotation in each.summary:
            yield f"- {ledger.quote(quotation.text, quotation.source, subject)} {ledger.mark(subject)}"
        yield ""
    if len(ranked.risks) > _MOST_RANKED:
        yield f"{len(ranked.risks) - _MOST_RANKED} further risk factors weigh less."
        yield ""
