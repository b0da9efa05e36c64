"""Inline XBRL as filing agents really nest it, and XBRL instances."""

from collections.abc import Iterator
from decimal import Decimal
from html import escape

from tests.made.filing import (
    BALANCE,
    CASH,
    Filing,
    Row,
    Statement,
    Value,
    columns,
    head_cells,
    page_cover,
    page_risks,
    scale_words,
    shown,
    titles,
)

_NAMESPACES = (
    'xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL" '
    'xmlns:xbrli="http://www.xbrl.org/2003/instance" xmlns:xbrldi="http://xbrl.org/2006/xbrldi" '
    'xmlns:ixt="http://www.xbrl.org/inlineXBRL/transformation/2020-02-12" '
    'xmlns:iso4217="http://www.xbrl.org/2003/iso4217" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'xmlns:ixt-sec="http://www.sec.gov/inlineXBRL/transformation/2015-08-31" '
    'xmlns:dei="http://xbrl.sec.gov/dei/2024" '
    'xmlns:ifrs-full="http://xbrl.ifrs.org/taxonomy/2023-03-23/ifrs-full" '
    'xmlns:us-gaap="http://fasb.org/us-gaap/2024" xmlns:srt="http://fasb.org/srt/2024" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:own="http://own.example/20241231"'
)


def _name(filing: Filing, row: Row) -> str:
    return row.concept if ":" in row.concept else f"{filing.taxonomy}:{row.concept}"


def context_id(statement: Statement, row: Row, column: int) -> str:
    instant = statement.kind == BALANCE or (row.concept.startswith("CashCash") and statement.kind == CASH)
    return f"{'i' if instant else 'd'}{column}{'m' + row.member if row.member else ''}"


def _contexts(filing: Filing, tag: str = "xbrli:") -> Iterator[str]:
    """Those of segments first, as some agents sort them; then an unused one of the fourth quarter."""
    members = dict.fromkeys(row.member for s in filing.statements for row in s.rows)
    for member in sorted(members, reverse=True):
        for number, (start, end) in enumerate(filing.spans):
            segment = (
                f'<{tag}segment><xbrldi:explicitMember dimension="us-gaap:StatementBusinessSegmentsAxis">'
                f"own:{member}Member</xbrldi:explicitMember></{tag}segment>"
                if member
                else ""
            )
            entity = (
                f'<{tag}entity><{tag}identifier scheme="http://www.sec.gov/CIK">0001999999</{tag}identifier>'
                f"{segment}</{tag}entity>"
            )
            suffix = f"m{member}" if member else ""
            yield (
                f'<{tag}context id="d{number}{suffix}">{entity}<{tag}period>'
                f"<{tag}startDate>{start}</{tag}startDate>"
                f"<{tag}endDate>{end}</{tag}endDate></{tag}period></{tag}context>"
            )
            yield (
                f'<{tag}context id="i{number}{suffix}">{entity}<{tag}period>'
                f"<{tag}instant>{end}</{tag}instant></{tag}period></{tag}context>"
            )


def _units(filing: Filing, tag: str = "xbrli:") -> str:
    money = f"iso4217:{filing.currency}"
    return (
        f'<{tag}unit id="money"><{tag}measure>{money}</{tag}measure></{tag}unit>'
        f'<{tag}unit id="shares"><{tag}measure>{tag or "xbrli:"}shares</{tag}measure></{tag}unit>'
        f'<{tag}unit id="each"><{tag}divide><{tag}unitNumerator><{tag}measure>{money}</{tag}measure>'
        f"</{tag}unitNumerator><{tag}unitDenominator><{tag}measure>{tag or 'xbrli:'}shares</{tag}measure>"
        f"</{tag}unitDenominator></{tag}divide></{tag}unit>"
    )


def _cover_facts(filing: Filing) -> dict[str, str]:
    return {
        "EntityRegistrantName": filing.company,
        "EntityCentralIndexKey": "0001999999",
        "DocumentType": filing.form,
        "DocumentPeriodEndDate": filing.end.isoformat(),
        "DocumentFiscalYearFocus": str(filing.year),
        "DocumentFiscalPeriodFocus": "Q2" if filing.form == "10-Q" else "FY",
    }


def inline(filing: Filing, agent: str = "spans") -> bytes:
    """`agent`: `spans` (div and span round everything, parentheses outside the tag), `fonts` (p and font,
    currency and closing parenthesis in cells of their own), `bare` (the number alone, negative by sign).
    """
    cover = "".join(
        f'<ix:nonNumeric contextRef="d0" name="dei:{name}" id="c{n}">{escape(text)}</ix:nonNumeric>'
        for n, (name, text) in enumerate(_cover_facts(filing).items())
    )
    head = (
        f"<?xml version='1.0' encoding='ASCII'?>\n<html {_NAMESPACES} xml:lang='en-US'>"
        "<head><title>doc</title></head><body><div style='display:none'><ix:header>"
        f"<ix:hidden>{cover}</ix:hidden><ix:references>"
        "<link xlink:type='simple' xlink:href='own.xsd' xmlns='http://www.xbrl.org/2003/linkbase'/>"
        "</ix:references>"
        f"<ix:resources>{''.join(_contexts(filing))}{_units(filing)}</ix:resources></ix:header></div>"
    )
    tables = "".join(
        f"<p style='text-align:center'><b>{escape(titles(s))}</b></p>"
        f"<p>{escape(scale_words(filing))}</p>"
        f"{_inline_table(filing, s, agent, number)}"
        for number, s in enumerate(filing.statements)
    )
    item = "<h2>Item 8. Financial Statements and Supplementary Data</h2>"
    body = f"{page_cover(filing)}{page_risks(filing)}{item}"
    return f"{head}{body}{tables}<h2>Item 9. Changes in Accountants</h2><p>None.</p></body></html>".encode(
        "ascii", "xmlcharrefreplace"
    )


