import time
from collections.abc import Mapping

import pytest

from errand.capability import CapabilityDescription, Slot
from errand.domain.artifact import Artifact
from errand.domain.ids import SubtaskKey
from errand.domain.json import Json, JsonObject
from errand.domain.plan import Plan, Reference, Step
from errand.domain.request import Request
from errand.planning.checking import check_plan


def described(name: str, inputs: tuple[Slot, ...], outputs: tuple[Slot, ...]) -> CapabilityDescription:
    return CapabilityDescription(name, f"What {name} does.", inputs, outputs)


CATALOGUE: Mapping[str, CapabilityDescription] = {
    each.name: each
    for each in (
        described(
            "documents.read",
            (Slot("file", "file"),),
            (
                Slot("document", "document"),
                Slot("title", "text"),
                Slot("pages", "number"),
                Slot("on", "date"),
            ),
        ),
        described(
            "text.join",
            (
                Slot("documents", "document", many=True),
                Slot("title", "text", required=False),
                Slot("limit", "number", required=False),
                Slot("strict", "flag", required=False),
                Slot("since", "date", required=False),
                Slot("tags", "text", required=False, many=True),
            ),
            (Slot("report", "report"), Slot("files", "file", many=True), Slot("rows", "row", many=True)),
        ),
        described(
            "result.check",
            (Slot("report", "report"),),
            (Slot("passed", "flag"), Slot("faults", "text", many=True)),
        ),
    )
}
REQUEST = Request("Join them", (Artifact("a.txt", "text/plain", 1, "0" * 64, {}),) * 2)


def frm(text: str) -> JsonObject:
    return {"$from": text}


def step(key: str, capability: str, inputs: JsonObject, *after: str, optional: bool = False) -> Step:
    return Step(
        SubtaskKey(key), capability, "", inputs, tuple(SubtaskKey(a) for a in after), optional=optional
    )


def read(key: str = "read") -> Step:
    return step(key, "documents.read", {"file": frm("request.attachments[0]")})


def faults(*steps: Step, result: str | None = None, check: str | None = None) -> tuple[str, ...]:
    plan = Plan(steps, Reference.parse(result) if result else None, SubtaskKey(check) if check else None)
    return check_plan(plan, CATALOGUE, REQUEST)


def join_faults(**inputs: Json) -> tuple[str, ...]:
    return faults(read(), step("join", "text.join", {"documents": [frm("read.document")], **inputs}))


def test_a_plan_whose_parts_fit_has_no_faults() -> None:
    assert not faults(
        read(),
        step("again", "documents.read", {"file": frm("request.attachments[1]")}, "read"),
        step(
            "join",
            "text.join",
            {
                "documents": [frm("read.document"), frm("again.document")],
                "title": frm("read.title"),
                "limit": frm("read.pages"),
                "since": "2026-01-31",
                "strict": True,
                "tags": ["a", frm("read.on")],
            },
        ),
        step("check", "result.check", {"report": frm("join.report")}),
        result="join.report",
        check="check",
    )


def test_all_faults_are_said_at_once() -> None:
    found = faults(
        step("read", "document.read", {}),
        step("join", "text.join", {"document": 1}, "reed"),
        step("join", "text.join", {"documents": frm("nobody.x")}),
        result="read.document",
        check="join",
    )

    assert "Step join: 2 steps have this key; each step needs its own" in found
    assert "Step read: no capability is called document.read; did you mean documents.read?" in found
    assert "Step join: text.join has no input called document; did you mean documents?" in found
    assert "Step join: text.join needs the input documents (a list of document)" in found
    assert "Step join: it comes after reed, which is no step; did you mean read?" in found
    assert "Step join: input documents refers to nobody.x, but there is no step nobody" in found
    assert "The check join can not be one: text.join does not give `passed` and `faults`" in found


def test_a_plan_without_steps_is_a_fault() -> None:
    assert faults() == ("The plan has no steps",)


def test_a_circle_is_named_in_order() -> None:
    found = faults(
        step("c", "documents.read", {"file": frm("b.document")}),
        step("a", "documents.read", {"file": frm("c.document")}),
        step("b", "documents.read", {"file": frm("a.document")}),
        step("outside", "documents.read", {"file": frm("a.document")}),
    )

    assert found == (
        "Step c: the steps wait for one another in a circle: c waits for b, b waits for a, a waits for c",
    )


def test_a_step_that_waits_for_itself_is_a_circle() -> None:
    assert "me waits for me" in faults(step("me", "documents.read", {"file": frm("me.document")}))[0]


