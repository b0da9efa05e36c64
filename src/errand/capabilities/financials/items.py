"""The lines that statements are made of: what each is called, where it belongs, what it is measured in."""

import re
from dataclasses import dataclass
from enum import StrEnum

from errand.capabilities.financials.model import StatementKind


class Measure(StrEnum):
    MONEY = "money"
    PER_SHARE = "money per share"
    SHARES = "shares"


@dataclass(frozen=True)
class Item:
    name: str
    label: str
    statement: StatementKind
    measure: Measure = Measure.MONEY
    instant: bool = False
    terms: str = ""
    """What companies call it, as a pattern; a row's label that matches is used instead of ours."""
    loss: str = ""
    """The label when the newest figure is negative."""
    mixes: bool = True
    """Another concept may fill in for a period that the chosen one says nothing about."""
    outflow: bool = False
    """Shown as a positive amount, also where a table has it in parentheses."""
    shown: bool = True
    """False: only used to derive others."""


_IN, _BS, _CF, _PS = (
    StatementKind.INCOME, StatementKind.BALANCE, StatementKind.CASH_FLOW, StatementKind.PER_SHARE,
)  # fmt: skip


def _income(
    name: str, label: str, terms: str = "", loss: str = "", *, outflow: bool = False, shown: bool = True
) -> Item:
    return Item(name, label, _IN, terms=terms, loss=loss, outflow=outflow, shown=shown)


def _balance(name: str, label: str, terms: str = "", *, mixes: bool = True, shown: bool = True) -> Item:
    return Item(name, label, _BS, instant=True, terms=terms, mixes=mixes, shown=shown)


def _cash(name: str, label: str, *, outflow: bool = False, shown: bool = True) -> Item:
    return Item(name, label, _CF, outflow=outflow, shown=shown)


DEBT_PARTS = {
    "debt_senior": "Senior notes", "debt_convertible": "Convertible notes", "debt_secured": "Secured debt",
    "debt_unsecured": "Unsecured debt", "debt_notes": "Notes payable", "debt_loans": "Loans payable",
    "debt_subordinated": "Subordinated debt", "debt_other": "Other long-term debt",
    "debt_advances": "Advances from Federal Home Loan Banks", "debt_credit_line": "Credit facility",
    "debt_row_a": "Other long-term debt", "debt_row_b": "Other long-term debt",
    "debt_row_c": "Other long-term debt", "debt_row_d": "Other long-term debt",
    "debt_row_e": "Other long-term debt",
}  # fmt: skip
"""Kinds of long-term debt, shown where the long-term debt is their sum."""


