"""Risks are ranked by what can be checked in the filing, and quoted verbatim."""

from decimal import Decimal
from pathlib import Path

import pytest

from errand.capabilities.filings.model import FilingSections, SectionsRef
from errand.capabilities.financials.model import Figure, Flag, FlagSet, FlagsRef, Severity
from errand.capabilities.risks.rank import RankInput, rank, rank_risks
from errand.capabilities.risks.scoring import figures_in, past_events
from errand.capabilities.risks.themes import theme_of
from errand.capabilities.sources import Source
from errand.capabilities.text.model import RankedRisks
from errand.testing import FolderContext
from tests.unit.filings.filing_pages import BODY, BOLD, taken_apart, ten_k

MILD = (
    "We work in many places. Some of them are far away from our plant. This makes it harder to plan our work."
)
GRAVE = (
    "A breach of our systems could have a material adverse effect on our results and lead to insolvency."
    " In 2023 we have experienced two breaches that cost $14 million."
    " We lost 9% of our customers because of them."
    " Our lenders could declare a default, which would severely limit our liquidity."
)
DEBT = "We have borrowed under a credit facility. If our lenders call the debt, our liquidity could suffer."
RISKS = {
    "Our offices are far apart from each other and from us.": MILD,
    "Cyber attacks could stop our plants.": GRAVE,
    "Hackers may gain unauthorized access to our data.": GRAVE,
    "Malware could harm our products.": GRAVE,
    "Our indebtedness could limit our liquidity.": DEBT,
    "We face intense competition.": "Competitors may lower their prices. We could lose market share.",
    "We may lose key employees.": "Our welders may leave us for others. It could be hard to hire new ones.",
}


def filing(risks: dict[str, str], group: str = "Risks Related to Us") -> tuple[FilingSections, str]:
    body = "".join(f"<p><b><i>{heading}</i></b></p><p>{text}</p>" for heading, text in risks.items())
    taken, document = taken_apart(ten_k(BOLD.format(group) + body))
    return taken, document.text


def flag(*topics: str) -> Flag:
    source = Source(document="facts.json", sha256="0" * 64, where="balance sheet", fact="us-gaap:Liabilities")
    figure = Figure(value=Decimal(3), unit="x", period="FY2023", sources=(source,))
    return Flag(
        rule="debt", severity=Severity.HIGH, title="Debt is three times equity", explanation="",
        topics=topics,        figures=(figure,),
    )  # fmt: skip


def places(ranked: RankedRisks) -> dict[str, int]:
    return {each.risk.heading: place for place, each in enumerate(ranked.risks)}


def test_what_is_grave_and_happened_and_has_figures_ranks_above_what_has_none() -> None:
    ranked = rank_risks(filing(RISKS)[0], ())

    assert ranked.risks[0].risk.heading == "Cyber attacks could stop our plants."
    assert places(ranked)["Our offices are far apart from each other and from us."] > 0
    assert any("already happened" in reason for reason in ranked.risks[0].reasons)
    assert any("$14 million" in reason for reason in ranked.risks[0].reasons)


def test_scores_fall_from_first_to_last_between_zero_and_one() -> None:
    scores = [each.score for each in rank_risks(filing(RISKS)[0], ()).risks]

    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_one_theme_does_not_fill_the_top() -> None:
    alike = {f"Cyber attacks of the kind {kind} could stop us.": GRAVE for kind in "abcdefg"}
    ranked = rank_risks(filing({**alike, **RISKS})[0], ())

    assert [each.theme for each in ranked.risks[:5]].count("cyber security") <= 3
    assert any("on cyber security rank higher" in reason for reason in ranked.risks[-1].reasons)


def test_risks_that_agree_with_a_red_flag_rise_and_say_why() -> None:
    sections, _ = filing(RISKS)
    heading = "Our indebtedness could limit our liquidity."
    before, after = rank_risks(sections, (flag("tax"),)), rank_risks(sections, (flag("liquidity", "debt"),))

    assert places(after)[heading] < places(before)[heading]
    risen = after.risks[places(after)[heading]]
    assert "the figures point the same way: Debt is three times equity" in risen.reasons


def test_what_stands_under_general_risks_counts_less_and_says_so() -> None:
    special = rank_risks(filing(RISKS)[0], ()).risks[0]
    general = rank_risks(filing(RISKS, "General Risk Factors")[0], ()).risks[0]

    assert general.score < special.score
    assert any("any company" in reason for reason in general.reasons)


