"""Filings without inline XBRL: companyfacts JSON, EDGAR's workbook, plain pages, text of typewriters."""

import io
import json
import textwrap
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from html import escape

from tests.made.filing import (
    BALANCE,
    Filing,
    Statement,
    columns,
    day,
    head_cells,
    page_cover,
    page_risks,
    scale_words,
    shown,
    titles,
)
from tests.made.xbrl import context_id


def companyfacts(filing: Filing) -> bytes:
    concepts: dict[str, dict[str, dict[str, object]]] = {}
    for statement in filing.statements:
        for row in statement.rows:
            if not row.concept or row.member or ":" in row.concept:
                continue
            unit = {"shares": "shares", "each": f"{filing.currency}/shares"}.get(row.unit, filing.currency)
            held = concepts.setdefault(filing.taxonomy, {}).setdefault(
                row.concept, {"label": row.label, "units": {}}
            )
            values = held["units"]
            assert isinstance(values, dict)
            for column, value in enumerate(row.values[: columns(filing, statement)]):
                if value is None:
                    continue
                start, end = filing.spans[column]
                instant = context_id(statement, row, column).startswith("i")
                values.setdefault(unit, []).append(
                    {
                        **({} if instant else {"start": start.isoformat()}),
                        "end": end.isoformat(), "val": float(value) if "." in str(value) else int(value),
                        "accn": "0001999999-25-000001", "fy": filing.year, "fp": "FY", "form": filing.form,
                        "filed": (filing.end + timedelta(days=55)).isoformat(),
                    }
                )  # fmt: skip
    return json.dumps({"cik": 1999999, "entityName": filing.company, "facts": concepts}).encode()


def workbook(filing: Filing) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    cover = book.worksheets[0]
    cover.title = "Cover"
    months = round((filing.spans[0][1] - filing.spans[0][0]).days / 30.4)
    cover.append(["Cover - USD ($)", f"{months} Months Ended"])
    cover.append([None, _short(filing.end)])
    for label, text in (
        ("Document Type", filing.form), ("Document Period End Date", _short(filing.end)),
        ("Entity Registrant Name", filing.company), ("Entity Central Index Key", "0001999999"),
        ("Document Fiscal Year Focus", str(filing.year)),
    ):  # fmt: skip
        cover.append([label, text])
    for statement in filing.statements:
        sheet = book.create_sheet(f"R{len(book.worksheets) + 1}")
        for cells in _sheet(filing, statement):
            sheet.append(cells)
    stored = io.BytesIO()
    book.save(stored)
    return stored.getvalue()


def _sheet(filing: Filing, statement: Statement) -> Iterator[list[object]]:
    count = columns(filing, statement)
    scale = {0: "", 3: " $ in Thousands", 6: " shares in Thousands, $ in Millions", 9: " $ in Billions"}[
        filing.power
    ]
    symbol = {"USD": "$", "EUR": "€", "JPY": "¥", "CHF": "SFr"}[filing.currency]
    title = f"{titles(statement)} - {filing.currency} ({symbol}){scale}"
    ends = [_short(end) for _, end in filing.spans[:count]]
    if statement.kind == BALANCE:
        yield [title, *ends]
    else:
        months = round((filing.spans[0][1] - filing.spans[0][0]).days / 30.4)
        yield [title, f"{months} Months Ended"]
        yield [None, *ends]
    for row in statement.rows:
        power = filing.power if not row.unit else (3 if row.unit == "shares" and filing.power >= 3 else 0)
        unit = Decimal(-1 if row.negated else 1) / 10**power
        yield [row.label, *(None if v is None else float(Decimal(str(v)) * unit) for v in row.values[:count])]


def _short(when: date) -> str:
    return f"{when:%b}. {when.day:02}, {when.year}"


def page(filing: Filing, *, split: bool = True) -> bytes:
    """A page without XBRL; with `split` currency and closing parenthesis have cells of their own."""
    tables = "".join(
        f"<P ALIGN=CENTER><B>{escape(filing.company)}<BR>{titles(s)}</B></P><P ALIGN=CENTER>"
        f"{escape(scale_words(filing))}</P>{_plain_table(filing, s, split=split)}"
        for s in filing.statements
    )
    return (
        f"<HTML><HEAD><TITLE>{filing.form}</TITLE></HEAD><BODY>{page_cover(filing)}{page_risks(filing)}"
        f"<P><B>ITEM 8. FINANCIAL STATEMENTS AND SUPPLEMENTARY DATA</B></P>{tables}"
        "<P><B>ITEM 9. CHANGES IN AND DISAGREEMENTS WITH ACCOUNTANTS</B></P><P>None.</P></BODY></HTML>"
    ).encode()


