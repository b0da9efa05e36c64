"""A document read part by part, so that a model can find its way in it and cite it."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errand.agents.tools import LONGEST_RESULT
from errand.capabilities.citing import find_quote
from errand.capabilities.documents.blocks import BlockWriter
from errand.capabilities.documents.formats import Format
from errand.capabilities.documents.model import BlockKind, Document, DocumentRef, Emphasis
from errand.capabilities.documents.passages import (
    ROOM,
    OutlineInput,
    OutlineOutput,
    PassagesInput,
    PassagesOutput,
    outline_document,
    read_passages,
)
from errand.capabilities.documents.read import ReadInput, read
from errand.domain.errors import InputRefused
from errand.testing import FolderContext
from tests.unit.documents.made import docx, pdf, xlsx


@pytest.fixture
def context(tmp_path: Path) -> FolderContext:
    return FolderContext(tmp_path)


def stored(context: FolderContext, document: Document) -> DocumentRef:
    return context.save_model(DocumentRef, f"{document.name}.json", document)


def document_of(*texts: str, code: bool = False) -> Document:
    writer = BlockWriter()
    for text in texts:
        writer.add(BlockKind.CODE if code else BlockKind.PARAGRAPH, text)
    return writer.document(b"", "made.txt", Format.TEXT)


def read_file(context: FolderContext, name: str, content: bytes) -> DocumentRef:
    path = context.folder / name
    path.write_bytes(content)
    return read.run(ReadInput(file=context.attach(path)), context).document


def outlined(context: FolderContext, document: DocumentRef, **more: int | bool) -> OutlineOutput:
    return outline_document.run(
        OutlineInput.model_validate({"document": document.model_dump(), **more}), context
    )


def passages(context: FolderContext, document: DocumentRef, **more: int) -> PassagesOutput:
    return read_passages.run(
        PassagesInput.model_validate({"document": document.model_dump(), **more}), context
    )


def read_on(context: FolderContext, document: DocumentRef, characters: int) -> list[PassagesOutput]:
    """All answers that one gets by doing what each says."""
    answers = [passages(context, document, characters=characters)]
    while answers[-1].go_on:
        told = {name: int(number) for name, number in re.findall(r"(from_\w+) (\d+)", answers[-1].go_on)}
        answers.append(passages(context, document, characters=characters, **told))
    return answers


def test_an_outline_shows_headings_with_their_blocks_and_what_there_is(context: FolderContext) -> None:
    found = outlined(context, read_file(context, "plan.docx", docx()))

    assert found.outline == "[0] Overview\n  [5] Budget"
    assert (found.title, found.blocks, found.tables, found.go_on) == ("Plan of the mill", 6, 1, "")


def test_an_outline_shows_tables_when_it_is_asked_for_them(context: FolderContext) -> None:
    found = outlined(context, read_file(context, "plan.docx", docx()), tables=True, levels=1)

    assert found.outline == "[0] Overview\n  [3] table of 2 rows: Item | Cost"


def test_pages_stand_with_the_numbers_of_blocks(context: FolderContext) -> None:
    document = read_file(context, "report.pdf", pdf())

    assert "[0 page 1] Risk factors" in outlined(context, document).outline
    assert outlined(context, document).pages == 4
    assert passages(context, document).text.endswith(" page 4] Fourth page.")


def test_sheets_of_a_workbook_are_its_headings(context: FolderContext) -> None:
    document = read_file(context, "books.xlsx", xlsx({"2023": [["a", 1]], "2024": [["b", 2]]}))

    assert outlined(context, document).outline == "[0] 2023\n[2] 2024"


def test_what_is_only_set_like_a_heading_is_shown_as_one(context: FolderContext) -> None:
    writer = BlockWriter()
    writer.add(BlockKind.PARAGRAPH, "Item 7.", emphasis=Emphasis.BOLD)
    writer.add(BlockKind.PARAGRAPH, "Sales rose.")
    writer.add(BlockKind.PARAGRAPH, "A whole bold paragraph. " * 10, emphasis=Emphasis.BOLD)
    document = stored(context, writer.document(b"", "filing.htm", Format.HTML))

    assert outlined(context, document).outline == "[0] Item 7."
    assert passages(context, document, from_block=1).under == ["Item 7."]


def test_a_long_outline_is_continued_as_it_says(context: FolderContext) -> None:
    writer = BlockWriter()
    for number in range(400):
        writer.add(BlockKind.HEADING, f"Section {number} of many", level=1)
    document = stored(context, writer.document(b"", "long.md", Format.MARKDOWN))
    first = outlined(context, document)
    following = int(first.go_on.removeprefix("Call document.outline with from_block ").removesuffix("."))

    assert first.outline.endswith(f"[{following - 1}] Section {following - 1} of many")
    assert outlined(context, document, from_block=following).outline.startswith(f"[{following}] Section")


def test_blocks_are_read_under_their_numbers_with_the_headings_that_they_stand_under(
    context: FolderContext,
) -> None:
    found = passages(context, read_file(context, "plan.docx", docx()), from_block=2)

    assert found.text == (
        "[2] A new pump\n[3] Item | Cost\nPump | 1,200\n[4] Safety. Nobody works alone.\n[5] Budget"
    )
    assert (found.under, found.from_block, found.to_block, found.blocks) == (["Overview"], 2, 5, 6)


def test_only_whole_blocks_are_shown_when_they_fit(context: FolderContext) -> None:
    document = stored(context, document_of(*("word " * 60 for _ in range(10))))
    found = passages(context, document, characters=700)

    assert (found.from_block, found.to_block) == (0, 1)
    assert found.go_on == "Call document.passages with from_block 2."


@given(
    texts=st.lists(st.text(alphabet='ab \n"\\é', min_size=1, max_size=3_000), max_size=6),
    characters=st.integers(500, 3_000),
)
def test_going_on_as_told_reads_every_character_once(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], characters: int
) -> None:
    context = FolderContext(tmp_path_factory.mktemp("context"))
    document = document_of("first", *texts, code=True)
    answers = read_on(context, stored(context, document), characters)
    shown = "".join(re.sub(r"^\[\d+( from character \d+)?\] ", "", each.text) for each in answers)
    plain = re.sub(r"\n\[\d+\] ", "", shown)

    assert plain == "".join(block.text for block in document.blocks)


def test_an_answer_is_short_enough_to_be_seen_whole(context: FolderContext) -> None:
    document = stored(context, document_of("first", *('"quoted"\n\n' * 800 for _ in range(3)), code=True))
    answers = read_on(context, document, ROOM)

    assert max(len(json.dumps(each.model_dump())) for each in answers) <= LONGEST_RESULT


def test_what_is_shown_can_be_quoted(context: FolderContext) -> None:
    document = document_of("first", "He said: “No.” " * 400)
    ref = stored(context, document)
    second = read_on(context, ref, 1_000)[2]
    quote = second.text.split("] ", 1)[1].strip()

    assert find_quote(document, quote) is not None


def test_beginning_beyond_the_end_is_refused_with_where_that_is(context: FolderContext) -> None:
    document = stored(context, document_of("one", "two"))

    with pytest.raises(InputRefused, match="has 2 blocks, counted from 0"):
        passages(context, document, from_block=2)
    with pytest.raises(InputRefused, match="Block 1 has 3 characters"):
        passages(context, document, from_block=1, from_character=3)
    with pytest.raises(InputRefused, match="has 2 blocks"):
        outlined(context, document, from_block=9)


def test_a_document_without_text_says_so_and_its_outline_says_why(context: FolderContext) -> None:
    writer = BlockWriter()
    writer.remark("Page 1 has no text.")
    document = stored(context, writer.document(b"", "scan.pdf", Format.PDF))

    assert outlined(context, document).remarks == ["Page 1 has no text."]
    with pytest.raises(InputRefused, match="holds no text"):
        passages(context, document)


def test_an_empty_cell_of_a_table_is_seen(context: FolderContext) -> None:
    document = read_file(context, "counts.csv", b"site,count,by\nOld Weir,18,Ada\nGravel Bar,,Ben\nMill,7,\n")

    assert passages(context, document).text.splitlines()[2:] == ["Gravel Bar |  | Ben", "Mill | 7 |"]


def test_the_empty_cells_of_a_table_that_lays_out_a_page_are_left_out(context: FolderContext) -> None:
    document = read_file(context, "laid_out.csv", b"Revenue,,$,,\n,,,,391\nCost,,,,210\n")

    assert passages(context, document).text == "[0] Revenue | $\n391\nCost | 210"


def test_the_number_of_a_list_item_is_shown_with_it(context: FolderContext) -> None:
    document = read_file(context, "sheet.md", b"Do this:\n\n3. Count.\n\n   Twice.\n4. Add.\n\n- Rest.\n")

    assert passages(context, document).text.splitlines() == [
        "[0] Do this:",
        "[1 item 3.] Count.",
        "[2] Twice.",
        "[3 item 4.] Add.",
        "[4] Rest.",
    ]
