"""A filing as a PDF, set by Typst."""

import re
from pathlib import Path

from tests.made.filing import Filing, Statement, columns, day, head_cells, scale_words, shown, titles


def pdf(filing: Filing, folder: Path) -> bytes:
    """`folder` takes what Typst reads."""
    import typst

    parts = [
        "#set page(margin: 2cm)\n#set text(size: 9pt)", f"*FORM {filing.form}*",
        "ANNUAL REPORT PURSUANT TO SECTION 13 OR 15(d)", f"For the fiscal year ended {day(filing.end)}",
        f"*{_plain(filing.company)}*", "(Exact name of registrant as specified in its charter)",
        "*Item 1A. Risk Factors*",
        *(f"*{_plain(heading)}*\n\n{_plain(text)}" for heading, text in filing.risks),
        "*Item 8. Financial Statements*", *(_statement(filing, each) for each in filing.statements),
    ]  # fmt: skip
    source = folder / "made.typ"
    source.write_text("\n\n".join(parts))
    made = typst.compile(source)
    assert isinstance(made, bytes)
    return made


def _statement(filing: Filing, statement: Statement) -> str:
    over, heads = head_cells(filing, statement)
    width = columns(filing, statement)
    rows = [["", over, *[""] * (width - 1)]] if over else []
    rows.append(["", *heads])
    for row in statement.rows:
        figures = [shown(filing, row, value) for value in row.values[:width]]
        cells = [f"({text})" if parens else text for text, parens in figures]
        rows.append([row.label, *cells, *[""] * (width - len(cells))])
    cells_of_all = ",".join(f"[{_plain(cell)}]" for row in rows for cell in row)
    table = f"#table(columns: (1fr,{'auto,' * width}), stroke: none, inset: 3pt,{cells_of_all})"
    return f"#pagebreak()\n\n*{titles(statement)}*\n\n{_plain(scale_words(filing))}\n\n{table}"


def _plain(text: str) -> str:
    return re.sub(r"([\\#*_`<>@$\[\]~=+/-])", r"\\\1", text)
