"""The folder that a person gets."""

import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from errand.domain.errors import InputRefused
from errand.domain.json import Json, JsonObject
from errand.frontends.page import excerpt, result_page
from errand.frontends.results import latest_first, layout, refuse_unusable

ONE, TWO, THREE = "1" * 64, "2" * 64, "3" * 64


def artifact(name: str, digest: str = ONE, subtask: str = "s", kind: str = "file") -> JsonObject:
    return {"name": name, "sha256": digest, "subtask": subtask, "kind": kind, "media_type": "x", "size": 1500}


def page(result: Json, *, status: str = "succeeded", content: bytes | None = None, **more: Json) -> str:
    made: list[Json] = [artifact("revenue chart.png", TWO), artifact("report.md")]
    record: JsonObject = {"status": status, "result": result, "request": {"text": "Do it"}, "artifacts": made}
    return result_page(
        record | more, {TWO: "artifacts/revenue chart.png", ONE: "artifacts/report.md"}, content
    )


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "/etc/passwd", "..", ".", "", "...", "a/../../b", "..\\b", "a\x00b",
     "x" * 500 + ".pdf", "é" * 200, ".hidden", "a\u202egpj", "con:x|y?"],
)  # fmt: skip
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    place = layout([artifact(name)])[ONE]
    parts = Path(place).parts

    assert parts[0] == "artifacts"
    assert len(parts) == 2
    assert parts[1] not in ("", ".", "..")
    assert len(parts[1].encode()) <= 255
    assert not parts[1].startswith(".")


def test_a_name_that_is_too_long_keeps_its_ending() -> None:
    assert layout([artifact("x" * 500 + ".pdf")])[ONE].endswith("x.pdf")


def test_files_that_share_a_name_are_told_apart() -> None:
    places = layout(
        [
            artifact("a.json", ONE, "first"),
            artifact("A.json", TWO, "second"),
            artifact("a.json", THREE, "second"),
        ]
    )

    assert places[ONE] == "artifacts/a.json"
    assert places[TWO] == "artifacts/second/A.json"
    assert places[THREE] == "artifacts/333333333333-a.json"


def test_what_was_corrected_gives_its_name_to_the_correction() -> None:
    steps: list[Json] = [{"key": "write", "revision": 1}, {"key": "write-2", "revision": 2}]
    made: list[Json] = [artifact("report.pdf", ONE, "write"), artifact("report.pdf", TWO, "write-2")]

    places = layout(latest_first({"plan": {"subtasks": steps}, "artifacts": made}))

    assert places == {TWO: "artifacts/report.pdf", ONE: "artifacts/write/report.pdf"}


def test_a_file_never_takes_the_name_of_a_folder() -> None:
    places = layout([artifact("x", ONE, "s", "document"), artifact("s", TWO, "t"), artifact("y", THREE, "t")])

    assert places == {ONE: "artifacts/s/x", TWO: "artifacts/t/s", THREE: "artifacts/y"}


def test_pictures_and_links_of_a_report_lead_to_the_artifacts() -> None:
    report = b"![R](revenue%20chart.png) [m](<report.md>) <img src='report.md'> [w](https://x/report.md)"

    shown = page(artifact("report.md") | {"media_type": "text/markdown"}, content=report)

    assert shown == (
        "![R](artifacts/revenue%20chart.png) [m](<artifacts/report.md>) <img src='artifacts/report.md'> "
        "[w](https://x/report.md)"
    )


def test_a_partial_result_says_at_its_top_what_is_missing() -> None:
    shown = page("Here it is.", status="partial", missing=["The *chart*: no data."])

    assert shown.startswith(
        "> **Partial result. What is missing, and why:**\n>\n> - The \\*chart\\*: no data.\n"
    )
    assert shown.endswith("\nHere it is.\n")


def test_a_result_that_is_no_text_is_laid_out() -> None:
    shown = page({"key_words": ["a_b", "c"], "file": artifact("revenue chart.png", TWO), "sure": True})

    assert "## Key words\n\n- a\\_b\n- c\n" in shown
    assert "[revenue chart.png](artifacts/revenue%20chart.png) (1.5 kB)" in shown
    assert "## Sure\n\nyes" in shown


def test_without_a_result_it_says_why() -> None:
    steps: JsonObject = {"subtasks": [{"title": "Read", "status": "failed", "error": "It is encrypted."}]}
    shown = page(None, status="failed", missing=["Nothing fits."], plan=steps)

    assert "> - Nothing fits." in shown
    assert "- Read failed: It is encrypted." in shown


def test_an_excerpt_is_the_first_heading_and_what_stands_under_it() -> None:
    text = "> note\n\n# Title\n\n![x](y)\n\n## Summary\n\nFirst \x1b[2Jwords.\n\n## More\n\nRest."

    assert excerpt(text) == "# Title\n\n## Summary\n\nFirst words."


def test_an_excerpt_goes_past_a_table_and_shows_a_letter() -> None:
    text = (
        "# Title\n\n## Who\n\n| a |\n|---|\n| 1 |\n| 2 |\n\n## Letter\n\nTo send:\n\n> Dear Ada,\n>\n> when?"
    )

    shown = excerpt(text)

    assert (
        shown
        == "# Title\n\n## Who\n\n(2 rows in a table)\n\n## Letter\n\nTo send:\n\n> Dear Ada,\n>\n> when?"
    )


def test_an_excerpt_has_an_end() -> None:
    assert len(excerpt("word " * 10_000)) < 2_000


def test_a_file_is_no_folder_for_a_result(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")

    with pytest.raises(InputRefused, match="is not a folder"):
        refuse_unusable(tmp_path / "file" / "below")


def test_a_folder_with_results_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "result.md").write_text("mine")

    with pytest.raises(InputRefused, match=r"holds a result\.md that is not Errand's"):
        refuse_unusable(tmp_path)


def test_a_folder_with_other_things_is_taken(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")

    refuse_unusable(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    "attempt",
    [
        "![a](https://example.org/p.png?told=1)", "![a](<//example.org/p.png>)",
        "![a[b]](http:&#47;&#47;e.org/p)",
        "![a][there]\n\n[there]: https://example.org/p.png", "![there]\n\n> [there]: https://example.org/p.png",
        "[![a](https://example.org/p.png)](artifacts/report.md)", "![a\nb](file:///etc/passwd)",
        "a <IMG src='https://example.org/p.png'>", "<script>fetch('https://example.org')</script>",
        "<td background=//example.org/p.png>", "![a](artifacts/x.png)![b](https://example.org/p.png)",
    ],
)  # fmt: skip
@pytest.mark.parametrize("as_file", [True, False])
def test_opening_a_result_loads_nothing_from_elsewhere(attempt: str, *, as_file: bool) -> None:
    result: JsonObject = {"name": "r.md", "media_type": "text/markdown", "sha256": ONE}
    shown = page(result, content=attempt.encode()) if as_file else page(attempt)

    rendered = MarkdownIt("commonmark", {"html": True}).render(shown)
    loaded = re.findall(r"<(?:img|script|td)\b[^>]*", rendered, re.IGNORECASE)
    assert [each for each in loaded if 'src="artifacts/' not in each] == []


def test_pictures_that_lie_with_a_result_are_shown_and_code_stays_code() -> None:
    text = "![Revenue](artifacts/revenue%20chart.png)\n\n`vec![1, 2]` and a < b"

    assert page(text) == text + "\n"
