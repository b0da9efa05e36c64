"""Reports as files: HTML, PDF, DOCX; and charts."""

from io import BytesIO
from pathlib import Path

import docx
import pytest
from docx.shared import Cm
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from errand.capabilities.documents.model import DocumentRef
from errand.capabilities.financials.charts import ChartsInput, charts
from errand.capabilities.financials.model import RatiosRef, StatementsRef
from errand.capabilities.reports import CAPABILITIES
from errand.capabilities.reports.chart import ChartInput, GivenSeries, draw_chart
from errand.capabilities.reports.check import CheckInput, check
from errand.capabilities.reports.compose import ComposeInput, compose
from errand.capabilities.reports.markdown import Paragraph, Span, escape, plain, prose
from errand.capabilities.reports.model import ChartRef, ReportRef
from errand.capabilities.reports.parsing import parse
from errand.capabilities.reports.pictures import load_image
from errand.capabilities.reports.write import WriteInput, write
from errand.capabilities.text.model import Quotation, Summary, SummaryRef
from errand.domain.errors import InputRefused
from errand.testing import FolderContext
from tests.unit.reports.invented_company import document, ratios, risks, statements

NASTY = """# A & B <b>title</b> “x”

Text with *emphasis*, **strength**, `code`, ~~strokes~~, $x$, #set page(), @label,
<script>alert(1)</script> [1].
[safe](https://example.org/a_b?c=d&e) [mail](mailto:a@example.org)
[bad](javascript:alert(1)) [file](file:///etc/passwd)

![A picture](chart.png) ![far](https://example.org/x.png)

| Name | Value |
| --- | ---: |
| a \\| b | $1.20 million |
| c | -3 % |

- one
  - two
    1. three

> quoted

```python
print("<&>")
```

---

## Sources

- [1] us-gaap:RevenueFromContractWithCustomerExcludingAssessedTaxAndMuchElse (c-1)
"""


@pytest.fixture
def context(tmp_path: Path) -> FolderContext:
    return FolderContext(tmp_path)


def written(context: FolderContext, markdown: str, kind: str, charts: list[ChartRef] | None = None) -> bytes:
    ref = context.save(ReportRef, "report.md", markdown.encode(), "text/markdown")
    made = write.run(WriteInput(report=ref, formats=[kind], charts=charts or []), context)
    return context.load(made.files[0])


def drawn(context: FolderContext, title: str = "chart") -> ChartRef:
    series = [GivenSeries(name="Revenue, $", values=[1.5, None, -2.25])]
    return draw_chart.run(
        ChartInput(title=title, labels=["a", "b", "c"], series=series, unit="EUR"), context
    ).chart


def test_html_stands_alone_and_runs_nothing(context: FolderContext) -> None:
    page = written(context, NASTY, "html", [drawn(context)]).decode()
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert 'javascript:alert(1)"' not in page
    assert 'src="data:image/png;base64,' in page
    assert 'src="http' not in page
    assert "<title>A &amp; B &lt;b&gt;title&lt;/b&gt; “x”</title>" in page


def test_html_sets_figures_flush_right_and_links_marks(context: FolderContext) -> None:
    page = written(context, NASTY, "html").decode()
    assert '<td class="number">$1.20 million</td>' in page
    assert '<a href="#source-1">[1]</a>' in page
    assert 'id="source-1"' in page


def test_links_to_anything_but_the_web_and_mail_are_dropped(context: FolderContext) -> None:
    page = written(context, NASTY, "html").decode()
    assert 'href="https://example.org/a_b?c=d&amp;e"' in page
    assert 'href="mailto:a@example.org"' in page
    assert 'href="file:' not in page


def test_pdf_holds_the_text_and_the_title(context: FolderContext) -> None:
    pdf = PdfReader(BytesIO(written(context, NASTY, "pdf", [drawn(context)])))
    text = "".join(page.extract_text() for page in pdf.pages)
    assert pdf.metadata is not None
    assert pdf.metadata.title == "A & B <b>title</b> “x”"
    assert "#set page()" in text
    assert "@label" in text
    assert "<script>alert(1)</script>" in text
    assert "1 / 1" in text


def test_docx_holds_headings_tables_and_pictures(context: FolderContext) -> None:
    word = docx.Document(BytesIO(written(context, NASTY, "docx", [drawn(context)])))
    assert [p.text for p in word.paragraphs if p.style is not None and p.style.name == "Heading 1"] == [
        "A & B <b>title</b> “x”"
    ]
    assert [cell.text for cell in word.tables[0].rows[1].cells] == ["a | b", "$1.20 million"]
    assert len(word.inline_shapes) == 1