ITEMS: tuple[Item, ...] = (
    _income("revenue", "Revenue", r"(net |total |operating )*(sales|revenues?)( and other income)?|turnover"),
    _income("cost_of_revenue", "Cost of revenue",
            r"costs? of (sales|revenues?|(goods|products) sold|services)", outflow=True),
    _income("costs", "Total costs", shown=False),
    _income("gross_profit", "Gross profit", r"gross (margin|profit)"),
    _income("premiums", "Premiums earned"),
    _income("investment_income", "Net investment income"),
    _income("claims", "Claims and benefits", outflow=True),
    _income("interest_income", "Interest income"),
    _income("net_interest_income", "Net interest income"),
    _income("noninterest_income", "Noninterest income"),
    _income("credit_loss_provision", "Provision for credit losses"),
    _income("noninterest_expense", "Noninterest expense", outflow=True),
    _income("r_and_d", "Research and development", r"(research|technology|product) and development",
            outflow=True),
    _income("selling_marketing", "Sales and marketing", r"((sales|selling) and )?marketing", outflow=True),
    _income("general_administrative", "General and administrative", outflow=True),
    _income("sga", "Selling, general and administrative", outflow=True),
    _income("operating_income", "Operating income",
            r"operating (income|profit|earnings)|income from operations", "Operating loss"),
    _income("interest_expense", "Interest expense", outflow=True),
    _income("pretax_income", "Income before taxes", loss="Loss before taxes"),
    _income("income_tax", "Income tax"),
    _income("net_income", "Net income", r"net (income|earnings)", "Net loss"),
    _income("net_income_with_noncontrolling", "Net income including noncontrolling interests",
            loss="Net loss including noncontrolling interests"),
    Item("eps_basic", "Basic earnings per share", _PS, Measure.PER_SHARE, loss="Basic loss per share"),
    Item("eps_diluted", "Diluted earnings per share", _PS, Measure.PER_SHARE, loss="Diluted loss per share"),
    Item("shares_diluted", "Diluted shares (weighted average)", _PS, Measure.SHARES),
    Item("shares_outstanding", "Shares outstanding", _PS, Measure.SHARES, instant=True),
    Item("dividends_per_share", "Dividends per share", _PS, Measure.PER_SHARE),
    _balance("cash", "Cash and cash equivalents"),
    _balance("short_term_investments", "Short-term investments",
             r"(short[- ]term|marketable|current) (investments|securities)"),
    _balance("receivables", "Receivables", r"(trade|accounts) receivables?", mixes=False),
    _balance("inventory", "Inventories", r"inventor(y|ies)|materials and supplies"),
    _balance("current_assets", "Total current assets"),
    _balance("loans", "Loans"),
    _balance("ppe", "Property, plant and equipment", mixes=False),
    _balance("goodwill", "Goodwill"),
    _balance("intangibles", "Intangible assets", mixes=False),
    _balance("total_assets", "Total assets"),
    _balance("payables", "Accounts payable", mixes=False),
    _balance("deferred_revenue", "Deferred revenue", r"(deferred|unearned) revenues?|contract liabilities",
             mixes=False),
    _balance("deposits", "Deposits"),
    _balance("insurance_reserves", "Insurance reserves", mixes=False),
    _balance("current_liabilities", "Total current liabilities"),
    _balance("short_term_debt", "Debt due within a year"),
    _balance("long_term_debt", "Long-term debt", r"(long[- ]term|term|senior) (debt|notes|borrowings)",
             mixes=False),
    _balance("total_debt", "Total debt"),
    _balance("long_term_debt_total", "Long-term debt including the part due within a year", mixes=False),
    *(_balance(name, label, mixes=False) for name, label in DEBT_PARTS.items()),
    _balance("long_term_debt_current", "Current part of long-term debt", mixes=False, shown=False),
    _balance("short_term_borrowings", "Short-term borrowings", mixes=False, shown=False),
    _balance("debt_current", "Current debt", mixes=False, shown=False),
    _balance("debt_total", "Total debt", mixes=False, shown=False),
    _balance("total_liabilities", "Total liabilities"),
    _balance("temporary_equity", "Temporary equity"),
    _balance("retained_earnings", "Retained earnings", r"accumulated deficit|retained earnings"),
    _balance("shareholders_equity", "Shareholders’ equity",
             r"(share|stock)(holders|owners)[’'] (equity|deficit)", mixes=False),
    _balance("equity_with_noncontrolling", "Equity including noncontrolling interests", mixes=False),
    _balance("liabilities_and_equity", "Total liabilities and equity", shown=False),
    _cash("operating_cash_flow", "Cash from operating activities"),
    _cash("capex", "Capital expenditures", outflow=True),
    _cash("free_cash_flow", "Free cash flow"),
    _cash("investing_cash_flow", "Cash from investing activities"),
    _cash("financing_cash_flow", "Cash from financing activities"),
    _cash("dividends", "Dividends paid", outflow=True),
    _cash("buybacks", "Share buybacks", outflow=True),
    _cash("depreciation", "Depreciation and amortization"),
    _cash("amortization", "Amortization of intangible assets", shown=False),
    _cash("stock_compensation", "Stock-based compensation"),
)  # fmt: skip

BY_NAME = {item.name: item for item in ITEMS}

_LEAD = re.compile(r"^(total|consolidated)\s+", re.IGNORECASE)
_TAIL = re.compile(r"\s*(\(.*\)|\[.*\]|, net|,? \(?note \w+\)?)\s*$", re.IGNORECASE)


def label_of(item: Item, row: str, *, negative: bool) -> str:
    """The company's own term when it is one that people use for the item; ours otherwise."""
    if negative and item.loss:
        return item.loss
    term = _TAIL.sub("", _LEAD.sub("", row.strip().rstrip(":")))
    if item.terms and re.fullmatch(item.terms, term, re.IGNORECASE):
        return term[:1].upper() + (term[1:].lower() if term.isupper() or term.istitle() else term[1:])
    return item.label
