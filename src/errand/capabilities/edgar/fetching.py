"""From a company's name to its latest filing's files."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import PurePosixPath
from urllib.parse import quote

from pydantic import BaseModel, Field, RootModel

from errand.capabilities.edgar.client import EdgarClient
from errand.capabilities.edgar.companies import Company, cik_in, company_called
from errand.capabilities.edgar.filing import FilingInput, FilingOutput
from errand.capability import ArtifactRef, Context
from errand.domain.errors import InputRefused, Transient

MOST_PAGES = 3
"""Pages of older filings that are looked through when the recent ones do not hold the form."""

_INSTEAD = {"10-K": ("20-F", "40-F", "10-KT", "10-K405"), "20-F": ("40-F", "10-K"), "10-Q": ()}
"""What a company files that does not file the wanted form."""
_ACCESSION = re.compile(r"\d{10}-\d{2}-\d{6}")
_DOCUMENT = re.compile(r"[\w-][\w.-]*(?:/[\w-][\w.-]*)*")
_MEDIA_TYPES = {
    ".htm": "text/html",
    ".html": "text/html",
    ".xml": "application/xml",
    ".pdf": "application/pdf",
    ".txt": "text/plain",
}


class _Listed(BaseModel):
    cik_str: int
    ticker: str
    title: str


class _Tickers(RootModel[dict[str, _Listed]]):
    """`company_tickers.json`"""


class _Filings(BaseModel):
    """Columns of one length: the n-th of each belongs to the n-th filing, the newest first."""

    accessionNumber: list[str]  # noqa: N815  # EDGAR's own names
    form: list[str]
    primaryDocument: list[str]  # noqa: N815  # as above
    reportDate: list[str] = Field(default_factory=list)  # noqa: N815  # as above


class _Page(BaseModel):
    name: str


class _FilingIndex(BaseModel):
    recent: _Filings
    files: list[_Page] = Field(default_factory=list)


class _Submissions(BaseModel):
    """`submissions/CIK##########.json`"""

    name: str
    filings: _FilingIndex


class _Filing(BaseModel):
    accession: str
    form: str
    document: str
    period_end: date | None


def fetch(client: EdgarClient, wanted: FilingInput, context: Context) -> FilingOutput:
    """Raises what `EdgarClient.get` raises, and InputRefused when there is no such company or filing."""
    context.progress(f"Looking up {wanted.company} at EDGAR")
    cik = cik_in(wanted.company)
    if cik is None:
        cik = company_called(wanted.company, _companies(client)).cik
    submissions = client.get_model(
        f"{client.settings.data_url}/submissions/CIK{cik:010}.json",
        f"record of a company with the CIK {cik}",
        _Submissions,
    )
    form = wanted.form.strip().upper()
    filing = _latest(client, submissions, form)
    remarks = (
        [] if filing.form == form else [f"{submissions.name} files no {form}; its {filing.form} was taken."]
    )
    context.progress(f"Fetching the {filing.form} of {submissions.name}", 0.3)
    files = [_document(client, cik, filing, context)]
    context.progress(f"Fetching the reported figures of {submissions.name}", 0.6)
    try:
        files.append(_facts(client, cik, context))
    except InputRefused:
        remarks.append("EDGAR holds no XBRL figures of this company.")
    return FilingOutput(
        files=files,
        company=submissions.name,
        cik=f"{cik:010}",
        form=filing.form,
        period_end=filing.period_end,
        remarks=remarks,
    )


def _companies(client: EdgarClient) -> Iterator[Company]:
    url = f"{client.settings.url}/files/company_tickers.json"
    listed = client.get_model(url, "list of companies", _Tickers)
    return (Company(each.cik_str, each.ticker, each.title) for each in listed.root.values())


def _latest(client: EdgarClient, submissions: _Submissions, form: str) -> _Filing:
    """The newest filing of the form, or of one that stands for it; amendments are not taken."""
    recent = [*_rows(submissions.filings.recent)]
    for accepted in (form, *_INSTEAD.get(form, ())):
        if found := next((each for each in recent if each.form == accepted), None):
            return found
    for page in submissions.filings.files[:MOST_PAGES]:
        name = PurePosixPath(page.name).name
        url = f"{client.settings.data_url}/submissions/{quote(name)}"
        older = client.get_model(url, f"page {name} of filings", _Filings)
        if found := next((each for each in _rows(older) if each.form == form), None):
            return found
    filed = ", ".join(sorted({each.form for each in recent} & {"10-K", "10-Q", "20-F", "40-F", "6-K"}))
    hint = f"it files {filed}" if filed else "it files no annual or quarterly reports"
    raise InputRefused(f"{submissions.name} has no {form} at EDGAR; {hint}.")


def _rows(filings: _Filings) -> Iterator[_Filing]:
    ends = filings.reportDate or [""] * len(filings.form)
    for accession, form, document, end in zip(
        filings.accessionNumber, filings.form, filings.primaryDocument, ends, strict=False
    ):
        if document and _ACCESSION.fullmatch(accession) and _DOCUMENT.fullmatch(document):
            yield _Filing(accession=accession, form=form, document=document, period_end=_date(end))


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _document(client: EdgarClient, cik: int, filing: _Filing, context: Context) -> ArtifactRef:
    folder = filing.accession.replace("-", "")
    url = f"{client.settings.url}/Archives/edgar/data/{cik}/{folder}/{filing.document}"
    content = client.get(url, f"document {filing.document} of the filing {filing.accession}")
    if not content.strip():
        raise Transient(f"EDGAR gave an empty document for the filing {filing.accession}.")
    path = PurePosixPath(filing.document)
    media_type = _MEDIA_TYPES.get(path.suffix.lower(), "application/octet-stream")
    return context.save(ArtifactRef, path.name, content, media_type)


def _facts(client: EdgarClient, cik: int, context: Context) -> ArtifactRef:
    url = f"{client.settings.data_url}/api/xbrl/companyfacts/CIK{cik:010}.json"
    content = client.get(url, f"XBRL facts of the company with the CIK {cik}")
    return context.save(ArtifactRef, f"companyfacts_CIK{cik:010}.json", content, "application/json")
