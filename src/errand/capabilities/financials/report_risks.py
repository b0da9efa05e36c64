"""The sections of a financial report that say what could go wrong, and what all of it rests on."""

from collections.abc import Iterator, Sequence

from errand.capabilities.financials.model import Figure, Flag, Severity
from errand.capabilities.financials.report_page import Page
from errand.capabilities.financials.report_words import counted, day, sentence
from errand.capabilities.reports.figures import TOLERANCE, show
from errand.capabilities.reports.markdown import escape
from errand.capabilities.reports.reading import Amount, amounts, folded
from errand.capabilities.text.model import Quotation, RankedRisk

_IN_DETAIL = 6
_QUOTED_CHARACTERS = 450
"""Of one risk, about; its first quotation is shown whatever its length."""
_MOST_REASONS = 4
_LEFT_OUT = " is left out where it means nothing"
_QUOTE = '"'


def red_flags(page: Page) -> Iterator[str]:
    flags = sorted(page.flags.flags, key=lambda flag: list(Severity).index(flag.severity))
    if not flags:
        yield f"None of the {page.flags.rules_applied} rules that were applied to the numbers found anything."
        yield ""
        return
    yield f"Of {page.flags.rules_applied} rules applied to the numbers, these found something, gravest first."
    yield ""
    for flag in flags:
        yield f"- **{flag.severity.capitalize()}.** {flag_said(page, flag)}"
        yield ""
        yield f"  *Rule {flag.rule}:* {escape(sentence(flag.explanation))}"
        yield ""


def key_risks(page: Page) -> Iterator[str]:
    if page.risks and page.risks.risks:
        yield from _filed_risks(page, page.risks.risks)
    else:
        yield from _risks_from_numbers(page)


def foundations(page: Page) -> Iterator[str]:
    """Documents, periods, currency, and what was not reported or had to be derived."""
    documents = page.ledger.documents()
    if page.sections and page.sections.sha256:
        documents.setdefault(page.sections.document, page.sections.sha256)
    for name, digest in documents.items():
        yield f"- {escape(name)}, SHA-256 `{digest}`"
    periods = ", ".join(f"{escape(p.label)} (ended {day(p.end)})" for p in page.statements.periods)
    yield f"- Periods: {periods}. Currency: {page.statements.currency}."
    yield "- Figures are shown rounded by at most half a percent; the exact values stand under Sources."
    if page.risks and page.risks.risks:
        yield "- Sentences quoted from the filing were chosen by their content and are verbatim."
    for remark in _remarks(page):
        yield f"- {escape(sentence(remark))}"
    yield ""


def flag_said(page: Page, flag: Flag) -> str:
    """Its title when each figure in it is one of the flag's own; else the figures in our own words."""
    subject = f"Red flag {flag.rule}"
    titled = [(amount, _meant(amount, flag.figures)) for amount in amounts(flag.title) if amount.unit]
    traced = [(amount, figure) for amount, figure in titled if figure]
    if len(traced) == len(titled):
        for figure in flag.figures:
            page.ledger.figure(figure, subject)
        for amount, figure in traced:
            page.ledger.figure(figure, subject, as_shown=amount.text)
        return f"{escape(sentence(flag.title))} {page.ledger.mark(subject)}"
    shown = "; ".join(f"{page.ledger.figure(each, subject)} ({escape(each.period)})" for each in flag.figures)
    return f"{escape(flag.rule.replace('-', ' ').capitalize())}: {shown} {page.ledger.mark(subject)}"


def _meant(amount: Amount, figures: Sequence[Figure]) -> Figure | None:
    """The figure that an amount in a sentence stands for; a loss may be written without its minus."""
    for figure in figures:
        unit = figure.unit.partition("/")[0]
        near = abs(abs(amount.value) - abs(figure.value)) <= TOLERANCE * abs(figure.value)
        if near and amount.unit == unit and not (amount.value < 0 < figure.value):
            return figure
    return None


