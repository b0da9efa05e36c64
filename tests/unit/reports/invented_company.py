"""A company that does not exist, with facts, statements and a filing that agree, for tests of reports."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from errand.capabilities.documents.model import Block, BlockKind, Document, DocumentRef
from errand.capabilities.filings.model import Fact, FactSet, FactsRef, FilingSections, RiskFactor, SectionsRef
from errand.capabilities.financials.model import (
    Figure,
    Flag,
    FlagSet,
    FlagsRef,
    Line,
    Period,
    Ratio,
    RatioGroup,
    RatioSet,
    RatiosRef,
    Severity,
    StatementKind,
    Statements,
    StatementsRef,
)
from errand.capabilities.financials.report import FinancialReport, FinancialReportInput, report
from errand.capabilities.sources import Source
from errand.capabilities.text.model import Quotation, RankedRisk, RankedRisks, RisksRef
from errand.testing import FolderContext

FILING = "larch-10-k.html"
FILING_HASH = "a1" * 32
PERIODS = tuple(
    Period(label=f"FY{y}", start=date(y - 1, 7, 1), end=date(y, 6, 30)) for y in (2025, 2024, 2023)
)
HEADINGS = (
    "We depend on *one* supplier of birch veneer, and losing it could stop our mills.",
    "Our loans hold covenants that we may be unable to keep in a weak year.",
    "A cyber attack could keep us from taking orders for weeks at a time.",
)
SENTENCES = (
    "In the past winter we ran two of our five mills on half shifts because veneer came late.",
    "A breach of these covenants would let the banks ask for $25.5 million at once.",
    'Our order system, which we call "Grove", has no second site that could take over.',
)
REVENUE = (412_300_000, 388_100_000, 350_000_000)
NET_INCOME = (-7_450_000, 12_900_000, 15_200_000)
OTHERS = {
    "total_assets": ("Total assets", StatementKind.BALANCE, (520_000_000, 498_000_000, 470_500_000)),
    "shareholders_equity": (
        "Shareholders’ equity",
        StatementKind.BALANCE,
        (118_000_000, 131_000_000, 126_000_000),
    ),
    "cash": ("Cash and cash equivalents", StatementKind.BALANCE, (9_120_000, 22_480_000, 30_010_000)),
    "long_term_debt": ("Long-term debt", StatementKind.BALANCE, (240_000_000, 205_000_000, 180_000_000)),
    "operating_cash_flow": (
        "Cash from operating activities",
        StatementKind.CASH_FLOW,
        (21_000_000, 33_500_000, 36_200_000),
    ),
    "capex": ("Capital expenditures", StatementKind.CASH_FLOW, (48_900_000, 30_700_000, 22_000_000)),
}


@dataclass(frozen=True)
class Made:
    """A finished report with everything it was made from."""

    context: FolderContext
    report: FinancialReport
    document: DocumentRef
    facts: FactsRef

    @property
    def markdown(self) -> str:
        return self.context.load(self.report.report).decode()


def document() -> Document:
    texts = [part for pair in zip(HEADINGS, SENTENCES, strict=True) for part in pair]
    blocks, start = [], 0
    for text in texts:
        blocks.append(Block(kind=BlockKind.PARAGRAPH, text=text, start=start))
        start += len(text) + 1
    return Document(name=FILING, media_type="text/html", sha256=FILING_HASH, blocks=tuple(blocks))


def statements(currency: str = "USD") -> Statements:
    lines = [
        _line("revenue", "Net sales", StatementKind.INCOME, REVENUE, currency),
        _line("net_income", "Net loss", StatementKind.INCOME, NET_INCOME, currency),
        *(_line(item, label, kind, values, currency) for item, (label, kind, values) in OTHERS.items()),
    ]
    per_share = _line(
        "eps_diluted",
        "Diluted loss per share",
        StatementKind.PER_SHARE,
        ("-0.62", "1.07"),
        f"{currency}/shares",
    )
    free = Line(
        item="free_cash_flow",
        label="Free cash flow",
        statement=StatementKind.CASH_FLOW,
        figures=tuple(_free(lines[-2].figures[n], lines[-1].figures[n]) for n in range(3)),
    )
    return Statements(
        company="Larch & Birch_Mills Inc.",
        form="10-K",
        currency=currency,
        periods=PERIODS,
        lines=(*lines, per_share, free),
        remarks=("No goodwill is reported.",),
    )


def facts(made: Statements) -> FactSet:
    """Those that the statements were read from."""
    found = {
        figure.sources[0].fact: Fact(
            concept=(figure.sources[0].fact or "").split(" ")[0], value=figure.value, unit=figure.unit,
            end=PERIODS[0].end, source=figure.sources[0],
        )
        for line in made.lines for figure in line.figures if figure.formula is None
    }  # fmt: skip
    return FactSet(company=made.company, currency=made.currency, facts=tuple(found.values()))


def ratios(made: Statements) -> RatioSet:
    revenue, net = made.line("revenue"), made.line("net_income")
    figures = (
        tuple(_margin(n, r) for n, r in zip(net.figures, revenue.figures, strict=True))
        if net and revenue
        else ()
    )
    margin = Ratio(
        name="net_margin",
        label="Net margin",
        group=RatioGroup.MARGINS,
        definition="net income / revenue",
        figures=figures,
    )
    return RatioSet(company=made.company, currency=made.currency, ratios=(margin,))


def flags(made: Statements, title: str = "The year ended with a net loss of $7.45 million.") -> FlagSet:
    net = made.line("net_income")
    loss = Flag(
        rule="net-loss",
        severity=Severity.HIGH,
        title=title,
        explanation="A net loss of any size; high from 1 % of revenue.",
        topics=("profit",),
        figures=net.figures[:1] if net else (),
    )
    return FlagSet(company=made.company, flags=(loss,), rules_applied=20)


def risks() -> RankedRisks:
    text = document().text
    ranked = []
    for number, (heading, sentence) in enumerate(zip(HEADINGS, SENTENCES, strict=True), start=1):
        factor = RiskFactor(heading=heading, text=sentence, number=number, source=_passage(text, heading))
        quoted = Quotation(text=sentence, source=_passage(text, sentence))
        ranked.append(
            RankedRisk(
                risk=factor,
                score=1 / number,
                reasons=("it already happened",),
                summary=(quoted,),
                theme="supply",
            )
        )
    return RankedRisks(document=FILING, risks=tuple(ranked))


def make(folder: Path, *, with_filing: bool = True, currency: str = "USD") -> Made:
    context = FolderContext(folder)
    made = statements(currency)
    sections = FilingSections(
        document=FILING,
        sha256=FILING_HASH,
        form="10-K",
        sections=(),
        risk_factors=tuple(r.risk for r in risks().risks),
    )
    given = FinancialReportInput(
        statements=context.save_model(StatementsRef, "statements.json", made),
        ratios=context.save_model(RatiosRef, "ratios.json", ratios(made)),
        flags=context.save_model(FlagsRef, "flags.json", flags(made)),
        risks=context.save_model(RisksRef, "risks.json", risks()) if with_filing else None,
        sections=context.save_model(SectionsRef, "sections.json", sections) if with_filing else None,
    )
    return Made(
        context=context,
        report=report.run(given, context),
        document=context.save_model(DocumentRef, "larch.json", document()),
        facts=context.save_model(FactsRef, "facts.json", facts(made)),
    )


def _line(item: str, label: str, kind: StatementKind, values: tuple[int | str, ...], unit: str) -> Line:
    figures = tuple(
        Figure(
            value=Decimal(value),
            unit=unit,
            period=period.label,
            sources=(
                Source(document=FILING, sha256=FILING_HASH, where=kind, fact=f"lb:{item} (c-{number})"),
            ),
        )
        for number, (period, value) in enumerate(zip(PERIODS, values, strict=False))
    )
    return Line(item=item, label=label, statement=kind, figures=figures)


def _free(operating: Figure, spent: Figure) -> Figure:
    value = operating.value - spent.value
    shown = [f"{each / 1000:,.0f}" for each in (value, operating.value, spent.value)]
    formula = f"{shown[0]} = {shown[1]} - {shown[2]}, {operating.unit} thousands"
    return operating.model_copy(
        update={"value": value, "formula": formula, "sources": operating.sources + spent.sources}
    )


def _margin(net: Figure, revenue: Figure) -> Figure:
    value = net.value / revenue.value * 100
    formula = f"{value:.4f} % = {net.value:,f} / {revenue.value:,f}"
    return net.model_copy(
        update={"value": value, "unit": "%", "formula": formula, "sources": net.sources + revenue.sources}
    )


def _passage(text: str, passage: str) -> Source:
    start = text.index(passage)
    return Source(
        document=FILING,
        sha256=FILING_HASH,
        where="Item 1A",
        quote=passage,
        start=start,
        end=start + len(passage),
    )
