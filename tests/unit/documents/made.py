"""Files in real formats, made for tests."""

import io
import zipfile
from collections.abc import Mapping, Sequence

from errand.capabilities.documents.read import parse
from errand.domain.errors import InputRefused

REPORT = """
#set page(width: 15cm, height: 12cm, margin: 1.5cm)
#set page(header: [Mill Creek Pumps Annual Report], footer: context [#counter(page).display()])
#set text(size: 10pt)
#text(size: 18pt, weight: "bold")[Risk factors]

Our business depends on few suppliers of steel castings, and the loss of any one of them could interrupt
production for several months in a row.

#text(size: 14pt)[Competition]

We compete with larger companies.

- Prices may fall.
- Customers may leave.

Net revenue 1,234 1,100 \\
Net income (loss) (56) 78
#pagebreak()
Second page says more about pumps.
#pagebreak()
Third page.
#pagebreak()
Fourth page.
"""


def pdf(markup: str = REPORT) -> bytes:
    import typst

    made = typst.compile(markup.encode())
    return made if isinstance(made, bytes) else made[0]


def encrypted_pdf(password: str) -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf("A secret page."))))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="AES-256")  # noqa: S106  # a test's own
    kept = io.BytesIO()
    writer.write(kept)
    return kept.getvalue()


def picture_pdf() -> bytes:
    """A page without text, as a scanner makes it."""
    return pdf("#rect(width: 4cm, height: 4cm, fill: red)")


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return kept.getvalue()


_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def docx_of(body: str, styles: str = "") -> bytes:
    """From the XML of a body, for what a library would not write."""
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": f"<w:document {_W}><w:body>{body}</w:body></w:document>",
            "word/styles.xml": f"<w:styles {_W}>{styles}</w:styles>",
        }
    )


def docx() -> bytes:
    import docx as library

    document = library.Document()
    document.core_properties.title = "Plan of the mill"
    document.add_heading("Overview", 1)
    document.add_paragraph("The mill runs on water.")
    document.add_paragraph("A new pump", style="List Bullet")
    table = document.add_table(rows=2, cols=2)
    for row, values in enumerate([("Item", "Cost"), ("Pump", "1,200")]):
        for column, value in enumerate(values):
            table.cell(row, column).text = value
    paragraph = document.add_paragraph()
    paragraph.add_run("Safety. ").bold = True
    paragraph.add_run("Nobody works alone.")
    document.add_heading("Budget", 2)
    kept = io.BytesIO()
    document.save(kept)
    return kept.getvalue()


def xlsx(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    import openpyxl

    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    kept = io.BytesIO()
    workbook.save(kept)
    return kept.getvalue()


def parts_of(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def refused_or_read(content: bytes, name: str) -> bool:
    """True when a reader gives a document or refuses; anything else that it raises comes through."""
    try:
        return bool(parse(content, name).name)
    except InputRefused:
        return True