def test_every_quotation_stands_in_the_filing_where_it_says() -> None:
    sections, text = filing(RISKS)

    for each in rank_risks(sections, ()).risks:
        assert 1 <= len(each.summary) <= 3
        for quotation in each.summary:
            assert (
                text[quotation.source.start : quotation.source.end]
                == quotation.text
                == quotation.source.quote
            )
            assert quotation.source.where == "Item 1A"


def test_a_sentence_cut_by_a_page_is_not_quoted() -> None:
    page = "</p><hr style='page-break-after:always'><p>"
    cut = f"The first half of this sentence could harm us and{page}its end too."
    sections, _ = filing({**RISKS, "We may be cut in two.": f"{BODY} {cut}"})
    last = next(
        each for each in rank_risks(sections, ()).risks if each.risk.heading == "We may be cut in two."
    )

    assert all("half" not in quotation.text and "its end" not in quotation.text for quotation in last.summary)


def test_a_risk_without_a_whole_sentence_is_summarised_by_its_heading() -> None:
    sections, _ = filing({**RISKS, "We may have only a list.": "one thing; another thing; a third thing"})
    risk = next(
        each for each in rank_risks(sections, ()).risks if each.risk.heading == "We may have only a list."
    )

    assert [quotation.text for quotation in risk.summary] == ["We may have only a list."]


@pytest.mark.parametrize(
    ("heading", "theme"),
    [
        ("Cyber attacks could stop our plants.", "cyber security"),
        ("We face intense competition.", "competition"),
        ("A recession could reduce demand.", "macroeconomy"),
        ("We depend on sole source suppliers.", "supply chain"),
        ("Our failure to comply with regulations could harm us.", "regulation"),
        ("We are party to lawsuits and class actions.", "litigation"),
        ("We may be unable to hire and keep qualified employees.", "people"),
        ("Our substantial indebtedness could limit us.", "debt and liquidity"),
        ("Changes in foreign exchange rates could reduce our revenue.", "currency"),
        ("Climate change may raise our costs.", "environment"),
        ("Damage to our brand and reputation could hurt sales.", "reputation"),
        ("Changes in tax rates could raise our taxes.", "tax"),
        ("We may not be able to protect our patents and trade secrets.", "intellectual property"),
        ("Pandemics could interrupt our operations.", "health and catastrophe"),
        ("Our loss reserves may prove inadequate, and reinsurance may be unavailable.", "insurance reserves"),
        ("Our clinical trials may fail to show that our product candidates are safe.", "clinical trials"),
        ("Our stock price is volatile.", "shares and ownership"),
        ("We have a history of losses and may never be profitable.", "profitability"),
        ("We may grow older.", "other"),
    ],
)
def test_the_theme_is_that_of_the_heading(heading: str, theme: str) -> None:
    assert theme_of(heading, "", "")[0] == theme


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("We have experienced outages.", True),
        ("We have in the past lost customers.", True),
        ("Our results have been adversely affected by storms.", True),
        ("We may have experienced outages.", False),
        ("We have offices in Graz.", False),
        ("If we have lost customers", True),
    ],
)
def test_what_happened_is_told_from_what_may(text: str, *, said: bool) -> None:
    assert bool(past_events(text)) is said


def test_amounts_and_shares_are_figures_and_years_are_none() -> None:
    assert figures_in("In 2023 we lost $14.5 million, 12% of sales, over 300 orders and €2.") == [
        "$14.5 million", "12%", "over 300", "€2",
    ]  # fmt: skip


def test_the_capability_stores_all_and_names_the_top(tmp_path: Path) -> None:
    context = FolderContext(tmp_path)
    ref = context.save_model(SectionsRef, "sections.json", filing(RISKS)[0])
    flags = context.save_model(
        FlagsRef, "flags.json", FlagSet(company="", flags=(flag("debt"),), rules_applied=1)
    )
    given = rank.run(RankInput(sections=ref, flags=flags), context)

    assert given.risk_count == len(RISKS) == len(context.load_model(given.risks, RankedRisks).risks)
    assert set(given.top) == set(RISKS)


def test_a_filing_without_risk_factors_gives_none_and_says_why(tmp_path: Path) -> None:
    context = FolderContext(tmp_path)
    empty = FilingSections(
        document="", sha256="", form="", sections=(), risk_factors=(), remarks=("No document.",)
    )  # fmt: skip
    given = rank.run(RankInput(sections=context.save_model(SectionsRef, "s.json", empty)), context)

    assert (given.risk_count, given.top, given.remarks) == (0, [], ["No document."])
