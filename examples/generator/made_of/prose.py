"""What the invented company says about itself: `prose.md`, its figures filled in."""

from dataclasses import dataclass
from pathlib import Path

from made_of.figures import Year


@dataclass(frozen=True)
class Block:
    level: int
    """1 an item, 2 a group of risk factors, 3 a risk factor, 0 a paragraph."""
    text: str


def blocks(now: Year, before: Year) -> list[Block]:
    template = Path(__file__).with_name("prose.md").read_text(encoding="utf-8")
    filled = template.format_map(_figures(now, before))
    made = []
    for part in filled.strip().split("\n\n"):
        marks, _, rest = part.partition(" ")
        level = len(marks) if set(marks) == {"#"} else 0
        made.append(Block(level, " ".join((rest if level else part).split())))
    return made


def _figures(now: Year, before: Year) -> dict[str, str]:
    growth = now.flows["Revenues"] / before.flows["Revenues"] - 1
    debt = now.balance["LongTermDebtCurrent"] + now.balance["LongTermDebtNoncurrent"]
    both = {
        "interest": "InterestExpense",
        "operating_income": "OperatingIncomeLoss",
        "net_income": "NetIncomeLoss",
        "operating_cash": "NetCashProvidedByUsedInOperatingActivities",
    }
    return {
        "growth": f"{100 * growth:.1f}",
        "revenue": _million(now.flows["Revenues"]),
        "margin": _margin(now),
        "margin_before": _margin(before),
        "restructuring": _million(now.flows["RestructuringCharges"]),
        "capex": _million(now.flows["PaymentsToAcquirePropertyPlantAndEquipment"]),
        "dividends": _million(now.flows["PaymentsOfDividendsCommonStock"]),
        "debt": _million(debt),
        "due": _million(now.balance["LongTermDebtCurrent"]),
        "cash": _million(now.balance["CashAndCashEquivalentsAtCarryingValue"]),
        "inventories": _million(now.balance["InventoryNet"]),
        **{name: _million(now.flows[concept]) for name, concept in both.items()},
        **{f"{name}_before": _million(before.flows[concept]) for name, concept in both.items()},
    }


def _million(thousands: int) -> str:
    return f"${thousands / 1000:,.1f} million"


def _margin(year: Year) -> str:
    return f"{100 * year.flows['GrossProfit'] / year.flows['Revenues']:.1f}%"
