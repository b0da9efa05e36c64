"""The annual report as inline XBRL: what a browser shows, with every figure marked for machines.

Written as filings are: headings by their looks alone, a table of contents that repeats them, statements in
thousands, paid amounts in parentheses, facts of segments and of parts of equity beside the consolidated ones.
Source: Inline XBRL 1.1, https://www.xbrl.org/specification/inlinexbrl-part1/rec-2013-11-18/
"""

import html
from itertools import count

from made_of import tables
from made_of.figures import CIK, LAST, NAME, SEGMENTS, THIRD_SEGMENT, TICKER, Year, segment_revenue
from made_of.prose import Block, blocks
from made_of.tables import Row

_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL"
  xmlns:ixt="http://www.xbrl.org/inlineXBRL/transformation/2020-02-12"
  xmlns:link="http://www.xbrl.org/2003/linkbase" xmlns:xlink="http://www.w3.org/1999/xlink"
  xmlns:xbrli="http://www.xbrl.org/2003/instance" xmlns:xbrldi="http://xbrl.org/2006/xbrldi"
  xmlns:iso4217="http://www.xbrl.org/2003/iso4217" xmlns:dei="http://xbrl.sec.gov/dei/2025"
  xmlns:us-gaap="http://fasb.org/us-gaap/2025" xmlns:qfhx="http://example.org/qfhx/20250630" xml:lang="en-US">
