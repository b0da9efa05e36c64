"""A report as one HTML file that needs nothing else: styles and pictures are inside, scripts forbidden."""

import base64
from collections.abc import Iterable, Mapping
from html import escape
from typing import assert_never

from errand.capabilities.reports.markdown import (
    Block,
    Blocks,
    Break,
    Code,
    Heading,
    Inline,
    Inlines,
    List,
    Mark,
    Paragraph,
    Picture,
    Quote,
    Rule,
    Span,
    Table,
)
from errand.capabilities.reports.pictures import Image

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
"""Nothing is fetched, nothing runs; links may still be followed."""

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2024; --soft: #5b6570; --line: #d5dae0; --paper: #fff;
  --shade: #f4f6f8; --link: #0b57a4; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --soft: #a2abb5; --line: #3a424b;
  --paper: #15181b; --shade: #1e2328; --link: #7db8f0; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
main { max-width: 52rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; overflow-wrap: break-word; }
h1, h2, h3, h4 { line-height: 1.25; margin: 1.8em 0 .5em; text-wrap: balance; }
h1 { font-size: 1.9rem; margin-top: 0; }
h2 { font-size: 1.3rem; border-bottom: 1px solid var(--line); padding-bottom: .25em; }
h3 { font-size: 1.05rem; }
p, ul, ol, blockquote, figure, pre { margin: .7em 0; }
li { margin: .25em 0; }
a { color: var(--link); }
sup { line-height: 0; font-size: .72em; }
sup a { text-decoration: none; padding: 0 .08em; }
blockquote { margin-left: 0; padding: .1em 1em; border-left: 3px solid var(--line); color: var(--soft); }
pre { background: var(--shade); padding: .8em 1em; overflow-x: auto; border-radius: 6px; }
code { font: .9em ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
figure img { max-width: 100%; height: auto; background: #fff; border-radius: 6px; }
.scroll { overflow-x: auto; margin: 1em 0; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; font-variant-numeric: tabular-nums; }
th, td { padding: .35em .6em; border-bottom: 1px solid var(--line); text-align: left;
  vertical-align: top; }
th { border-bottom: 2px solid var(--soft); }
.number { text-align: right; white-space: nowrap; }
.sources { font-size: .82rem; color: var(--soft); list-style: none; padding-left: 0; }
:target { background: var(--shade); outline: 2px solid var(--link); outline-offset: 2px; }
@media print { body { font-size: 10.5pt; color: #000; background: #fff; }
  main { max-width: none; padding: 0; }
  h2, h3 { break-after: avoid; } tr, figure, blockquote { break-inside: avoid; }
  thead { display: table-header-group; }
  a { color: inherit; text-decoration: none; } }
"""


def to_html(blocks: Blocks, title: str, images: Mapping[str, Image]) -> bytes:
    body = "\n".join(_block(block, images) for block in blocks)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n"
        "</body>\n</html>\n"
    ).encode()


def _block(block: Block, images: Mapping[str, Image]) -> str:
    if isinstance(block, Heading):
        return f"<h{block.level}>{_inlines(block.content, images)}</h{block.level}>"
    if isinstance(block, Paragraph):
        return _paragraph(block.content, images)
    if isinstance(block, Code):
        language = f' class="language-{escape(block.language)}"' if block.language else ""
        return f"<pre><code{language}>{escape(block.text)}</code></pre>"
    if isinstance(block, Quote):
        return f"<blockquote>{''.join(_block(inner, images) for inner in block.blocks)}</blockquote>"
    if isinstance(block, List):
        return _list(block, images)
    if isinstance(block, Table):
        return _table(block, images)
    if isinstance(block, Rule):
        return "<hr>"
    assert_never(block)


def _paragraph(content: Inlines, images: Mapping[str, Image]) -> str:
    inner = _inlines(content, images)
    return f"<figure>{inner}</figure>" if _is_figure(content) else f"<p>{inner}</p>"


def _is_figure(content: Inlines) -> bool:
    return len(content) == 1 and isinstance(content[0], Picture)


def _list(block: List, images: Mapping[str, Image]) -> str:
    items = "".join(f"<li>{_item(item, images)}</li>\n" for item in block.items)
    if block.first is not None:
        start = f' start="{block.first}"' if block.first != 1 else ""
        return f"<ol{start}>\n{items}</ol>"
    return f'<ul class="sources">\n{items}</ul>' if block.sources else f"<ul>\n{items}</ul>"


def _item(blocks: Blocks, images: Mapping[str, Image]) -> str:
    """A single paragraph stands in its item without a paragraph of its own."""
    if blocks and isinstance(blocks[0], Paragraph):
        rest = "".join(_block(block, images) for block in blocks[1:])
        return _inlines(blocks[0].content, images) + rest
    return "".join(_block(block, images) for block in blocks)


def _table(table: Table, images: Mapping[str, Image]) -> str:
    header = _row(table.header, table.numeric, "th", images)
    rows = "\n".join(f"<tr>{_row(row, table.numeric, 'td', images)}</tr>" for row in table.rows)
    body = f"<thead><tr>{header}</tr></thead>\n<tbody>\n{rows}\n</tbody>"
    return f'<div class="scroll"><table>\n{body}\n</table></div>'


def _row(cells: Iterable[Inlines], numeric: Iterable[bool], tag: str, images: Mapping[str, Image]) -> str:
    scope = ' scope="col"' if tag == "th" else ""
    flush = ("", ' class="number"')
    return "".join(
        f"<{tag}{scope}{flush[right]}>{_inlines(cell, images)}</{tag}>"
        for cell, right in zip(cells, numeric, strict=True)
    )


def _inlines(content: Iterable[Inline], images: Mapping[str, Image]) -> str:
    return "".join(_inline(each, images) for each in content)


def _inline(each: Inline, images: Mapping[str, Image]) -> str:
    if isinstance(each, Span):
        return _span(each)
    if isinstance(each, Break):
        return "<br>"
    if isinstance(each, Picture):
        return _picture(each, images)
    if isinstance(each, Mark):
        if each.defines:
            return f'<b id="source-{each.number}">[{each.number}]</b>'
        return f'<sup><a href="#source-{each.number}">[{each.number}]</a></sup>'
    assert_never(each)


def _span(span: Span) -> str:
    text = escape(span.text)
    for wanted, tag in (
        (span.code, "code"), (span.strike, "s"), (span.emphasis, "em"), (span.strong, "strong")
    ):  # fmt: skip
        text = f"<{tag}>{text}</{tag}>" if wanted else text
    if span.link:
        text = f'<a href="{escape(span.link)}" rel="noopener noreferrer">{text}</a>'
    return text


def _picture(picture: Picture, images: Mapping[str, Image]) -> str:
    image = images.get(picture.name)
    if image is None:
        return f"<em>{escape(picture.alt or picture.name)}</em>"
    data = base64.b64encode(image.content).decode("ascii")
    size = f' width="{image.width}" height="{image.height}"' if image.width else ""
    return f'<img src="data:{image.media_type};base64,{data}" alt="{escape(picture.alt)}"{size}>'