def test_two_circles_are_both_named() -> None:
    found = faults(
        step("a", "documents.read", {"file": frm("request.attachments[0]")}, "b"),
        step("b", "documents.read", {"file": frm("request.attachments[0]")}, "a"),
        step("c", "documents.read", {"file": frm("request.attachments[0]")}, "d"),
        step("d", "documents.read", {"file": frm("request.attachments[0]")}, "c"),
    )

    assert len(found) == 2


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        ({"documents": [frm("read.title")]}, "takes a list of document, but read.title is a text"),
        ({"documents": frm("read.document")}, "read.document is only one; put it in a list"),
        ({"documents": "read.document"}, "takes a list of document, not 'read.document'; put it in a list"),
        ({"documents": [frm("request.attachments")]}, "request.attachments is a list of file"),
        ({"title": 3}, "input title takes a text, not 3"),
        ({"title": frm("read.pages")}, "takes a text, but read.pages is a number"),
        ({"title": ["x"]}, "takes one text, not a list"),
        ({"title": {"x": 1}}, "takes a text, not an object"),
        ({"limit": True}, "input limit takes a number, not True"),
        ({"limit": "7"}, "input limit takes a number, not '7'"),
        ({"strict": "yes"}, "input strict takes a flag, not 'yes'"),
        ({"since": "soon"}, "input since takes a date, not 'soon'"),
        ({"tags": ["a", 1]}, "input tags takes a text, not 1"),
        ({"documents": None}, "takes a list of document, not nothing"),
        ({"title": frm("read.titel")}, "documents.read does not give titel; did you mean title?"),
        ({"title": frm("read.title.first")}, "a text has no field first"),
        ({"title": frm("read.title[0]")}, "what stands before 0 is not a list"),
        ({"title": frm("request.attachments[2].name")}, "the request has 2 attachments"),
        ({"title": frm("request.attachments.name")}, "what stands before name is a list"),
        ({"title": frm("request.subject")}, "a request has only text and attachments"),
        ({"title": frm("read..title")}, "'read..title' is not of the form step.field[0]"),
        ({"title": {"$from": "read.title", "else": ""}}, "has a reference that can not be read"),
    ],
)
def test_what_does_not_fit_an_input_is_said(inputs: JsonObject, says: str) -> None:
    (fault,) = join_faults(**inputs)

    assert says in fault


@pytest.mark.parametrize(
    "inputs",
    [
        {"title": None},
        {"title": frm("request.text")},
        {"title": frm("request.attachments[0].name")},
        {"title": frm("read.document.sha256")},
        {"limit": frm("read.document.size")},
        {"limit": 1.5},
        {"documents": []},
    ],
)
def test_what_fits_an_input_is_no_fault(inputs: JsonObject) -> None:
    assert join_faults(**inputs) == ()


def test_an_artifact_of_any_kind_is_a_file_but_a_file_is_not_yet_a_document() -> None:
    assert not faults(read(), step("again", "documents.read", {"file": frm("read.document")}))
    assert faults(step("join", "text.join", {"documents": frm("request.attachments")}))


def test_the_inside_of_a_model_is_not_described_and_so_not_judged() -> None:
    join = step("join", "text.join", {"documents": [], "title": frm("x.rows[0].name")})

    assert not faults(step("x", "text.join", {"documents": []}), join)


def test_what_an_agent_follows_does_not_come_from_what_a_step_read() -> None:
    follow = described(
        "agent.follow", (Slot("orders", "text", many=True, steers=True), Slot("notes", "text")), ()
    )
    orders: Json = ["Be brief.", frm("request.text"), frm("read.title")]
    inputs: JsonObject = {"orders": orders, "notes": frm("read.title")}
    plan = Plan((read(), step("do", "agent.follow", inputs)))

    found = check_plan(plan, {**CATALOGUE, "agent.follow": follow}, REQUEST)

    assert len(found) == 1
    assert "input orders is followed as it stands, so read.title can not go there" in found[0]


def test_what_is_needed_must_not_come_from_an_optional_step() -> None:
    optional = step("read", "documents.read", {"file": frm("request.attachments[0]")}, optional=True)
    needs_it: JsonObject = {"file": frm("read.document")}

    assert "comes from read, which is optional" in faults(optional, step("b", "documents.read", needs_it))[0]
    assert not faults(optional, step("b", "documents.read", needs_it, optional=True))
    assert not faults(optional, step("b", "text.join", {"documents": [frm("read.document")]}))


def test_the_result_must_be_a_file_or_a_text() -> None:
    assert "is a number" in faults(read(), result="read.pages")[0]
    assert "there is no step reed; did you mean read?" in faults(read(), result="reed.document")[0]
    assert not faults(read(), result="read.title")


def test_keys_that_no_reference_could_name_are_refused() -> None:
    assert len(faults(read("request"), read("a.b"), read("a[0]"), read(""))) == 4


def test_ten_thousand_steps_are_checked_in_a_moment() -> None:
    chain = [read("s0")]
    chain += [
        step(f"s{n}", "text.join", {"documents": [frm("s0.document")], "tags": ["x"]}, f"s{n - 1}")
        for n in range(1, 10_000)
    ]
    begun = time.perf_counter()

    assert not faults(*chain)
    assert time.perf_counter() - begun < 10.0  # 0.4 s; a square of the steps would take minutes


def test_ten_thousand_steps_at_fault_are_checked_in_a_moment() -> None:
    wrong = [step(f"s{n}", f"no.{n}", {"x": frm(f"t{n}.y")}, f"s{(n + 1) % 10_000}") for n in range(10_000)]
    begun = time.perf_counter()

    found = faults(*wrong)

    assert len(found) == 20_001
    assert "and so on through 10000 steps back to s0" in found[-1]
    assert time.perf_counter() - begun < 20.0


@pytest.mark.parametrize("inside", [False, True])
def test_no_plan_reaches_a_file_by_its_hash(*, inside: bool) -> None:
    file: JsonObject = {"name": "a", "media_type": "text/plain", "size": 1, "sha256": "0" * 64, "more": 1}
    inputs: JsonObject = {"documents": [file]} if inside else {"file": file}

    found = faults(step("read", "text.join" if inside else "documents.read", inputs))

    assert [each for each in found if "holds a file written out" in each]
