"""What the rows of a plain statement are called: from a label and the section it stands in to our item.

For filings without XBRL, and for workbooks that hold labels alone. The first row that fits an item counts:
totals
stand before what they are broken down into, and the current part of a balance sheet before the rest.
"""

import re
from dataclasses import dataclass, field
from typing import TypeVar

V = TypeVar("V")
INCOME, BALANCE, CASH_FLOW = "income statement", "balance sheet", "cash flow statement"

_INCOME = {
    "revenue": r"(net |operating |consolidated )*(sales|revenues?|turnover)( and other income)?(, net"
    r"| from contracts "
    r"with customers)?|net (sales|operating revenues?)|(sales|revenues?) and other (income"
    r"|operating revenues?)"
    r"|(sales|revenues?),? (net|and other)|revenues?,? net of .{0,40}",
    "cost_of_revenue": r"costs? of (net )?(sales|revenues?|goods( and services)? sold"
    r"|products( and services)? sold"
    r"|services|products and services)(, exclusive.*|, including.*)?",
    "gross_profit": r"gross (profit|margin|income)",
    "r_and_d": r"(research|technology|product),?( and|&)? ?development( expenses?| costs?)?",
    "selling_marketing": r"(sales|selling)( and |, )marketing( expenses?)?|marketing"
    r"|selling( and distribution)? expenses?",
    "general_administrative": r"(general and administrative|administrative)( expenses?)?",
    "sga": r"(selling|marketing), general,?( and|&) administrative( expenses?)?|selling, administrative.*",
    "operating_income": r"operating (income|profit|earnings|result|loss)|(income|earnings|profit"
    r"|loss) from operations"
    r"|results? from operating activities",
    "interest_expense": r"interest (expense|charges)(, net.*)?|interest and debt expense|(finance"
    r"|financing) (costs|expenses?)",
    "pretax_income": r"(income|earnings|profit|loss)( from continuing operations)? before .{0,40}tax(es"
    r"|ation)?.{0,60}",
    "income_tax": r"((provision|benefit)s?( for| from)? )?(for )?income tax(es)?( expenses?| provision"
    r"| benefit)*"
    r"|tax(es)? on (income|profit)|taxation",
    "net_income_attributable": r"(net )?(income|earnings|loss|profit)( or loss)?( for the (year"
    r"|period))?,? attributable to "
    r"(?!.*(non-?controlling|minority|preferred|participating)).*"
    r"|(attributable to:? )?(the )?(equity holders|owners|(share|stock)holders) of "
    r"(?!.*(non-?controlling|minority)).*"
    r"|attributable to (the )?(equity holders|owners|(share|stock)holders|parent|company|group)",
    "net_income": r"(consolidated )?net (income|earnings|profit|loss|result)( for the (year|period))?"
    r"|(profit|loss|income) (for|of) the (financial )?(year|period)",
    "premiums": r"(net )?premiums( earned)?(, net)?|net earned premiums?|insurance revenue"
    r"|premiums and other considerations",
    "investment_income": r"net investment income",
    "claims": r"(claims|losses|benefits|policyholder benefits)( and|,)? .{0,60}(expenses?|incurred"
    r"|benefits)?|claims incurred",
    "interest_income": r"interest income|interest and dividend income",
    "net_interest_income": r"net interest income",
    "noninterest_income": r"non-?interest (income|revenue)",
    "noninterest_expense": r"non-?interest expenses?",
    "credit_loss_provision": r"provisions? for (credit|loan)( and lease)? losses",
}
_PER_SHARE = {
    "eps_basic": r"basic|.*(income|earnings|loss|profit).*\bbasic|basic .*(earnings|income|loss|profit).*",
    "eps_diluted": r"diluted|.*(income|earnings|loss|profit).*\bdiluted|diluted .*(earnings|income|loss"
    r"|profit).*",
    "dividends_per_share": r".*dividends?.*",
}
_SHARES = {"shares_diluted": r".*\bdilut(ed|ion)\b.*"}
_BALANCE = {
    "cash": r"cash and (cash equivalents|due from banks|short-term deposits|balances.*)|cash"
    r"|cash and equivalents",
    "short_term_investments": r"(short-term|marketable|current|temporary) (investments|securities"
    r"|financial assets)",
    "receivables": r"(trade|accounts)( and other)? receivables?( and other.*)?(, net.*| - net.*|, less.*)?"
    r"|receivables(, net.*)?"
    r"|trade debtors",
    "inventory": r"inventor(y|ies)(, net.*)?|merchandise inventor(y|ies)|materials and supplies.*|stocks",
    "current_assets": r"current assets",
    "loans": r"(net loans|loans)( and leases| and advances to customers)?(, net.*)?",
    "ppe": r"(net )?(propert(y|ies)|land)(, plant|,? and equipment|, buildings)?.{0,50}(, net.*)?"
    r"|properties, net",
    "goodwill": r"goodwill(, net.*)?",
    "intangibles": r"(other |acquired |purchased )?intangible( assets|s)?(, net.*| - net.*)?"
    r"|other intangible assets.*",
    "total_assets": r"assets",
    "payables": r"(trade|accounts)( and other)? payables?|accounts payable and .*|trade creditors",
    "deferred_revenue": r"(deferred|unearned) (revenues?|income)|contract liabilities",
    "deposits": r"(customer |client )?deposits( from customers)?",
    "insurance_reserves": r"(reserves?|liability|liabilities) for (losses|future policy|unpaid|claims).*"
    r"|future policy benefits.*",
    "current_liabilities": r"current liabilities",
    "total_liabilities": r"liabilities",
    "temporary_equity": r"(temporary|mezzanine) equity|redeemable (non-?controlling|convertible).*",
    "retained_earnings": r"retained earnings.*|accumulated (deficit|losses)|retained \(deficit\).*"
    r"|\(?accumulated deficit\)?.*",
    "equity_with_noncontrolling": r"equity",
    "shareholders_equity": r"(.{0,40} )?(share|stock)(holders|owners)'? ?'?(s'? )?(equity|deficit"
    r"|funds)( ?\(deficit\)| ?\(deficiency\))?"
    r"|(.{0,60})equity attributable to (?!.*non-?controlling).*|(members'|partners') (equity|capital|deficit)"
    r"|shareholders' equity.*|owners' equity",
    "liabilities_and_equity": r"(liabilities|equity)(, .*)? and .*(equity|liabilities|deficit|deficiency"
    r"|funds)\)?",
}
PARTS_OF_DEBT = ("debt_row_a", "debt_row_b", "debt_row_c", "debt_row_d", "debt_row_e")
"""Several kinds of long-term debt, each in a row of its own; together they are the long-term debt."""
_TOTALS_COUNT = frozenset(
    {"cash", "revenue", "cost_of_revenue", "interest_income", "interest_expense", "receivables", "inventory",
     "deposits", "premiums", "claims", "long_term_debt"}
)  # fmt: skip
"""Where the total below the parts is meant, also when a part has a name that fits."""
_SHORT_DEBT = re.compile(
    r"(short-term|other short-term|overnight|federal funds|securities sold) "
    r".*(debt|borrowings|loans?|notes|purchase.*)"
    r"|commercial paper.*|bank overdrafts?"
)
_DEBT = {
    "long_term_debt_current": r"current (portion|maturities|installments|part) of (long-term )?.*(debt"
    r"|borrowings|notes|loans).*"
    r"|(long-term debt|term debt|notes|debt).*(due|payable|maturing) within (one|a) year.*|(long-term "
    r"|term )?(debt|notes)(, current.*)?"
    r"|convertible .*notes?.*",
    "short_term_borrowings": r"(short-term|bank|revolving|other short-term) (debt|borrowings|loans?"
    r"|notes payable|overdrafts?)"
    r"|commercial paper.*|borrowings|loans and borrowings|notes payable.*|line of credit"
    r"|interest-bearing (loans|borrowings|debt).*",
}
_LONG_DEBT = (
    r"(long-term|non-?current|term|senior|total long-term) (debt|borrowings|notes|loans|financial (debt"
    r"|liabilities)).*"
    r"|debt(, net.*|, non-?current.*|, less current.*|, excluding current.*)?|(senior "
    r"|convertible )*notes( payable)?(, net.*)?"
    r"|(loans and )?borrowings|debt due after one year|interest-bearing (loans|borrowings|debt).*"
    r"|long-term .*(debt|notes).*"
    r"|(convertible|mortgages?|secured|unsecured|subordinated|junior|exchangeable|medium-term"
    r"|other long-term)\b.*\b(notes?|loans?|debt|debentures?|borrowings|mortgages?|facility|facilities"
    r"|payable)\b.*|mortgages?( payable)?|bonds( payable)?.*"
    r"|(.{0,30} )?(revolving|credit) (credit )?(facility|facilities|loans?|line|agreement).*"
    r"|(federal home loan bank|fhlb) advances.*|advances from (the )?(federal home loan bank|fhlb).*"
    r"|(bank )?loans?( payable)?|term loans?( facility)?.*|(senior )?debentures.*"
)
_CASH = {
    "operating_cash_flow": r"(net )?cash( flows?)?.{0,60}(operating activities|operations).*",
    "investing_cash_flow": r"(net )?cash( flows?)?.{0,60}investing activities.*",
    "financing_cash_flow": r"(net )?cash( flows?)?.{0,60}financing activities.*",
    "capex": r"(purchases?|payments?|acquisitions?|additions?|expenditures?"
    r"|investments?)\b.{0,40}\b(property|plant|equipment"
    r"|fixed assets|capital assets).*|capital (expenditures?|investments|spending).*|purchase of (tangible"
    r"|fixed).*",
    "dividends": r"(cash |payments? (of|for) "
    r"|common stock )*dividends?( and dividend equivalents)?( paid)?.{0,50}"
    r"|(payments?|distributions?) .{0,20}dividends.*",
    "buybacks": r"(re)?purchases? of (common|treasury|own|ordinary|our|company|class)?.{0,30}(stock"
    r"|shares?).*"
    r"|(common |treasury )?(stock|share)s? (re)?(purchase|buyback).*|payments? .{0,30}repurchases?.*stock.*"
    r"|treasury shares.*",
    "depreciation": r"(total )?depreciation(, depletion| and|,| &)?( depletion)?.{0,80}",
    "amortization": r"amortization of .{0,30}intangible.{0,40}|amortization of (acquired|purchased) .{0,40}",
    "stock_compensation": r"(non-?cash )?(share|stock|equity)-based (compensation|payments?).*|(share"
    r"|stock) (based )?compensation.*",
}  # fmt: skip

