"""What a person would see of an HTML page is what is read, in the order in which they would read it."""

import hashlib

import pytest

from errand.capabilities.documents.html import read_html
from errand.capabilities.documents.model import Block, BlockKind, Document, Emphasis
from errand.domain.errors import InputRefused


def read(html: str) -> Document:
    return read_html(html.encode(), "page.html")


def only(html: str) -> Block:
    (block,) = read(html).blocks
    return block


def texts(html: str) -> list[str]:
    return [block.text for block in read(html).blocks]


def test_every_offset_finds_its_block_in_the_text() -> None:
    document = read(
        "<h1>One</h1><p>Two  and\n three</p><table><tr><td>a<td>1<tr><td>b<td>2</table><ul><li>Four"
    )

    assert [document.text[block.start : block.end] for block in document.blocks] == [
        "One", "Two and three", "a | 1\nb | 2", "Four",
    ]  # fmt: skip


def test_the_hash_and_name_of_the_original_are_kept() -> None:
    document = read_html(b"<p>x</p>", "a.htm")

    assert (document.name, document.sha256) == ("a.htm", hashlib.sha256(b"<p>x</p>").hexdigest())


def test_kinds_and_levels_follow_the_elements() -> None:
    document = read("<h2>H</h2><p>P</p><li>I</li><blockquote>Q</blockquote><pre>x = 1\ny = 2</pre>")

    assert [(block.kind, block.level) for block in document.blocks] == [
        (BlockKind.HEADING, 2),
        (BlockKind.PARAGRAPH, None),
        (BlockKind.ITEM, None),
        (BlockKind.QUOTE, None),
        (BlockKind.CODE, None),
    ]
    assert document.blocks[-1].text == "x = 1\ny = 2"


@pytest.mark.parametrize(
    ("html", "emphasis"),
    [
        ("<p><b>All of it</b></p>", Emphasis.BOLD),
        ("<p><b>All</b> <span style='font-weight:700'>of it</span></p>", Emphasis.BOLD),
        ("<div style='font:italic bold 10pt Arial'>All of it</div>", Emphasis.BOLD_ITALIC),
        ("<b><p><i>All of it</i></p></b>", Emphasis.BOLD_ITALIC),
        ("<p><font><em>All of it</em></font>.</p>", Emphasis.ITALIC),
        ("<p style='text-decoration:underline'>All of it</p>", Emphasis.UNDERLINE),
        ("<p style='font-weight:bold'><span style='font-weight:400'>None of it</span></p>", None),
        ("<p><a href='x' style='text-decoration:underline'>A link is no emphasis</a></p>", None),
        ("<style>.h {font-weight: bold}</style><p class='h'>All of it</p>", Emphasis.BOLD),
    ],
)  # fmt: skip
def test_emphasis_of_a_whole_block_is_told_however_it_is_set(html: str, emphasis: Emphasis | None) -> None:
    assert only(html).emphasis is emphasis


def test_the_emphasised_words_that_a_paragraph_begins_with_are_its_lead() -> None:
    block = only("<p><b>We rely on one </b><b><i>port.</i></b> It may close.</p>")

    assert (block.lead, block.emphasis) == ("We rely on one port.", None)


def test_emphasis_in_the_middle_is_no_lead() -> None:
    assert only("<p>We <b>rely</b> on it.</p>").lead is None


def test_spans_that_stand_apart_on_the_page_are_apart_in_the_text() -> None:
    block = only("<div><span>Item 1.</span><span style='padding-left:24pt'>Business</span></div>")

    assert block.text == "Item 1. Business"


def test_a_small_raised_number_does_not_change_the_number_before_it() -> None:
    assert only("<p>Sales were 1,234<sup>1</sup> tons</p>").text == "Sales were 1,234 1 tons"


def test_one_line_break_is_a_space_and_two_end_the_paragraph() -> None:
    assert texts("<p>one<br>two<br><br>three</p>") == ["one two", "three"]