"""
_BOLD, _BOLD_ITALIC = "font-weight:700", "font-weight:700;font-style:italic"
_RIGHT = "text-align:right;padding:1px 4px"
_EQUITY = (
    ("CommonStockMember", "CommonStockValue"),
    ("AdditionalPaidInCapitalMember", "AdditionalPaidInCapital"),
    ("RetainedEarningsMember", "RetainedEarningsAccumulatedDeficit"),
)
_PARTS = {"Item 1.": "PART I", "Item 5.": "PART II"}
_STYLES = {0: "", 2: _BOLD, 3: _BOLD_ITALIC}
_SHOWN_YEARS = 3
"""In the income and cash flow statements; the balance sheet shows two."""


def text(years: dict[int, Year]) -> str:
    return _Report(years).text()


class _Report:
    def __init__(self, years: dict[int, Year]) -> None:
        self.years = years
        self.now, self.before = years[LAST], years[LAST - 1]
        self.prose = blocks(self.now, self.before)
        self.ids = count(1)
        self.contexts: dict[str, str] = {}

    def text(self) -> str:
        body = "\n".join((self._cover(), *self._contents(), *self._items(), self._signature()))
        resources = "\n".join(self.contexts.values())
        return (
            f"{_HEAD}<head><title>{TICKER.lower()}-20250630</title></head>\n<body>\n"
            '<div style="display:none"><ix:header>\n<ix:hidden>\n'
            f"{self._hidden()}\n</ix:hidden>\n<ix:references>"
            '<link:schemaRef xlink:type="simple" xlink:href="qfhx-20250630.xsd"/></ix:references>\n'
            f"<ix:resources>\n{resources}\n{_UNITS}\n</ix:resources>\n</ix:header></div>\n{body}\n</body>\n</html>\n"
        )

    # The parts, from first to last.

    def _hidden(self) -> str:
        stated = {
            "AmendmentFlag": "false",
            "DocumentFiscalYearFocus": str(LAST),
            "DocumentFiscalPeriodFocus": "FY",
            "EntityCentralIndexKey": f"{CIK:010}",
            "CurrentFiscalYearEndDate": "--06-30",
            "EntityIncorporationStateCountryCode": "OH",
        }
        return "\n".join(self._said(f"dei:{name}", value) for name, value in stated.items())

    def _cover(self) -> str:
        name = self._said("dei:EntityRegistrantName", NAME)
        form = self._said("dei:DocumentType", "10-K")
        end = self._said("dei:DocumentPeriodEndDate", "June 30, 2025", "ixt:date-monthname-day-year-en")
        ticker = self._said("dei:TradingSymbol", TICKER)
        shares = self._number(
            "dei:EntityCommonStockSharesOutstanding", "40,087,412", self._cover_date(), "shares", 0
        )
        public = self._number(
            "dei:EntityPublicFloat", "486.2", self._instant(self.before, "half"), "usd", 6, -5
        )
        return "\n".join(
            (
                _p("UNITED STATES SECURITIES AND EXCHANGE COMMISSION", _BOLD),
                _p("Washington, D.C. 20549"),
                _p(f"FORM {form}", _BOLD),
                _p("ANNUAL REPORT PURSUANT TO SECTION 13 OR 15(d) OF THE SECURITIES EXCHANGE ACT OF 1934"),
                _p(f"For the fiscal year ended {end}"),
                _p(name, _BOLD),
                _p("(Exact name of registrant as specified in its charter)"),
                _p("Ohio (State of incorporation)"),
                _p(f"Common stock, $0.01 par value, trading symbol {ticker}"),
                _p(
                    "The aggregate market value of common stock held by non-affiliates was about "
                    f"${public} million at December 31, 2024."
                ),
                _p(f"{shares} shares of common stock were outstanding at August 15, 2025."),
                _p("This company and its figures are invented, as an example that comes with Errand."),
            )
        )

    def _contents(self) -> list[str]:
        rows = ""
        for block in self.prose:
            if block.level == 1:
                key, title = _item(block)
                rows += f'<tr><td><a href="#{_anchor(key)}">{key}</a></td><td>{_escaped(title)}</td></tr>'
        return [_p("TABLE OF CONTENTS", _BOLD), f"<table>{rows}</table>"]

    def _items(self) -> list[str]:
        made: list[str] = []
        for block in self.prose:
            if block.level == 1:
                key, title = _item(block)
                made += [_p(_PARTS[key], _BOLD)] if key in _PARTS else []
                heading = f"{key}&#160;&#160;{_escaped(title)}"
                made.append(f'<div id="{_anchor(key)}"><span style="{_BOLD}">{heading}</span></div>')
                made += self._statements() if key == "Item 8." else []
            else:
                made.append(_p(_escaped(block.text), _STYLES[block.level]))
        return made

    def _statements(self) -> list[str]:
        flows = [self.years[LAST - n] for n in range(_SHOWN_YEARS)]
        ends = [self.now, self.before]
        return [
            _p("CONSOLIDATED STATEMENTS OF OPERATIONS", _BOLD),
            _p("(In thousands, except per share amounts)"),
            self._table("Fiscal year ended June 30,", flows, (*tables.INCOME, *tables.PER_SHARE)),
            _p("Weighted average shares outstanding (in thousands):"),
            self._table("Fiscal year ended June 30,", flows, tables.SHARES),
            _p("CONSOLIDATED BALANCE SHEETS", _BOLD),
            _p("(In thousands)"),
            self._table("June 30,", ends, tables.BALANCE, instant=True),
            _p("CONSOLIDATED STATEMENTS OF CASH FLOWS", _BOLD),
            _p("(In thousands)"),
            self._table("Fiscal year ended June 30,", flows, tables.CASH_FLOW),
            _p("NOTES TO CONSOLIDATED FINANCIAL STATEMENTS", _BOLD),
            _p("Note 3. Segments", _BOLD),
            _p("Revenue by segment, in thousands:"),
            self._segments(flows),
            _p("Note 7. Stockholders’ Equity", _BOLD),
            _p("Parts of stockholders’ equity, in thousands:"),
            self._equity(ends),
        ]

    def _signature(self) -> str:
        return _p("SIGNATURES", _BOLD) + _p(f"{NAME}, August 22, 2025")

    # Tables.

    def _table(self, heading: str, years: list[Year], rows: tuple[Row, ...], *, instant: bool = False) -> str:
        head = "".join(f'<td style="{_RIGHT};{_BOLD}">{year.number}</td>' for year in years)
        lines = [f'<tr><td style="{_BOLD}">{heading}</td>{head}</tr>']
        lines += [self._row(row, years, instant=instant) for row in rows]
        return "<table>\n" + "\n".join(lines) + "\n</table>"

    def _row(self, row: Row, years: list[Year], *, instant: bool) -> str:
        style = _BOLD if row.total or not row.concept else ""
        cells = "".join(self._cell(row, year, instant=instant) for year in years) if row.concept else ""
        return f'<tr><td style="{style}">{html.escape(row.label)}</td>{cells}</tr>'

    def _cell(self, row: Row, year: Year, *, instant: bool) -> str:
        context = self._instant(year) if instant else self._duration(year)
        concept = f"us-gaap:{row.concept}"
        if row.concept in year.per_share:
            shown = self._number(concept, year.per_share[row.concept], context, "usdPerShare", 0, 2)
            return f'<td style="{_RIGHT}">${shown}</td>'
        if row.concept in year.shares:
            shown = self._number(concept, f"{year.shares[row.concept]:,}", context, "shares", 3, -3)
            return f'<td style="{_RIGHT}">{shown}</td>'
        value = (year.balance if instant else year.flows)[row.concept]
        return f'<td style="{_RIGHT}">{self._money(concept, value, context, minus=row.minus)}</td>'

    def _segments(self, years: list[Year]) -> str:
        names = {member: name for member, (name, _) in SEGMENTS.items()} | {
            THIRD_SEGMENT[0]: THIRD_SEGMENT[1]
        }
        lines = []
        for member, name in names.items():
            cells = ""
            for year in years:
                context = self._duration(year, "us-gaap:StatementBusinessSegmentsAxis", f"qfhx:{member}")
                value = segment_revenue(year)[member]
                cells += f'<td style="{_RIGHT}">{self._money("us-gaap:Revenues", value, context)}</td>'
            lines.append(f"<tr><td>{name}</td>{cells}</tr>")
        return "<table>\n" + "\n".join(lines) + "\n</table>"

    def _equity(self, years: list[Year]) -> str:
        lines = []
        for member, concept in _EQUITY:
            cells = ""
            for year in years:
                context = self._instant(
                    year, member, "us-gaap:StatementEquityComponentsAxis", f"us-gaap:{member}"
                )
                shown = self._money("us-gaap:StockholdersEquity", year.balance[concept], context)
                cells += f'<td style="{_RIGHT}">{shown}</td>'
            label = next(row.label for row in tables.BALANCE if row.concept == concept)
            lines.append(f"<tr><td>{html.escape(label)}</td>{cells}</tr>")
        return "<table>\n" + "\n".join(lines) + "\n</table>"

    # Facts and contexts.

    def _money(self, concept: str, thousands: int, context: str, *, minus: bool = False) -> str:
        """A fact is positive or negative by its concept; what is shown, by where it stands."""
        if thousands == 0:
            return self._number(concept, "—", context, "usd", 3, -3, form="ixt:fixed-zero")
        fact = self._number(concept, f"{abs(thousands):,}", context, "usd", 3, -3, negative=thousands < 0)
        return f"({fact})" if minus != (thousands < 0) else fact

    def _number(
        self,
        concept: str,
        shown: str,
        context: str,
        unit: str,
        scale: int,
        decimals: int | None = None,
        *,
        negative: bool = False,
        form: str = "ixt:num-dot-decimal",
    ) -> str:
        sign = ' sign="-"' if negative else ""
        exact = "INF" if decimals is None else str(decimals)
        return (
            f'<ix:nonFraction id="f-{next(self.ids)}" name="{concept}" contextRef="{context}" '
            f'unitRef="{unit}" scale="{scale}" decimals="{exact}" format="{form}"{sign}>'
            f"{shown}</ix:nonFraction>"
        )

    def _said(self, name: str, value: str, form: str = "") -> str:
        marked = f' format="{form}"' if form else ""
        return (
            f'<ix:nonNumeric id="f-{next(self.ids)}" name="{name}" '
            f'contextRef="{self._duration(self.now)}"{marked}>'
            f"{html.escape(value)}</ix:nonNumeric>"
        )

    def _duration(self, year: Year, axis: str = "", member: str = "") -> str:
        key = f"d{year.number}" + (f"_{member.partition(':')[2]}" if member else "")
        period = f"<xbrli:startDate>{year.start}</xbrli:startDate><xbrli:endDate>{year.end}</xbrli:endDate>"
        return self._context(key, period, axis, member)

    def _instant(self, year: Year, part: str = "", axis: str = "", member: str = "") -> str:
        day = f"{year.number}-12-31" if part == "half" else str(year.end)
        key = f"i{year.number}" + (f"_{part}" if part else "")
        return self._context(key, f"<xbrli:instant>{day}</xbrli:instant>", axis, member)

    def _cover_date(self) -> str:
        return self._context("cover", "<xbrli:instant>2025-08-15</xbrli:instant>", "", "")

    def _context(self, key: str, period: str, axis: str, member: str) -> str:
        segment = (
            f'<xbrli:segment><xbrldi:explicitMember dimension="{axis}">{member}'
            "</xbrldi:explicitMember></xbrli:segment>"
            if axis
            else ""
        )
        self.contexts[key] = (
            f'<xbrli:context id="{key}"><xbrli:entity><xbrli:identifier '
            f'scheme="http://www.sec.gov/CIK">{CIK:010}</xbrli:identifier>'
            f"{segment}</xbrli:entity><xbrli:period>{period}</xbrli:period></xbrli:context>"
        )
        return key


_UNITS = """\
<xbrli:unit id="usd"><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unit>
<xbrli:unit id="shares"><xbrli:measure>xbrli:shares</xbrli:measure></xbrli:unit>
<xbrli:unit id="usdPerShare"><xbrli:divide><xbrli:unitNumerator><xbrli:measure>iso4217:USD</xbrli:measure>\
</xbrli:unitNumerator><xbrli:unitDenominator><xbrli:measure>xbrli:shares</xbrli:measure></xbrli:unitDenominator>\
</xbrli:divide></xbrli:unit>"""


def _item(block: Block) -> tuple[str, str]:
    """`Item 1A.` and its title."""
    number, _, title = block.text.removeprefix("Item ").partition(" ")
    return f"Item {number}", title


def _anchor(key: str) -> str:
    return key.lower().replace(" ", "").rstrip(".")


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)


def _p(content: str, style: str = "") -> str:
    """`content` is markup."""
    return f'<div style="margin:8pt 0"><span style="{style or "font-weight:400"}">{content}</span></div>'