_LONGEST = 200
"""What is longer is prose, and would make patterns slow."""
_MARKS = str.maketrans({"’": "'", "‘": "'", "‑": "-", "–": "-"})
_TABLES = {
    INCOME: {item: re.compile(pattern) for item, pattern in _INCOME.items()},
    BALANCE: {item: re.compile(pattern) for item, pattern in _BALANCE.items()},
    CASH_FLOW: {item: re.compile(pattern) for item, pattern in _CASH.items()},
}
_PER_SHARE_TABLE = {item: re.compile(pattern) for item, pattern in _PER_SHARE.items()}
_SHARES_TABLE = {item: re.compile(pattern) for item, pattern in _SHARES.items()}
_DEBT_TABLE = {item: re.compile(pattern) for item, pattern in _DEBT.items()}
_LONG_DEBT_PATTERN = re.compile(_LONG_DEBT)
_NEEDS_TOTAL = frozenset(
    {"current_assets", "current_liabilities", "total_assets", "total_liabilities",
     "equity_with_noncontrolling",
     "liabilities_and_equity"}
)  # fmt: skip
_OF_PART = frozenset({"minority", "noncontrolling", "non-controlling", "discontinued"})


@dataclass
class Reader:
    """Walks down a statement; remembers the section it is in and what it has found."""

    statement: str
    found: set[str] = field(default_factory=set)
    totals: set[str] = field(default_factory=set)
    """Items found in a row that says total."""
    _section: str = ""
    _classified: bool = False
    """The balance sheet tells current from other items."""
    _comprehensive: bool = False
    _noncurrent: bool = False
    _liabilities: bool = False

    def head(self, label: str) -> None:
        """A row without figures begins a section: `Current liabilities:`, `Earnings per share:`."""
        self._section = plain(label)
        self._turn(self._section)

    def item(self, label: str) -> str | None:
        """The item that this row is the first to tell of, or the first to give the total of; else None.

        Kinds of long-term debt after the first are items of their own.
        """
        text = plain(label)
        item = self._match(text, label.lower())
        total = text.startswith("total ")
        self._turn(text)
        if item == "long_term_debt" and item in self.found and not total:
            item = next((part for part in PARTS_OF_DEBT if part not in self.found), None)
        better = total and item in _TOTALS_COUNT and item not in self.totals
        if item is None or (item in self.found and not better):
            return None
        self.found.add(item)
        if total:
            self.totals.add(item)
        if total and item == "long_term_debt":
            self.found.update(PARTS_OF_DEBT)
        return item

    def _turn(self, text: str) -> None:
        """Where in the balance sheet the rows below are."""
        if re.match(r"(total )?(non-?current|long-term|fixed) (assets|liabilities)", text):
            self._noncurrent = not text.startswith("total")
        elif text.startswith(("current assets", "current liabilities")):
            self._noncurrent, self._classified = False, True
        elif re.match(r"total current (assets|liabilities)", text):
            self._noncurrent, self._classified = True, True
        if "comprehensive" in text:
            self._comprehensive = True
        if text.startswith(("current liabilities", "liabilities", "total assets")):
            self._liabilities = True
            self._noncurrent = self._noncurrent and not text.startswith("total assets")

    def _match(self, text: str, raw: str) -> str | None:
        total = text.startswith("total ")
        bare = text.removeprefix("total ")
        if self.statement == INCOME:
            return self._income(bare, raw)
        if self.statement == BALANCE:
            return self._balance(bare, total=total)
        return _first(_TABLES[CASH_FLOW], bare)

    def _income(self, bare: str, raw: str) -> str | None:
        about = f"{self._section} {raw}"
        if "(in shares)" in raw or (
            "per share" not in raw and re.search(r"(average|number of|shares used)", about)
        ):
            return _first(_SHARES_TABLE, bare)
        if "per share" in about or "per common share" in about or "per ordinary share" in about:
            return _first(_PER_SHARE_TABLE, re.sub(r"\W*per (\w+ )?share\W*", " ", bare).strip(" -–—"))
        if _OF_PART & set(bare.split()):
            return None
        item = _first(_TABLES[INCOME], bare)
        return None if item == "net_income_attributable" and self._comprehensive else item

    def _balance(self, bare: str, *, total: bool) -> str | None:
        if self._liabilities and not total and (debt := self._debt(bare)):
            return debt
        for item, pattern in _TABLES[BALANCE].items():
            if pattern.fullmatch(bare):
                return item if total or item not in _NEEDS_TOTAL else None
        return "long_term_debt" if total and _LONG_DEBT_PATTERN.fullmatch(bare) else None

    def _debt(self, bare: str) -> str | None:
        if not self._classified and _SHORT_DEBT.fullmatch(bare):
            return "short_term_borrowings"
        if self._noncurrent or not self._classified:
            return "long_term_debt" if _LONG_DEBT_PATTERN.fullmatch(bare) else None
        return _first(_DEBT_TABLE, bare) or ("long_term_debt" if bare.startswith("long-term debt") else None)


def settle(values: dict[str, V]) -> None:
    """Which of two rows is the owners': of income that attributed to them, of equity the one without
    minorities.
    """
    if (ours := values.pop("net_income_attributable", None)) is not None:
        if "net_income" in values:
            values["net_income_with_noncontrolling"] = values["net_income"]
        values["net_income"] = ours
    if "shareholders_equity" not in values and "equity_with_noncontrolling" in values:
        values["shareholders_equity"] = values.pop("equity_with_noncontrolling")


def plain(label: str) -> str:
    """Lower case, without what stands in parentheses, marks of footnotes and closing punctuation."""
    text = label[:_LONGEST].lower().translate(_MARKS)
    text = (
        re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", text)
        if not re.fullmatch(r"\s*\(.*\)\s*", text)
        else text.strip("( )")
    )
    text = re.sub(r",? (see )?notes? \d+.*$|[*†$]|/(?= )", " ", text)
    return re.sub(r"\s+", " ", text).strip(" :,.;-—")


def _first(table: dict[str, "re.Pattern[str]"], text: str) -> str | None:
    return next((item for item, pattern in table.items() if pattern.fullmatch(text)), None)
