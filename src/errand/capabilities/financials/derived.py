"""Lines that are not reported but follow from those that are; each figure carries its formula and all
sources.
"""

from collections.abc import Callable

from errand.capabilities.financials.debt import derive_debt
from errand.capabilities.financials.draft import Draft
from errand.capabilities.financials.top_line import derive_revenue

_ONLY_BANKS = frozenset({"deposits", "loans", "noninterest_income", "noninterest_expense"})
_BANKS_TOO = frozenset({"net_interest_income", "interest_income", "credit_loss_provision"})


def derive_all(draft: Draft) -> None:
    _drop_what_only_banks_and_insurers_have(draft)
    for step in _STEPS:
        step(draft)


def _drop_what_only_banks_and_insurers_have(draft: Draft) -> None:
    """Notes of others report interest and investment income too; there they are no lines of a statement."""
    reported = draft.lines.keys()
    if not (_ONLY_BANKS & reported and len((_ONLY_BANKS | _BANKS_TOO) & reported) > 1):
        for item in _ONLY_BANKS | _BANKS_TOO:
            draft.lines.pop(item, None)
    if "premiums" not in reported:
        for item in ("investment_income", "claims"):
            draft.lines.pop(item, None)


def _gross_profit(draft: Draft) -> None:
    draft.derive("gross_profit", "revenue - cost_of_revenue")


def _sga(draft: Draft) -> None:
    draft.derive("sga", "selling_marketing + general_administrative")


def _liabilities(draft: Draft) -> None:
    """Temporary equity is neither a liability nor equity; noncontrolling interests are equity."""
    missing = [p.label for p in draft.periods if draft.at("total_assets", p.label)]
    if all(draft.at("total_liabilities", label) for label in missing):
        return
    whole = "liabilities_and_equity" if "liabilities_and_equity" in draft.lines else "total_assets"
    equity = (
        "equity_with_noncontrolling" if "equity_with_noncontrolling" in draft.lines else "shareholders_equity"
    )
    names = [whole, equity] + (["temporary_equity"] if "temporary_equity" in draft.lines else [])
    if draft.derive("total_liabilities", " - ".join(names)):
        draft.remarks.append("Total liabilities are not reported as such; they are total assets less equity.")


def _depreciation(draft: Draft) -> None:
    """Where a filing tells depreciation and amortization apart, both count."""
    concept = draft.concepts.get("depreciation", "")
    apart = concept == "Depreciation" or (
        "epreciation" in concept and "“" in concept and "morti" not in concept
    )
    if not apart:
        return
    newest = draft.periods[0].label
    if draft.at("amortization", newest) is None:
        draft.labels["depreciation"] = "Depreciation"
        return
    alone = draft.lines.pop("depreciation")
    draft.lines["depreciation_alone"] = alone
    draft.derive(
        "depreciation",
        "depreciation + amortization",
        {"depreciation": "depreciation_alone", "amortization": "amortization"},
    )
    draft.labels["depreciation"] = "Depreciation and amortization"


def _cash(draft: Draft) -> None:
    """What the cash flow statement ends with may hold restricted cash."""
    if draft.concepts.get("cash", "").startswith("CashCashEquivalentsRestricted"):
        draft.labels["cash"] = "Cash, cash equivalents and restricted cash"
        draft.remarks.append("Cash is reported together with restricted cash only.")


def _free_cash_flow(draft: Draft) -> None:
    """Of a bank it says nothing: lending and deposits move its operating cash flow."""
    if not {"deposits", "noninterest_income"} & draft.lines.keys():
        draft.derive("free_cash_flow", "operating_cash_flow - capex")


_STEPS: tuple[Callable[[Draft], None], ...] = (
    derive_revenue, _gross_profit, _sga, _liabilities, _depreciation, derive_debt, _cash,
    _free_cash_flow,
)  # fmt: skip