def test_docx_gives_a_column_of_long_labels_the_most_room(context: FolderContext) -> None:
    table = "| Figure | FY2025 | Source |\n| --- | ---: | --- |\n| Cash flow from operations | 1 | x |\n"

    columns = docx.Document(BytesIO(written(context, table, "docx"))).tables[0].columns

    label, figure, source = (column.width or 0 for column in columns)
    assert label > 2 * figure
    assert figure == source
    assert label + figure + source == pytest.approx(Cm(16.5), rel=0.01)


def test_markdown_is_handed_back_as_it_is(context: FolderContext) -> None:
    assert written(context, NASTY, "markdown").decode() == NASTY


def test_an_unknown_format_is_refused_with_the_known_ones(context: FolderContext) -> None:
    with pytest.raises(InputRefused, match="html, pdf, docx"):
        written(context, NASTY, "rtf")


@pytest.mark.parametrize("kind", ["html", "pdf", "docx"])
def test_odd_markdown_is_written_all_the_same(context: FolderContext, kind: str) -> None:
    odd = (
        "\x00\x01 \ud83d\ude00".encode("utf-8", "replace").decode()
        + "\n| a |\n|---|\n\n#\n\n>\n\n- \n\n"
        + "> " * 60
        + "deep"
    )
    assert written(context, odd, kind)


@given(st.text(max_size=80).filter(lambda text: text.strip() and text.isprintable()))
def test_escaped_text_renders_as_it_was(text: str) -> None:
    (block,) = parse(f"- {escape(text)}")[0].items[0]  # type: ignore[union-attr]  # a list with one item
    assert isinstance(block, Paragraph)
    assert plain(block.content) == " ".join(text.split())


def test_code_in_prose_stays_code_and_all_else_is_as_it_was_written() -> None:
    (block,) = parse(prose("1. The *old* `__main__` [x](y)\n`*.py`"))

    assert isinstance(block, Paragraph)
    assert plain(block.content) == "1. The *old* __main__ [x](y) *.py"
    code = [each.text for each in block.content if isinstance(each, Span) and each.code]
    assert code == ["__main__", "*.py"]


def test_a_chart_keeps_its_description(context: FolderContext) -> None:
    image = load_image(drawn(context, "Sales – by month"), context)
    assert image.width >= 700
    assert image.alt == "Sales – by month (EUR): Revenue, $; a to c"


@pytest.mark.parametrize(
    ("labels", "values", "told"),
    [
        ([], [], "nothing to draw"),
        (["a"], [1.0, 2.0], "2 numbers for 1 labels"),
        (["a"], [float("inf")], "not finite"),
    ],
)
def test_a_chart_that_can_not_be_drawn_is_refused(
    context: FolderContext, labels: list[str], values: list[float | None], told: str
) -> None:
    with pytest.raises(InputRefused, match=told):
        draw_chart.run(
            ChartInput(title="t", labels=labels, series=[GivenSeries(name="s", values=values)]), context
        )


def test_a_picture_that_is_none_is_refused(context: FolderContext) -> None:
    fake = context.save(ChartRef, "chart.png", b"<svg onload=alert(1)>", "image/png")
    with pytest.raises(InputRefused, match="must be a PNG"):
        written(context, NASTY, "html", [fake])


def test_a_company_gets_two_charts(context: FolderContext) -> None:
    made = statements()
    given = ChartsInput(
        statements=context.save_model(StatementsRef, "s.json", made),
        ratios=context.save_model(RatiosRef, "r.json", ratios(made)),
    )
    found = charts.run(given, context).charts
    assert [chart.name for chart in found] == ["performance.png", "cash-and-debt.png"]
    assert load_image(found[0], context).width == 1200


def test_a_composed_report_quotes_and_passes_the_check(context: FolderContext) -> None:
    quotations = tuple(Quotation(text=r.summary[0].text, source=r.summary[0].source) for r in risks().risks)
    source = context.save_model(DocumentRef, "d.json", document())
    summary = context.save_model(
        SummaryRef, "s.json", Summary(title="Larch", quotations=quotations, keywords=("mill",))
    )
    made = compose.run(
        ComposeInput(title="Mills", request="What of $400?", summaries=[summary], documents=[source]), context
    )
    given = CheckInput(report=made.report, claims=made.claims, documents=[source], request="What of $400?")
    assert check.run(given, context).faults == ()
    assert check.run(given.model_copy(update={"documents": []}), context).passed is False


def test_nothing_to_compose_is_refused(context: FolderContext) -> None:
    with pytest.raises(InputRefused, match="nothing to put into a report"):
        compose.run(ComposeInput(title="x"), context)


def test_the_capabilities_are_described_for_a_planner() -> None:
    described = [each.describe() for each in CAPABILITIES]
    assert [each.name for each in described] == [
        "chart.draw",
        "report.compose",
        "report.write",
        "result.check",
    ]
    assert all(slot.description for each in described for slot in (*each.inputs, *each.outputs))