def _plain_table(filing: Filing, statement: Statement, *, split: bool) -> str:
    over, heads = head_cells(filing, statement)
    span = 4 if split else 1
    lines = [f"<TR><TD></TD><TD COLSPAN={span * len(heads)} ALIGN=CENTER>{over}</TD></TR>"] if over else []
    gap = "<TD></TD>"
    titled = (
        f"{gap}<TD COLSPAN=2 ALIGN=CENTER><B>{head}</B></TD>{gap}" if split else f"<TD>{head}</TD>"
        for head in heads
    )
    lines.append(f"<TR><TD></TD>{''.join(titled)}</TR>")
    for row in statement.rows:
        cells = ""
        for value in row.values[: len(heads)]:
            text, parens = shown(filing, row, value)
            first = "$" if value is not None and row is statement.rows[0] and filing.currency == "USD" else ""
            if split:
                opening, closing = ("(", ")") if parens else ("", "")
                cells += f"{gap}<TD>{first}</TD><TD ALIGN=RIGHT>{opening}{text}</TD><TD>{closing}</TD>"
            else:
                cells += f"<TD ALIGN=RIGHT>{first}{f'({text})' if parens else text}</TD>"
        lines.append(f"<TR><TD>{escape(row.label)}</TD>{cells}</TR>")
    return f"<TABLE>{''.join(lines)}</TABLE>"


def text(filing: Filing) -> bytes:
    """As filings looked before pages: columns of blanks, dotted leaders, <PAGE> and <TABLE> marks."""
    out = [
        "<SEC-DOCUMENT>0000950123-99-000001.txt : 19990330",
        "<DOCUMENT>", f"<TYPE>{filing.form}", "<TEXT>", "",
        "                     SECURITIES AND EXCHANGE COMMISSION",
        "                          WASHINGTON, D.C. 20549",
        "", f"                               FORM {filing.form}", "",
        "       [X] ANNUAL REPORT PURSUANT TO SECTION 13 OR 15(d) OF THE SECURITIES EXCHANGE ACT OF 1934",
        "",
        f"                  FOR THE FISCAL YEAR ENDED {day(filing.end).upper()}", "",
        f"                         {filing.company.upper()}",
        "             (Exact name of registrant as specified in its charter)", "", "<PAGE>", "",
        "ITEM 7A. QUANTITATIVE AND QUALITATIVE DISCLOSURES ABOUT MARKET RISK", "", "Not applicable.", "",
        "ITEM 8. FINANCIAL STATEMENTS AND SUPPLEMENTARY DATA", "",
    ]  # fmt: skip
    for statement in filing.statements:
        over, heads = head_cells(filing, statement)
        out += [
            "<PAGE>",
            "",
            f"{titles(statement):^80}",
            f"{scale_words(filing).upper():^80}",
            "",
            "<TABLE>",
        ]
        out += ["<CAPTION>"] + ([f"{'':44}{over.upper():^36}"] if over else [])
        out += _text_heads(heads)
        out += [
            f"{'':44}" + "".join(f"{'------------':>14}" for _ in heads),
            "<S>" + " " * 44 + "<C>" + " " * 11 + "<C>",
        ]
        for row in statement.rows:
            if not row.values:
                out.append(row.label)
                continue
            figures = ""
            for value in row.values[: len(heads)]:
                digits, parens = shown(filing, row, value)
                digits = "--" if digits == "—" else digits
                figures += f"{f'({digits})' if parens else digits + ' ':>14}"
            *wrapped, last = textwrap.wrap(row.label, 38)
            out += [f"  {part}" for part in wrapped]
            out.append(
                f"  {('  ' if wrapped else '') + (last + ' ').ljust(42 - 2 * bool(wrapped), '.')}{figures}"
            )
            if row.label.startswith(("Total", "Net ")):
                out.append(f"{'':44}" + "".join(f"{'============':>14}" for _ in heads))
        out += ["</TABLE>", ""]
    out += [
        "ITEM 9. CHANGES IN AND DISAGREEMENTS WITH ACCOUNTANTS",
        "",
        "None.",
        "",
        "</TEXT>",
        "</DOCUMENT>",
    ]
    return "\n".join(out).encode()


def _text_heads(heads: Sequence[str]) -> list[str]:
    """Dates are broken over two lines, as columns are narrow."""
    if all(len(head) == 4 for head in heads):
        return [f"{'':44}" + "".join(f"{head:>14}" for head in heads)]
    parts = [head.rsplit(" ", 1) for head in heads]
    return [f"{'':44}" + "".join(f"{part[n]:>14}" for part in parts) for n in (0, 1)]
