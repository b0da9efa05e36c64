"""An invented filing as HTML, in the many ways in which filings are set."""

from errand.capabilities.documents.html import read_html
from errand.capabilities.documents.model import Block, BlockKind, Document
from errand.capabilities.filings.model import FilingSections
from errand.capabilities.filings.sections import take_apart

GROUPS = {
    "Risks Related to Our Business": [
        "We depend on a single supplier for our pumps.",
        "Our customers may cancel their orders at short notice.",
        "If we fail to hire welders, our growth could slow.",
    ],
    "Risks Related to Regulation": [
        "Changes in water law could harm our margins.",
        "We are subject to environmental liabilities that may exceed our reserves.",
    ],
    "General Risks": [
        "The price of our shares may fluctuate.",
        "Earthquakes and floods could interrupt our work.",
    ],
}
HEADINGS = [heading for headings in GROUPS.values() for heading in headings]
BODY = (
    "Our operations rest on arrangements that we do not control, and in fiscal 2023 we lost 12% of our orders"
    " because of them. We cannot be sure that this will not happen again, and it could materially harm us."
)
MORE = "We have in the past paid fines of $3 million. Such costs may recur in later years and become larger."
BUSINESS = (
    "<p>We make pumps in Graz. See Item 1A, “Risk Factors,” for what may harm us, in our own words.</p>" * 4
)
ITEMS = {
    "1": "Business", "1A": "Risk Factors", "1B": "Unresolved Staff Comments", "2": "Properties",
    "7": "Management’s Discussion and Analysis of Financial Condition", "8": "Financial Statements",
}  # fmt: skip
BOLD = "<p><b>{}</b></p>"


def cover(form: str = "FORM 10-K", period: str = "fiscal year ended March 31, 2024") -> str:
    return (
        f"<p>UNITED STATES SECURITIES AND EXCHANGE COMMISSION</p><p><b>{form}</b></p><p>For the {period}</p>"
        "<p>Commission file number 1-2345</p><p><b>Aqualine Pumps, Inc.</b></p>"
        "<p>(Exact name of registrant as specified in its charter)</p>"
    )


def contents_table() -> str:
    rows = "".join(
        f"<tr><td>Item {n}.</td><td>{title}</td><td>{page}</td></tr>"
        for page, (n, title) in enumerate(ITEMS.items(), start=3)
    )
    return f"<table>{rows}</table>"


def contents_lines() -> str:
    return "".join(
        f"<p>Item {n}. {title} ..... {page}</p>" for page, (n, title) in enumerate(ITEMS.items(), start=3)
    )


def risks(group: str, heading: str, body: str = "<p>{}</p>") -> str:
    """In the forms `{h}` stands for a heading's words, `{b}` for its first paragraph, `{C}` for capitals."""
    return "".join(
        group.format(name, C=name.upper())
        + "".join(heading.format(h=each, b=BODY) + body.format(MORE) for each in headings)
        for name, headings in GROUPS.items()
    )


def ten_k(risk: str, *, contents: str = "", form: str = "FORM 10-K", item: str = BOLD) -> str:
    sections = {
        "1": BUSINESS,
        "1A": f"<p>Consider the following before you buy our shares, as each could harm us.</p>{risk}",
        "1B": "<p>None.</p>",
        "2": "<p>We own a plant.</p>",
        "7": BUSINESS,
        "8": "<p>See the pages that follow.</p>",
    }
    body = "".join(item.format(f"Item {n}. {ITEMS[n]}") + text for n, text in sections.items())
    return (
        f"<html><body>{cover(form)}{contents}{body}<p><b>SIGNATURES</b></p><p>Pursuant to</p></body></html>"
    )


def taken_apart(html: str) -> tuple[FilingSections, Document]:
    document = read_html(html.encode(), "filing.htm")
    return take_apart([document]), document


def plain_document(paragraphs: list[str]) -> Document:
    """As readers of PDF and text give it: paragraphs, no emphasis."""
    blocks = []
    start = 0
    for text in paragraphs:
        blocks.append(Block(kind=BlockKind.PARAGRAPH, text=text, start=start))
        start += len(text) + 1
    return Document(name="filing.pdf", media_type="application/pdf", sha256="0" * 64, blocks=tuple(blocks))
