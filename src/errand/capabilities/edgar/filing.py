"""The capability that fetches a company's latest filing from EDGAR."""

from datetime import date

from pydantic import BaseModel, Field

from errand.capabilities.edgar.settings import EdgarSettings
from errand.capability import ArtifactRef, Capability, Context, Need, capability


class FilingInput(BaseModel):
    company: str = Field(min_length=1, max_length=200, description="Ticker, CIK or name of the company.")
    form: str = Field(
        default="10-K", max_length=20, description="Form wanted: 10-K, 10-Q, 20-F, 40-F. The latest is taken."
    )


class FilingOutput(BaseModel):
    files: list[ArtifactRef] = Field(
        description="The filing's main document, then the company's facts as JSON where EDGAR has them."
    )
    company: str = Field(description="Name of the company at EDGAR.")
    cik: str = Field(description="Central Index Key, ten digits.")
    form: str = Field(description="Form of the filing that was fetched.")
    period_end: date | None = Field(default=None, description="Last day of the period reported on.")
    remarks: list[str] = Field(default_factory=list, description="What was fetched instead, what is missing.")


def edgar_capabilities(settings: EdgarSettings) -> tuple[Capability[FilingInput, FilingOutput], ...]:
    """Nothing is fetched, and no library for it is imported, before the capability runs."""
    who_asks = Need(
        "EDGAR user agent",
        "set ERRAND_EDGAR_USER_AGENT to a name and a mail address, which EDGAR asks of everyone "
        "(`Jane Doe jane@example.org`)",
        lambda: settings.says_who_asks,
    )

    @capability("edgar.filing", needs=[who_asks])
    def filing(wanted: FilingInput, context: Context) -> FilingOutput:
        """Fetch a public company's latest annual report (10-K, 20-F) or quarterly report (10-Q) from EDGAR.

        Download the SEC filing and the XBRL facts of a company by its stock ticker, CIK or name.
        """
        from errand.capabilities.edgar.client import EdgarClient
        from errand.capabilities.edgar.fetching import fetch

        with EdgarClient(settings) as client:
            return fetch(client, wanted, context)

    return (filing,)
