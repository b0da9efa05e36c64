"""What the model is told to plan with."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field

from errand.capability import ArtifactRef, Context, capability
from errand.domain.artifact import Artifact
from errand.planning.model.describing import attachments, capabilities, shortened
from errand.testing import FolderContext
from tests.unit.planning_model.made import LETTER


class Entry(BaseModel):
    name: str = Field(description="Its name.")
    kind: Literal["text", "number"] = Field(default="text", description="Its type.")


class Form(BaseModel):
    file: ArtifactRef = Field(description="What to read.")
    fields: tuple[Entry, ...] = Field(description="What to look for.")
    format: Literal["pdf", "html"] | None = Field(default=None, description="As what.")


@capability("form.fill")
def fill(given: Form, context: Context) -> Entry:
    """Fill in
    a form."""
    del context
    return given.fields[0]


def test_an_input_says_its_type_its_choices_and_what_is_inside() -> None:
    told = capabilities({"form.fill": fill.describe()}).text
    assert told == (
        "## form.fill\n"
        "Fill in a form.\n"
        "- inputs:\n"
        "  - file (file, required): What to read.\n"
        "  - fields (list of entry, required): What to look for. Written out as an object: "
        "{name: text, kind: text? one of text/number}.\n"
        "  - format (text, optional): As what. One of: pdf, html.\n"
        "- outputs: name (text), kind (text)"
    )


class Nested(BaseModel):
    name: str
    parts: list["Nested"] = []


class Nesting(BaseModel):
    top: Nested


@capability("form.nest")
def nest(given: Nesting, context: Context) -> Nested:
    """Nest."""
    del context
    return given.top


def test_what_holds_more_of_its_own_kind_is_described_once() -> None:
    told = capabilities({"form.nest": nest.describe()}).text
    assert "{name: text, parts: list of nested?}." in told


def test_an_attachment_is_told_with_what_is_known_of_its_content(tmp_path: Path) -> None:
    told = attachments([LETTER], _beginning, FolderContext(tmp_path))
    assert told.text == (
        'request.attachments[0]: "letter.txt", text/plain, 1,234 bytes\n  begins: letter.txt\n  2 pages'
    )
    assert not told.trusted


def test_what_is_shortened_says_how_long_it_was() -> None:
    assert shortened("abcdef", 3) == "abc… [6 characters]"


def _beginning(attachment: Artifact, context: Context) -> str:
    del context
    return f"begins: {attachment.name}\n\n2 pages"