def _inline_table(filing: Filing, statement: Statement, agent: str, number: int) -> str:
    over, heads = head_cells(filing, statement)
    width = 3
    top = f"<tr><td></td><td colspan='{width * len(heads)}'>{over}</td></tr>" if over else ""
    line = "".join(f"<td colspan='{width}'><b>{head}</b></td>" for head in heads)
    rows = "".join(
        _inline_row(filing, statement, row, agent, f"f{number}-{at}") for at, row in enumerate(statement.rows)
    )
    return f"<table>{top}<tr><td></td>{line}</tr>{rows}</table>"


def _inline_row(filing: Filing, statement: Statement, row: Row, agent: str, name: str) -> str:
    label = {
        "spans": f"<td><div style='padding-left:2pt'><span>{escape(row.label)}</span></div></td>",
        "fonts": f"<td valign='top'><p style='margin:0'><font size='2'>{escape(row.label)}</font></p></td>",
        "bare": f"<td>{escape(row.label)}</td>",
    }[agent]
    cells = "".join(
        _inline_cell(filing, statement, row, (column, value), agent, f"{name}-{column}")
        for column, value in enumerate(row.values[: columns(filing, statement)])
    )
    return f"<tr>{label}{cells}</tr>"


def _inline_cell(
    filing: Filing, statement: Statement, row: Row, at: tuple[int, Value], agent: str, name: str
) -> str:
    column, value = at
    if value is None:
        return "<td></td><td></td><td></td>"
    text, parens = shown(filing, row, value)
    power = filing.power if not row.unit else (3 if row.unit == "shares" and filing.power else 0)
    rule = "ixt:num-comma-decimal" if filing.swapped else "ixt:num-dot-decimal"
    sign = ' sign="-"' if Decimal(str(value)) < 0 else ""
    dash = text == "—"
    element = (
        f'<ix:nonFraction name="{_name(filing, row)}" contextRef="{context_id(statement, row, column)}" '
        f'unitRef="{row.unit or "money"}" decimals="{-power}" scale="{power}" id="{name}"'
        f"{' format=' + chr(34) + ('ixt:fixed-zero' if dash else rule) + chr(34)}{sign}>{{}}</ix:nonFraction>"
    )
    inner = element.format(text)
    opening, closing = ("(", ")") if parens else ("", "")
    if agent == "spans":
        return (
            f"<td><span>$</span></td><td><div><span>{opening}</span><span>{inner}</span></div></td>"
            f"<td><span>{closing}</span></td>"
        )
    if agent == "fonts":
        inner = element.format(f"<font size='2'>{text}</font>")
        figure = f"<td><p><font>{opening}{inner}</font></p></td>"
        return f"<td><font>$</font></td>{figure}<td><font>{closing}</font></td>"
    return f"<td></td><td>{inner}</td><td></td>"


def instance(filing: Filing, *, prefixed: bool = True) -> bytes:
    """An XBRL instance; without `prefixed` the XBRL namespace is the default one."""
    tag = "xbrli:" if prefixed else ""
    own = "xmlns:xbrli" if prefixed else "xmlns"
    namespaces = (
        f'{own}="http://www.xbrl.org/2003/instance" xmlns:xbrldi="http://xbrl.org/2006/xbrldi" '
        'xmlns:link="http://www.xbrl.org/2003/linkbase" xmlns:xlink="http://www.w3.org/1999/xlink" '
        'xmlns:iso4217="http://www.xbrl.org/2003/iso4217" xmlns:dei="http://xbrl.sec.gov/dei/2014-01-31" '
        'xmlns:ifrs-full="http://xbrl.ifrs.org/taxonomy/2023-03-23/ifrs-full" '
        'xmlns:us-gaap="http://fasb.org/us-gaap/2014-01-31" xmlns:own="http://own.example/20141231"'
    )
    cover = "".join(
        f'<dei:{name} contextRef="d0">{escape(text)}</dei:{name}>'
        for name, text in _cover_facts(filing).items()
    )
    facts = "".join(
        f'<{_name(filing, row)} contextRef="{context_id(s, row, column)}" unitRef="{row.unit or "money"}" '
        f'decimals="-3">{value}</{_name(filing, row)}>'
        for s in filing.statements
        for row in s.rows
        for column, value in enumerate(row.values[: columns(filing, s)])
        if row.concept and value is not None
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<!-- made -->\n<{tag}xbrl {namespaces}>'
        '<link:schemaRef xlink:type="simple" xlink:href="own.xsd"/>'
        f"{cover}{''.join(_contexts(filing, tag))}{_units(filing, tag)}{facts}</{tag}xbrl>"
    ).encode()
