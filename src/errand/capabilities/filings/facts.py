"""The capability that gathers reported figures from whatever files are attached."""

from collections.abc import Sequence

from pydantic import BaseModel, Field

from errand.capabilities.documents.model import Document, DocumentRef
from errand.capabilities.filings.merge import merge
from errand.capabilities.filings.model import FactsRef
from errand.capabilities.filings.reported import Reported
from errand.capability import ArtifactRef, Context, capability
from errand.domain.errors import InputRefused


class FactsInput(BaseModel):
    files: list[ArtifactRef] = Field(
        description="The attached files: filings as HTML, XBRL, companyfacts JSON, workbooks."
    )
    documents: list[DocumentRef] = Field(
        default_factory=list,
        description="The same files as read; their tables are used when there is no XBRL.",
    )


class FactsOutput(BaseModel):
    facts: FactsRef = Field(description="The reported figures, each with its period, unit and source.")
    company: str = Field(description="Name of the company.")
    form: str = Field(
        description="Form of the filing that the figures are from, `10-K`; empty when not known."
    )
    currency: str = Field(description="Currency of the statements, `USD`.")
    fact_count: int = Field(description="How many figures there are.")
    remarks: list[str] = Field(description="What was passed over, and why.")


@capability("filing.facts")
def facts(wanted: FactsInput, context: Context) -> FactsOutput:
    """Extract the reported financial figures and XBRL facts from company filings: 10-K, 10-Q and 20-F pages
    with inline
    XBRL, XBRL instances, companyfacts JSON and financial report spreadsheets. Gives each figure with its
    period, currency
    and source.
    """
    remarks: list[str] = []
    sources: list[Reported] = []
    without: list[ArtifactRef] = []
    for number, file in enumerate(wanted.files):
        context.progress(f"Reading the figures in {file.name}", number / len(wanted.files))
        reported = _read(file, context.load(file))
        if reported is None or not reported.facts:
            without.append(file)
        else:
            sources.append(reported)
    if not sources:
        sources = _from_tables(wanted.documents, context)
    elif without:
        remarks.extend(
            f"{file.name} holds no figures in XBRL and was passed over for them." for file in without
        )
    if not sources:
        raise InputRefused(_nothing_found(wanted.files))
    merged = merge(sources)
    merged = merged.model_copy(update={"remarks": (*remarks, *merged.remarks)})
    return FactsOutput(
        facts=context.save_model(FactsRef, "facts.json", merged),
        company=merged.company,
        form=merged.form,
        currency=merged.currency,
        fact_count=len(merged.facts),
        remarks=list(merged.remarks),
    )


def _read(file: ArtifactRef, content: bytes) -> Reported | None:
    """None: not a format that holds facts."""
    from errand.capabilities.filings import companyfacts, financial_report, instance, ixbrl

    if companyfacts.is_companyfacts(content):
        return companyfacts.read_companyfacts(content, file.name, file.sha256)
    if content.startswith(b"PK"):
        return financial_report.read_financial_report(content, file.name, file.sha256)
    if ixbrl.is_inline(content):
        return ixbrl.read_inline(content, file.name, file.sha256)
    if instance.is_instance(content):
        return instance.read_instance(content, file.name, file.sha256)
    return None


def _from_tables(documents: Sequence[DocumentRef], context: Context) -> list[Reported]:
    from errand.capabilities.filings.tables import read_tables

    found = (read_tables(context.load_model(document, Document)) for document in documents)
    return [reported for reported in found if reported.facts]


def _nothing_found(files: Sequence[ArtifactRef]) -> str:
    names = ", ".join(file.name for file in files) or "nothing"
    return (
        f"No financial figures were found in {names}; attach an annual report with its statements, "
        "such as a 10-K page from EDGAR or a companyfacts JSON."
    )
