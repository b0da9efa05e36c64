"""`financials.report`: a company's figures and risks, with a source for everything it says."""

from collections.abc import Callable, Iterator
from pathlib import PurePath

from pydantic import BaseModel

from errand.capabilities.filings.model import FilingSections, SectionsRef
from errand.capabilities.financials.model import (
    FlagSet,
    FlagsRef,
    RatioSet,
    RatiosRef,
    Statements,
    StatementsRef,
)
from errand.capabilities.financials.report_answer import answer
from errand.capabilities.financials.report_figures import (
    balance_sheet,
    cash_flow,
    growth_and_profitability,
    key_figures,
    summary,
    trends,
)
from errand.capabilities.financials.report_page import Page
from errand.capabilities.financials.report_risks import foundations, key_risks, red_flags
from errand.capabilities.financials.report_words import span
from errand.capabilities.reports.markdown import escape
from errand.capabilities.reports.model import ChartRef, ClaimsRef, ReportRef
from errand.capabilities.reports.pictures import load_image
from errand.capabilities.text.model import RankedRisks, RisksRef
from errand.capability import Context, Field, capability
from errand.domain.errors import InputRefused

DISCLAIMER = "This report is informational and not investment advice."


class FinancialReportInput(BaseModel):
    statements: StatementsRef = Field(description="The company's statements.")
    ratios: RatiosRef = Field(description="Ratios computed from them.")
    flags: FlagsRef = Field(description="Red flags that follow from them.")
    risks: RisksRef | None = Field(default=None, description="The filing's risk factors, ranked.")
    sections: SectionsRef | None = Field(default=None, description="The filing taken apart.")
    charts: list[ChartRef] = Field(default=[], description="Charts to show.")
    request: str = Field(default="", description="What was asked for; the report answers it first.")


class FinancialReport(BaseModel):
    report: ReportRef = Field(description="The analysis as Markdown.")
    claims: ClaimsRef = Field(description="Every figure and quotation in it with its sources.")


@capability("financials.report")
def report(given: FinancialReportInput, context: Context) -> FinancialReport:
    """Write the financial analysis of a company: key figures, ratios, trends, red flags and key risks.

    The report has a source for every figure and quotes the filing's risk factors word for word.
    """
    page = _page(given, context)
    if not page.statements.periods or not page.statements.lines:
        raise InputRefused("The statements hold no figures to report on; attach a filing that has some.")
    text = "\n".join(_report(page)) + "\n"
    stem = _file_name(page.statements.company)
    return FinancialReport(
        report=context.save(ReportRef, f"{stem}.md", text.encode(), "text/markdown"),
        claims=context.save_model(ClaimsRef, f"{stem}-claims.json", page.ledger.claims()),
    )


_SECTIONS: tuple[tuple[str, Callable[[Page], Iterator[str]]], ...] = (
    ("Summary", summary),
    ("Answer", answer),
    ("Key figures", key_figures),
    ("Growth and profitability", growth_and_profitability),
    ("Balance sheet, debt and liquidity", balance_sheet),
    ("Cash flow", cash_flow),
    ("Trends", trends),
    ("Red flags from the numbers", red_flags),
    ("Key risks", key_risks),
    ("What this rests on", foundations),
)


def _report(page: Page) -> Iterator[str]:
    yield f"# {escape(page.statements.company or 'The company')}: financial analysis and key risks"
    yield ""
    form = f"Form {escape(page.statements.form)} · " if page.statements.form else ""
    when = span(page.current, annual=page.statements.annual)
    yield f"{form}{when} · amounts in {page.statements.currency}"
    yield ""
    for heading, section in _SECTIONS:
        if section is answer and not page.request:
            continue
        yield f"## {heading}"
        yield ""
        yield from section(page)
    yield "## Sources"
    yield ""
    yield from page.ledger.source_lines()
    yield ""
    yield f"*{DISCLAIMER}*"


def _page(given: FinancialReportInput, context: Context) -> Page:
    pictures = [(chart.name, load_image(chart, context).alt) for chart in given.charts]
    return Page(
        statements=context.load_model(given.statements, Statements),
        ratios=context.load_model(given.ratios, RatioSet),
        flags=context.load_model(given.flags, FlagSet),
        risks=context.load_model(given.risks, RankedRisks) if given.risks else None,
        sections=context.load_model(given.sections, FilingSections) if given.sections else None,
        request=" ".join(given.request.split()),
        pictures=tuple((name, alt or PurePath(name).stem.replace("-", " ")) for name, alt in pictures),
    )


def _file_name(company: str) -> str:
    """`apple-inc-analysis`: letters, digits and hyphens only."""
    words = "".join(each if each.isascii() and each.isalnum() else " " for each in company.lower()).split()
    return "-".join([*words[:6], "analysis"])