def test_what_is_hidden_is_not_read() -> None:
    html = (
        "<div style='display:none'>no</div><ix:header><ix:hidden>no</ix:hidden></ix:header>"
        "<script>no</script>"
        "<p hidden>no</p><p>yes <span style='display: none'>no</span></p>"
    )

    assert texts(html) == ["yes"]


def test_inline_xbrl_tags_leave_the_words_as_they_are() -> None:
    html = "<p>Net sales of $<ix:nonFraction name='a:b' scale='6'>391</ix:nonFraction> million</p>"

    assert texts(html) == ["Net sales of $391 million"]


def test_bullets_make_items_whether_signs_or_table_cells() -> None:
    rows = "<tr><td>•</td><td>second</td></tr><tr><td>&#183;</td><td>third</td></tr>"
    html = f"<div>•&nbsp;first</div><table>{rows}</table>"

    assert [(block.kind, block.text) for block in read(html).blocks] == [
        (BlockKind.ITEM, "first"), (BlockKind.ITEM, "second"), (BlockKind.ITEM, "third"),
    ]  # fmt: skip


def test_a_heading_set_as_a_row_of_a_table_is_one_line() -> None:
    block = only("<table><tr><td><b>Item 1A.</b></td><td><b>Risk Factors</b></td></tr></table>")

    assert (block.kind, block.text, block.emphasis) == (
        BlockKind.PARAGRAPH, "Item 1A. Risk Factors", Emphasis.BOLD,
    )  # fmt: skip


def test_a_table_that_only_places_text_gives_its_paragraphs() -> None:
    long = "It goes on for a while, as text does. " * 8
    html = f"<table><tr><td>&nbsp;</td><td><p><i>Heading</i></p><p>{long}</p></td></tr></table>"

    assert [block.kind for block in read(html).blocks] == [BlockKind.PARAGRAPH, BlockKind.PARAGRAPH]


def test_columns_line_up_although_signs_have_cells_of_their_own() -> None:
    html = """<table>
      <tr><td colspan=3></td><td colspan=3>2024</td><td colspan=3>2023</td></tr>
      <tr><td colspan=3>Revenue</td><td>$</td><td>1,234</td><td></td><td>$</td><td>1,111</td><td></td></tr>
      <tr><td colspan=3>Loss</td><td colspan=2>(56</td><td>)</td><td colspan=2>(7.5</td><td>)%</td></tr>
    </table>"""

    assert only(html).rows == (
        ("", "2024", "2023"),
        ("Revenue", "$1,234", "$1,111"),
        ("Loss", "(56)", "(7.5)%"),
    )


def test_cells_that_reach_over_rows_push_the_next_rows_aside() -> None:
    html = "<table><tr><td rowspan=2>A<td>1</tr><tr><td>2</tr><tr><td>B<td>3</tr></table>"

    assert only(html).rows == (("A", "1"), ("", "2"), ("B", "3"))


def test_a_span_beyond_belief_costs_nothing() -> None:
    html = "<table><tr><td colspan=999999999>A</td><td>1</td></tr><tr><td>B</td><td>2</td></tr></table>"

    assert len(only(html).rows) == 2


END_OF_PAGE = (
    "<p>Aqualine | 2024 Form 10-K | {}</p><hr style='page-break-after:always'>"
    "<p><a href='#t'>Table of Contents</a></p>"
)


def pages(*texts: str) -> str:
    ends = [END_OF_PAGE.format(number) for number in range(1, len(texts))]
    return "".join(f"<p>{text}</p>{end}" for text, end in zip(texts, [*ends, ""], strict=True))


def test_pages_are_counted_and_running_heads_and_feet_are_dropped() -> None:
    document = read(pages("One is here.", "Two is here.", "Three is here.", "Four is here."))

    assert [(block.text, block.page) for block in document.blocks] == [
        ("One is here.", 1), ("Two is here.", 2), ("Three is here.", 3), ("Four is here.", 4),
    ]  # fmt: skip
    assert document.pages == 4


