"""Schemas as providers take them, and tokens before they are counted."""

import pytest

from errand.model import Prompt, Replied, Said, ToolCall, ToolOffer, ToolResult
from errand.models.estimate import prompt_tokens, text_tokens
from errand.models.schemas import plain


def test_titles_go_and_properties_of_that_name_stay() -> None:
    schema = plain(
        {
            "title": "Book",
            "type": "object",
            "properties": {"title": {"title": "Title", "type": "string", "enum": ["title"]}},
            "$defs": {"title": {"title": "T", "anyOf": [{"title": "A", "type": "null"}]}},
            "default": {"title": "kept"},
        }
    )

    assert schema == {
        "type": "object",
        "properties": {"title": {"type": "string", "enum": ["title"]}},
        "$defs": {"title": {"anyOf": [{"type": "null"}]}},
        "default": {"title": "kept"},
    }


@pytest.mark.parametrize(
    ("text", "least"),
    [  # what hosted models make of it
        ("The company reports higher revenue than last year.", 9),
        ("1,234,567 9,876", 9),
        ("Übergrößen für Änderungen", 9),
        ("财务报表显示收入增长", 10),
        ("", 0),
    ],
)
def test_a_text_is_rather_estimated_too_long(text: str, least: int) -> None:
    assert least <= text_tokens(text) <= 3 * least


def test_everything_in_a_prompt_counts() -> None:
    offer = ToolOffer("read", "Reads.", {"type": "object"})
    empty = prompt_tokens(Prompt("", ()))
    grown = [
        Prompt("Work well.", ()),
        Prompt("", (Said("Begin."),)),
        Prompt("", (Replied("", (ToolCall("1", "read", {"file": "a"}),)),)),
        Prompt("", (Replied("", raw={"model": "m", "response": {"signature": "x" * 90}}),)),
        Prompt("", (ToolResult("1", "read", "text"),)),
        Prompt("", (), (offer,)),
        Prompt("", (), (), offer),
    ]

    assert min(prompt_tokens(each) for each in grown) > empty
