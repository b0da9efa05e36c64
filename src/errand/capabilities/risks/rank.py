"""`risks.rank`: which of a filing's risk factors weigh most, and why."""

from collections import Counter

from pydantic import BaseModel, Field

from errand.capabilities.filings.model import FilingSections, SectionsRef
from errand.capabilities.financials.model import Flag, FlagSet, FlagsRef
from errand.capabilities.risks.quoting import quotations_of
from errand.capabilities.risks.scoring import Weighed, weigh_risks
from errand.capabilities.risks.themes import OTHER, theme_of
from errand.capabilities.text.model import RankedRisk, RankedRisks, RisksRef
from errand.capability import Context, capability

TOP = 10
REPEATED_THEME = 0.85
"""The second of a theme ranks by its weight times this, the third by it times the square of this, and so on,
so that no theme crowds out the others."""
FEW, MOST_OF_A_THEME = 5, 3
"""Among the first five no theme has more than three, where there are others."""


class RankInput(BaseModel):
    sections: SectionsRef = Field(description="The filing taken apart, with its risk factors.")
    flags: FlagsRef | None = Field(
        default=None, description="Red flags in the figures; risks that agree with them weigh more."
    )


class RankOutput(BaseModel):
    risks: RisksRef = Field(description="All risk factors, weightiest first, with reasons and quotations.")
    risk_count: int = Field(description="How many risk factors were ranked.")
    top: list[str] = Field(description="Headings of the weightiest, at most ten, of different themes.")
    remarks: list[str] = Field(default_factory=list, description="Why there are none, when there are none.")


@capability("risks.rank")
def rank(wanted: RankInput, context: Context) -> RankOutput:
    """Rank the risk factors of a filing by weight and summarize the key risks with verbatim quotations,
    themes and reasons. Red flags found in the financial figures lift the risks that they agree with."""
    sections = context.load_model(wanted.sections, FilingSections)
    flags = context.load_model(wanted.flags, FlagSet).flags if wanted.flags else ()
    ranked = rank_risks(sections, flags)
    return RankOutput(
        risks=context.save_model(RisksRef, "risks.json", ranked),
        risk_count=len(ranked.risks),
        top=[each.risk.heading for each in ranked.risks[:TOP]],
        remarks=list(ranked.remarks),
    )


def rank_risks(sections: FilingSections, flags: tuple[Flag, ...]) -> RankedRisks:
    """Empty, with a remark, when the filing has no risk factors."""
    if not sections.risk_factors:
        said = sections.remarks or ("The filing holds no risk factors.",)
        return RankedRisks(document=sections.document, risks=(), remarks=said)
    weighed = weigh_risks(sections.risk_factors, flags)
    risks = [_ranked(sections, at, each) for at, each in enumerate(weighed)]
    return RankedRisks(document=sections.document, risks=tuple(_varied(risks)))


def _ranked(sections: FilingSections, at: int, weighed: Weighed) -> RankedRisk:
    factor = sections.risk_factors[at]
    theme, words = theme_of(factor.heading, factor.category, factor.text)
    about = f"about {theme}: {', '.join(f'“{word}”' for word in words)}" if words else ""
    return RankedRisk(
        risk=factor,
        score=weighed.score,
        reasons=(*weighed.reasons, *((about,) if about else ())),
        summary=quotations_of(factor),
        theme=theme,
    )


def _varied(risks: list[RankedRisk]) -> list[RankedRisk]:
    """Weightiest first, each lowered by the weightier ones of its theme; the first few are varied."""
    left = list(risks)
    met: Counter[str] = Counter()
    order: list[RankedRisk] = []

    def lowered(risk: RankedRisk) -> float:
        before = met[risk.theme]
        return risk.score * REPEATED_THEME ** (before * (before + 1) // 2)

    while left:
        others = [risk for risk in left if met[risk.theme] < MOST_OF_A_THEME] if len(order) < FEW else []
        best = max(others or left, key=lambda risk: (lowered(risk), -risk.risk.number))
        left.remove(best)
        ceiling = order[-1].score if order else 1.0
        order.append(_with_score(best, min(lowered(best), ceiling), met[best.theme]))
        met[best.theme] += best.theme != OTHER
    return order


def _with_score(risk: RankedRisk, score: float, before: int) -> RankedRisk:
    reasons = risk.reasons
    if before:
        verb = "ranks" if before == 1 else "rank"
        reasons = (*reasons, f"counted less: {before} on {risk.theme} {verb} higher")
    return risk.model_copy(update={"score": round(score, 4), "reasons": reasons})