def test_a_page_without_marks_has_no_page_numbers() -> None:
    document = read("<p>One.</p><hr><p>Two.</p>")

    assert (document.pages, [block.page for block in document.blocks]) == (None, [None, None])


def test_a_rule_ends_a_page_where_page_numbers_stand_beside_it() -> None:
    document = read("".join(f"<p>Text {name}.</p><p>{n}</p><hr>" for n, name in enumerate("abcd", start=1)))

    assert [(block.text, block.page) for block in document.blocks][:2] == [("Text a.", 1), ("Text b.", 2)]


def test_anchors_belong_to_the_block_that_follows() -> None:
    document = read("<div id='i1'></div><p>One</p><p><a name='two'></a>Two</p>")

    assert [block.anchor for block in document.blocks] == ["i1", "two"]


def test_of_a_web_page_the_article_is_read_and_not_what_surrounds_it() -> None:
    html = (
        "<title>The news of today</title><header><a href='/'>Home</a></header><nav><ul><li>World</ul></nav>"
        "<main><article><h1>Rain</h1>"
        + "<p>It rained on the whole of the country for a day.</p>"
        * 6
        + "</article>"
        "<div class='share'>Share this</div></main><aside>Also read</aside><footer>About us</footer>"
    )
    document = read(html)

    assert document.title == "The news of today"
    assert {block.text for block in document.blocks} == {
        "Rain",
        "It rained on the whole of the country for a day.",
    }


@pytest.mark.parametrize(
    "content",
    [
        "<meta charset='iso-8859-1'><p>café “x”</p>".encode("cp1252"),
        "<?xml version='1.0' encoding='UTF-8'?><html><p>café “x”</p></html>".encode(),
        "<p>café “x”</p>".encode("utf-16"),
        "<p>caf&eacute; &#147;x&#148;</p>".encode("ascii"),
        b"<?xml version='1.0' encoding='ASCII'?><p>caf&#233; &#8220;x&#8221;</p>",
        "<meta charset='no-such-thing'><p>café “x”</p>".encode(),
    ],
)
def test_the_encoding_is_found(content: bytes) -> None:
    assert [block.text for block in read_html(content, "x").blocks] == ["café “x”"]


def test_a_typewritten_filing_gives_paragraphs_and_tables() -> None:
    prose = (
        "     The company makes pumps for water works and sells them in many countries of the world.\n" * 3
    )
    table = (
        "                      1999       1998\n"
        "Sales ........... $ 1,234    $ 1,111\n"
        "Costs               900        800\n"
    )
    html = f"<PRE>\n         ITEM 1.  BUSINESS\n\n{prose}\n{(prose + chr(10)) * 5}\n{table}</PRE>"
    document = read(html)

    assert document.blocks[0].text == "ITEM 1. BUSINESS"
    assert document.blocks[-1].rows[1:] == (("Sales", "$ 1,234", "$ 1,111"), ("Costs", "900", "800"))


def test_tags_that_were_never_closed_do_not_lose_the_text() -> None:
    document = read("<font>" * 5_000 + "<p>Still here</p>")

    assert [block.text for block in document.blocks] == ["Still here"]
    assert "nested" in document.remarks[0]


@pytest.mark.parametrize("content", [b"", b"   \n"])
def test_nothing_at_all_is_refused_in_a_sentence(content: bytes) -> None:
    with pytest.raises(InputRefused, match=r"x\.html is empty or holds no HTML; attach another file\."):
        read_html(content, "x.html")


def test_entities_of_the_document_are_not_expanded() -> None:
    html = "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/hostname'><!ENTITY b 'boom'>]><p>&a;&b; end</p>"

    assert "boom" not in read(html).blocks[-1].text.replace("&b;", "")
    assert read(html).blocks[-1].text.endswith("&a;&b; end")
