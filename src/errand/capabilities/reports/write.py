"""`report.write`: a Markdown report as files that people open."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel

from errand.capabilities.reports.markdown import Blocks, title
from errand.capabilities.reports.model import ChartRef, ReportRef
from errand.capabilities.reports.pictures import Image, load_image
from errand.capability import ArtifactRef, Context, Field, capability
from errand.domain.errors import InputRefused

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class WriteInput(BaseModel):
    report: ReportRef = Field(description="The report to write, as Markdown.")
    charts: list[ChartRef] = Field(default=[], description="The charts that it shows, found by their names.")
    formats: list[str] = Field(
        default=["html", "pdf", "docx"], description="Which files to write: html, pdf, docx (Word), markdown."
    )


class Written(BaseModel):
    files: list[ArtifactRef] = Field(description="The report as files, one for each format asked for.")


@capability("report.write")
def write(asked: WriteInput, context: Context) -> Written:
    """Write a report as files that people open: a web page (HTML), a PDF and a Word document (DOCX).

    Export, convert, format or save a Markdown report with its tables and charts.
    """
    formats = [_format(name) for name in dict.fromkeys(name.strip().lower() for name in asked.formats)]
    markdown = context.load(asked.report).decode("utf-8", "replace")
    from errand.capabilities.reports.parsing import parse

    blocks = parse(markdown)
    images = {chart.name: load_image(chart, context) for chart in asked.charts}
    paper = _Paper(
        markdown, blocks, title(blocks) or asked.report.name, images, context.workspace, context.now
    )
    stem = Path(asked.report.name).stem or "report"
    files = []
    for number, each in enumerate(formats):
        context.progress(f"Writing {each.suffix.upper()}", number / len(formats))
        content = each.make(paper)
        files.append(context.save(ArtifactRef, f"{stem}.{each.suffix}", content, each.media_type))
    return Written(files=files)


@dataclass(frozen=True)
class _Paper:
    """Everything that a format may need."""

    markdown: str
    blocks: Blocks
    title: str
    images: dict[str, Image]
    folder: Path
    now: datetime


@dataclass(frozen=True)
class _Format:
    names: Sequence[str]
    suffix: str
    media_type: str
    make: Callable[[_Paper], bytes]


def _html(paper: _Paper) -> bytes:
    from errand.capabilities.reports.html import to_html

    return to_html(paper.blocks, paper.title, paper.images)


def _pdf(paper: _Paper) -> bytes:
    from errand.capabilities.reports.pdf import to_pdf

    return to_pdf(paper.blocks, paper.title, paper.images, paper.folder, paper.now)


def _docx(paper: _Paper) -> bytes:
    from errand.capabilities.reports.docx import to_docx

    return to_docx(paper.blocks, paper.title, paper.images, paper.now)


def _markdown(paper: _Paper) -> bytes:
    return paper.markdown.encode()


_FORMATS = (
    _Format(("html", "htm", "web page"), "html", "text/html", _html),
    _Format(("pdf",), "pdf", "application/pdf", _pdf),
    _Format(("docx", "word"), "docx", _DOCX, _docx),
    _Format(("markdown", "md"), "md", "text/markdown", _markdown),
)


def _format(name: str) -> _Format:
    for each in _FORMATS:
        if name in each.names:
            return each
    raise InputRefused(f"A report can not be written as {name!r}; choose from html, pdf, docx and markdown.")
