"""What the financial report says, and how."""

import re
from pathlib import Path

import pytest

from errand.capabilities.financials.model import FlagsRef, RatiosRef, Statements, StatementsRef
from errand.capabilities.financials.report import FinancialReportInput, report
from errand.capabilities.reports.markdown import Heading, plain
from errand.capabilities.reports.model import Claims
from errand.capabilities.reports.parsing import parse
from errand.domain.errors import InputRefused
from errand.testing import FolderContext
from tests.unit.reports.invented_company import HEADINGS, flags, make, ratios, statements


def test_it_has_its_sections_in_order(tmp_path: Path) -> None:
    blocks = parse(make(tmp_path).markdown)
    assert [plain(b.content) for b in blocks if isinstance(b, Heading) and b.level == 2] == [
        "Summary",
        "Key figures",
        "Growth and profitability",
        "Balance sheet, debt and liquidity",
        "Cash flow",
        "Trends",
        "Red flags from the numbers",
        "Key risks",
        "What this rests on",
        "Sources",
    ]


def test_a_loss_is_called_a_loss(tmp_path: Path) -> None:
    text = make(tmp_path).markdown
    assert "net loss of $7.45 million, after a net income of $12.90 million a year before" in text
    assert "| Net income (loss) | -$7.45 million | $12.90 million | -157.75 % |" in text


def test_growth_is_shown_beside_both_years(tmp_path: Path) -> None:
    text = make(tmp_path).markdown
    assert "revenue of $412.30 million, up 6.24 % from $388.10 million [1]" in text


def test_headings_of_risks_read_as_they_are_in_the_filing(tmp_path: Path) -> None:
    titles = [
        plain(b.content) for b in parse(make(tmp_path).markdown) if isinstance(b, Heading) and b.level == 3
    ]
    assert titles == [f"{number}. {heading}" for number, heading in enumerate(HEADINGS, start=1)]


def test_without_a_filing_the_risks_come_from_the_numbers_and_say_so(tmp_path: Path) -> None:
    text = make(tmp_path, with_filing=False).markdown
    assert "derived from the numbers only" in text
    assert "Item 1A" not in text
    assert "“" not in text


def test_every_mark_leads_to_an_entry(tmp_path: Path) -> None:
    body, _, sources = make(tmp_path).markdown.partition("## Sources")
    used = set(re.findall(r"(?<!\\)\[(\d+)\]", body))
    assert used == set(re.findall(r"^- \[(\d+)\]", sources, flags=re.M))


def test_sources_hold_the_exact_value_and_the_fact(tmp_path: Path) -> None:
    assert "FY2025 412,300,000 USD, lb:revenue (c-0)" in make(tmp_path).markdown.replace("\\", "")


def test_each_claim_has_a_source(tmp_path: Path) -> None:
    made = make(tmp_path)
    claims = made.context.load_model(made.report.claims, Claims).claims
    assert len(claims) > 40
    assert all(claim.sources[0].sha256 for claim in claims)


def test_another_currency_has_its_own_sign(tmp_path: Path) -> None:
    text = make(tmp_path, currency="EUR").markdown
    assert "€412.30 million" in text
    assert "In millions of EUR" in text


def test_it_ends_by_saying_what_it_is_not(tmp_path: Path) -> None:
    assert "informational and not investment advice" in make(tmp_path).markdown.splitlines()[-1]


def test_a_flag_whose_figures_can_not_be_traced_is_told_in_our_own_words(tmp_path: Path) -> None:
    context, made = FolderContext(tmp_path), statements()
    flagged = flags(made, title="Losses reached $99.9 million.")
    done = report.run(
        FinancialReportInput(
            statements=context.save_model(StatementsRef, "s.json", made),
            ratios=context.save_model(RatiosRef, "r.json", ratios(made)),
            flags=context.save_model(FlagsRef, "f.json", flagged),
        ),
        context,
    )
    text = context.load(done.report).decode()
    assert "$99.9" not in text
    assert "Net loss: -$7.45 million (FY2025)" in text


def test_one_period_alone_has_no_change_and_no_trend(tmp_path: Path) -> None:
    made = statements()
    text = reported(FolderContext(tmp_path), made.model_copy(update={"periods": made.periods[:1]}))
    assert "| Figure | FY2025 | Source |" in text
    assert "no trend is drawn" in text


def test_premiums_that_stand_for_revenue_are_shown_once(tmp_path: Path) -> None:
    made = statements()
    premiums = made.lines[0].model_copy(update={"item": "premiums", "label": "Premiums earned"})
    text = reported(FolderContext(tmp_path), made.model_copy(update={"lines": (*made.lines, premiums)}))
    assert "Premiums earned |" not in text


def test_statements_without_figures_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="hold no figures"):
        reported(FolderContext(tmp_path), statements().model_copy(update={"lines": ()}))


def reported(context: FolderContext, made: Statements) -> str:
    done = report.run(
        FinancialReportInput(
            statements=context.save_model(StatementsRef, "s.json", made),
            ratios=context.save_model(RatiosRef, "r.json", ratios(statements())),
            flags=context.save_model(FlagsRef, "f.json", flags(statements())),
        ),
        context,
    )
    return context.load(done.report).decode()
