"""Small filings of a company that never was, in the formats that facts are read from."""

import io
import json
from collections.abc import Sequence

NAMESPACES = (
    'xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL" '
    'xmlns:xbrli="http://www.xbrl.org/2003/instance" xmlns:xbrldi="http://xbrl.org/2006/xbrldi" '
    'xmlns:ixt="http://www.xbrl.org/inlineXBRL/transformation/2020-02-12" xmlns:iso4217="http://x/iso4217" '
    'xmlns:ixt-sec="http://www.sec.gov/inlineXBRL/transformation/2015-08-31" '
    'xmlns:dei="http://xbrl.sec.gov/dei/2024" '
    'xmlns:us-gaap="http://fasb.org/us-gaap/2024" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:anv="http://anvil.example/2024"'
)
ENTITY = (
    '<xbrli:entity><xbrli:identifier scheme="http://www.sec.gov/CIK">0000424242</xbrli:identifier>{}'
    "</xbrli:entity>"
)
CONTEXTS = f"""
<xbrli:context id="y24">{ENTITY.format("")}<xbrli:period><xbrli:startDate>2024-01-01</xbrli:startDate>
<xbrli:endDate>2024-12-31</xbrli:endDate></xbrli:period></xbrli:context>
<xbrli:context id="e24">{
    ENTITY.format("")
}<xbrli:period><xbrli:instant>2024-12-31</xbrli:instant></xbrli:period></xbrli:context>
<xbrli:context id="midnight">{
    ENTITY.format("")
}<xbrli:period><xbrli:instant>2025-01-01T00:00:00</xbrli:instant>
</xbrli:period></xbrli:context>
<xbrli:context id="part">{
    ENTITY.format(
        '<xbrli:segment><xbrldi:explicitMember dimension="us-gaap:Axis">anv:BigMember</xbrldi:explicitMember>'
        '<xbrldi:typedMember dimension="anv:Site"><anv:name>Leeds</anv:name></xbrldi:typedMember>'
        "</xbrli:segment>"
    )
}<xbrli:period><xbrli:instant>2024-12-31</xbrli:instant></xbrli:period></xbrli:context>
<xbrli:unit id="usd"><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unit>
<xbrli:unit id="shares"><xbrli:measure>xbrli:shares</xbrli:measure></xbrli:unit>
<xbrli:unit id="each"><xbrli:divide><xbrli:unitNumerator>
<xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unitNumerator>
<xbrli:unitDenominator><xbrli:measure>xbrli:shares</xbrli:measure></xbrli:unitDenominator>
</xbrli:divide></xbrli:unit>
"""
COVER = """
<ix:nonNumeric contextRef="y24" name="dei:EntityRegistrantName">Anvil
<ix:exclude>(not this)</ix:exclude>Works</ix:nonNumeric>
<ix:nonNumeric contextRef="y24" name="dei:EntityCentralIndexKey">0000424242</ix:nonNumeric>
<ix:nonNumeric contextRef="y24" name="dei:DocumentType">10-K</ix:nonNumeric>
<ix:nonNumeric contextRef="y24" name="dei:DocumentFiscalYearFocus" id="fy">2024</ix:nonNumeric>
<ix:nonNumeric contextRef="y24" name="dei:DocumentPeriodEndDate"
format="ixt:date-monthname-day-year-en">December 31, 2024</ix:nonNumeric>
"""


def inline(body: str, cover: str = COVER) -> bytes:
    page = (
        f"<?xml version='1.0' encoding='utf-8'?><html {NAMESPACES}><body><div style='display:none'>"
        "<ix:header>"
        f"<ix:hidden>{cover}</ix:hidden><ix:resources>{CONTEXTS}</ix:resources></ix:header></div>"
        f"{body}</body></html>"
    )
    return page.encode()


def tagged(
    text: str, name: str = "us-gaap:Revenues", context: str = "y24", unit: str = "usd", **more: str
) -> str:
    attributes = "".join(f' {key.replace("_", ":")}="{value}"' for key, value in more.items())
    start = f'<ix:nonFraction name="{name}" contextRef="{context}" unitRef="{unit}"{attributes}>'
    return f"{start}{text}</ix:nonFraction>"


def companyfacts(
    concepts: dict[str, Sequence[dict[str, object]]], unit: str = "USD", cik: int = 424242
) -> bytes:
    gaap = {name: {"label": name, "units": {unit: list(values)}} for name, values in concepts.items()}
    return json.dumps({"cik": cik, "entityName": "Anvil Works", "facts": {"us-gaap": gaap}}).encode()


def year(value: float, newest: int = 2024, *, filed: str = "", form: str = "10-K") -> dict[str, object]:
    """A value of a calendar year as the API gives it."""
    return {
        "start": f"{newest}-01-01", "end": f"{newest}-12-31", "val": value, "accn": f"acc-{filed or newest}",
        "fy": newest, "fp": "FY", "form": form, "filed": filed or f"{newest + 1}-02-10",
    }  # fmt: skip


def workbook(sheets: dict[str, Sequence[Sequence[object]]]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    stored = io.BytesIO()
    book.save(stored)
    return stored.getvalue()


COVER_SHEET: Sequence[Sequence[object]] = (
    ("Cover - shares", "12 Months Ended", None),
    (None, "Dec. 28, 2024", "Feb. 01, 2025"),
    ("Document Type", "10-K", "\xa0"),
    ("Document Period End Date", "Dec. 28,  2024", "\xa0"),
    ("Entity Registrant Name", "Anvil Works", "\xa0"),
    ("Entity Central Index Key", "0000424242", "\xa0"),
    ("Document Fiscal Year Focus", "2024", "\xa0"),
)
INCOME_SHEET: Sequence[Sequence[object]] = (
    (
        "CONSOLIDATED STATEMENTS OF OPERATIONS - USD ($) shares in Thousands, $ in Millions",
        "12 Months Ended",
        None,
    ),
    (None, "Dec. 28, 2024", "Dec. 30, 2023"),
    ("Income Statement [Abstract]", "\xa0", "\xa0"),
    ("Net sales", 1250.5, 1100),
    ("Cost of sales", 700, 650),
    ("Provision for income taxes", 30, 25),
    ("Net income", 120, -15),
    ("Basic (in dollars per share)", 2.43, -0.3),
    ("Diluted (in dollars per share)", 2.4, -0.3),
    ("Diluted (in shares)", 50000, 49000),
    ("Anvils", "\xa0", "\xa0"),
    ("Net sales", 800, 700),
)
BALANCE_SHEET: Sequence[Sequence[object]] = (
    ("CONSOLIDATED BALANCE SHEETS - USD ($) $ in Millions", "Dec. 28, 2024", "Dec. 30, 2023"),
    ("Current assets:", "\xa0", "\xa0"),
    ("Cash and cash equivalents", 90, 80),
    ("Total current assets", 400, 380),
    ("Total assets", 2000, 1900),
    ("Current liabilities:", "\xa0", "\xa0"),
    ("Term debt", 20, 25),
    ("Total current liabilities", 300, 310),
    ("Non-current liabilities:", "\xa0", "\xa0"),
    ("Term debt", 500, 520),
    ("Total liabilities", 1200, 1150),
    ("Total shareholders’ equity", 800, 750),
)