def _filed_risks(page: Page, risks: Sequence[RankedRisk]) -> Iterator[str]:
    document = escape(page.risks.document if page.risks else "")
    yield f"The risk factors of {document}, ranked by what they say and by the red flags above."
    yield ""
    for number, ranked in enumerate(risks[:_IN_DETAIL], start=1):
        yield from _detailed(page, number, ranked)
    if rest := risks[_IN_DETAIL:]:
        subject = "Other risk factors"
        yield "### Other risk factors, in order of rank"
        yield ""
        yield from (f"- {page.ledger.passage(r.risk.heading, r.risk.source, subject)}" for r in rest)
        yield ""
        yield f"Headings verbatim {page.ledger.mark(subject)}."
        yield ""


def _detailed(page: Page, number: int, ranked: RankedRisk) -> Iterator[str]:
    subject = f"Risk {number}"
    yield f"### {number}. {page.ledger.passage(ranked.risk.heading, ranked.risk.source, subject)}"
    yield ""
    group = (
        f" · {page.ledger.passage(ranked.risk.category, ranked.risk.source, subject)}"
        if _filed(ranked)
        else ""
    )
    yield f"*{escape(ranked.theme.capitalize())}*{group}"
    yield ""
    for quotation in _chosen(ranked.summary):
        yield f"> {page.ledger.quote(quotation.text, quotation.source, subject)} {page.ledger.mark(subject)}"
        yield ""
    if reasons := [reason for reason in ranked.reasons if not any(a.unit for a in amounts(reason))]:
        yield f"Why it ranks here: {escape('; '.join(reasons[:_MOST_REASONS]).replace(_QUOTE, '’'))}."
        yield ""


def _filed(ranked: RankedRisk) -> bool:
    return bool(ranked.risk.category.strip())


def _chosen(quotations: Sequence[Quotation]) -> Iterator[Quotation]:
    room = _QUOTED_CHARACTERS
    for place, each in enumerate(quotations):
        if place == 0 or len(each.text) <= room:
            room -= len(each.text)
            yield each


def _risks_from_numbers(page: Page) -> Iterator[str]:
    read = page.sections is not None and bool(page.sections.sections)
    why = "No risk factors were found in the filing's text" if read else "No filing text was given"
    yield f"**{why}: these risks are derived from the numbers only.** They say nothing about risks"
    yield "that have no figure, such as litigation, regulation or competition."
    yield ""
    if not page.flags.flags:
        yield "The numbers point to no risk by the rules applied."
        yield ""
    for number, flag in enumerate(page.flags.flags, start=1):
        topics = f" ({escape(', '.join(flag.topics[:3]))})" if flag.topics else ""
        yield f"{number}. {flag_said(page, flag)}{topics}"
    yield ""


def _remarks(page: Page) -> Iterator[str]:
    """Those whose figures can be traced, each once."""
    given = [*page.statements.remarks, *_gathered(page.ratios.remarks), *page.flags.remarks]
    given += [*(page.sections.remarks if page.sections else ()), *(page.risks.remarks if page.risks else ())]
    known = {folded(show(f.value, f.unit)) for line in page.statements.lines for f in line.figures}
    left_out = 0
    for remark in dict.fromkeys(given):
        if all(folded(amount.text) in known for amount in amounts(remark) if amount.unit):
            yield remark.replace('"', "’")
        else:
            left_out += 1
    if left_out:
        yield f"{counted(left_out, 'remark')} with figures of their own: see the files of this task"


def _gathered(remarks: Sequence[str]) -> Iterator[str]:
    """Ratios that mean nothing in some period, in one sentence; the rest as it is."""
    without = [remark.split(_LEFT_OUT)[0] for remark in remarks if _LEFT_OUT in remark]
    yield from (remark for remark in remarks if _LEFT_OUT not in remark)
    if without:
        yield f"Left out where they mean nothing, for want of a positive base: {'; '.join(without)}"
