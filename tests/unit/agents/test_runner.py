"""An agent works in turns: its calls, its output, its bounds."""

import json
from dataclasses import replace

import pytest

from errand.agents.agent import Bounds, Material, Section
from errand.domain.errors import AgentFailed, AnswerNeeded, BoundsReached, ContextTooLong
from errand.domain.json import JsonObject
from errand.model import Finish, Said, Traits
from errand.models.scripted import calling, saying
from tests.unit.agents import desk
from tests.unit.agents.conftest import Sit
from tests.unit.agents.desk import MATERIAL, adder, handing_in


def test_tools_are_called_and_their_results_told_until_the_output_is_handed_in(sit: Sit) -> None:
    at = sit(calling(("desk_add", {"figures": [1, 2, 3]})), handing_in(6))

    assert at.run().total == 6
    assert desk.calls == ["add [1, 2, 3]"]
    assert [(each.name, each.text) for each in at.results()] == [("desk_add", '{"total":6}')]


def test_instructions_tools_and_first_message_are_the_same_in_every_turn_and_run(sit: Sit) -> None:
    replies = (
        calling(("desk_add", {"figures": [1]})),
        calling(("desk_add", {"figures": [2]})),
        handing_in(3),
    )
    once, again = sit(*replies), sit(*replies)
    once.run()
    again.run()

    assert once.models.prompts == again.models.prompts
    fronts = {
        (each.instructions, repr(each.tools), repr(each.output), each.messages[0])
        for each in once.models.prompts
    }
    assert len(fronts) == 1


def test_calls_of_one_reply_run_in_order_and_handing_in_comes_last(sit: Sit) -> None:
    at = sit(
        calling(("hand_in", {"total": 3}), ("desk_add", {"figures": [1]}), ("desk_add", {"figures": [2]}))
    )

    assert at.run().total == 3
    assert desk.calls == ["add [1]", "add [2]"]


def test_an_output_beside_a_call_that_failed_is_not_taken(sit: Sit) -> None:
    at = sit(calling(("hand_in", {"total": 3}), ("desk_refuse", {"figures": [1]})), handing_in(4))

    assert at.run().total == 4


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("desk_subtract", {}, "no tool called 'desk_subtract'; there are: desk_add"),
        ("desk_add", {"figures": "many"}, "figures: Input should be a valid list"),
        ("desk_add", {}, "figures: Field required"),
        ("desk_read", {"notes": "b.md"}, "there is no file called 'b.md'; notes files here: none"),
        ("desk_read", {"notes": {"name": "x", "media_type": "", "size": 1, "sha256": "0"}}, "by its name"),
        ("desk_refuse", {"figures": [7]}, "The figures [7] can not be used."),
        ("desk_think", {"text": "hm"}, "desk.think works with a model itself"),
    ],
)  # fmt: skip
def test_a_call_that_can_not_be_made_is_answered_with_what_is_wrong(
    sit: Sit, name: str, arguments: dict[str, object], said: str
) -> None:
    at = sit(calling((name, arguments)), handing_in(1))  # type: ignore[arg-type]  # JSON of the test
    at.run()

    (result,) = at.results()
    assert result.failed
    assert said in result.text


def test_arguments_that_are_no_json_are_told_back(sit: Sit) -> None:
    good = calling(("desk_add", {"figures": [1]}))
    bad = replace(good, calls=(replace(good.calls[0], arguments=None, written='{"figures": [1'),))
    at = sit(bad, handing_in(1))
    at.run()

    assert 'no JSON object. They began: {"figures": [1' in at.results()[0].text


def test_text_without_a_call_is_answered_with_how_to_hand_in(sit: Sit) -> None:
    at = sit(saying("It is six."), handing_in(6))

    assert at.run().total == 6
    assert at.models.prompts[-1].messages[-1] == Said(
        "Call a tool, or hand in the result with hand_in: text alone is not read."
    )


def test_a_reply_that_was_cut_is_told_to_be_shorter(sit: Sit) -> None:
    at = sit(replace(saying("It is"), finish=Finish.LENGTH), handing_in(6))
    at.run()

    assert "cut at 8000 tokens: be shorter" in repr(at.models.prompts[-1].messages[-1])


def test_replies_that_can_not_be_used_end_it_after_the_corrections(sit: Sit) -> None:
    at = sit(script=lambda _: saying("Well."))

    with pytest.raises(AgentFailed, match="adder gave 4 replies in a row that can not be used"):
        at.run()
    assert len(at.models.prompts) == 4


def test_a_call_that_runs_makes_earlier_mistakes_good(sit: Sit) -> None:
    wrong, right = calling(("desk_add", {})), calling(("desk_add", {"figures": [1]}))
    at = sit(*[wrong, wrong, right] * 4, handing_in(1))

    assert at.run().total == 1


def test_all_faults_of_an_output_are_told_at_once_and_it_is_handed_in_again(sit: Sit) -> None:
    agent = adder(accept=lambda given, _: ["It is odd.", "It is small."] if given.total < 6 else ())
    at = sit(handing_in(5), handing_in(6))

    assert at.run(agent).total == 6
    assert at.results()[0].text == "It was not accepted:\n- It is odd.\n- It is small."


def test_an_output_that_is_refused_again_and_again_ends_it_with_the_faults(sit: Sit) -> None:
    agent = adder(bounds=Bounds(corrections=2), accept=lambda *_: ["It is odd."])
    at = sit(script=lambda _: handing_in(5))

    with pytest.raises(AgentFailed, match="It is odd") as failed:
        at.run(agent)
    assert failed.value.faults == ("It is odd.",)
    assert len(at.models.prompts) == 3


def test_after_it_was_given_up_the_next_attempt_begins_anew(sit: Sit) -> None:
    at = sit(script=lambda _: saying("Well."))
    with pytest.raises(AgentFailed):
        at.run()

    at.models.script = lambda _: handing_in(6)
    assert at.run().total == 6
    assert len(at.models.prompts[-1].messages) == 1


def test_in_the_last_turn_only_handing_in_is_left(sit: Sit) -> None:
    add = calling(("desk_add", {"figures": [1]}))
    at = sit(add, add, calling(("desk_add", {"figures": [9]}), ("hand_in", {"total": 2})))

    assert at.run(adder(bounds=Bounds(turns=3))).total == 2
    assert desk.calls == ["add [1]", "add [1]"]
    assert "This is your last turn (3 turns are the most)" in repr(at.models.prompts[-1].messages[-1])


@pytest.mark.parametrize(
    ("bounds", "reason"),
    [
        (Bounds(turns=4), "4 turns are the most"),
        (Bounds(tool_calls=3), "3 of 3 tool calls are made"),
        (Bounds(tokens=500), "360 of 500 tokens are used"),
        (Bounds(seconds=0), "0 of 0 seconds have passed"),
    ],
)
def test_an_agent_that_does_not_hand_in_within_its_bounds_says_which(
    sit: Sit, bounds: Bounds, reason: str
) -> None:
    at = sit(script=lambda _: calling(("desk_add", {"figures": [1]})))

    with pytest.raises(BoundsReached, match=reason):
        at.run(adder(bounds=bounds))
    asked = len(at.models.prompts)
    with pytest.raises(BoundsReached, match=reason):
        at.run(adder(bounds=bounds))
    assert len(at.models.prompts) == asked


def test_calls_beyond_the_most_in_one_reply_are_not_made(sit: Sit) -> None:
    added: list[tuple[str, JsonObject]] = [("desk_add", {"figures": [n]}) for n in range(5)]
    at = sit(calling(*added), handing_in(1))
    at.run(adder(bounds=Bounds(tool_calls=2)))

    assert desk.calls == ["add [0]", "add [1]"]


def test_a_long_result_is_cut_and_kept_and_read_on(sit: Sit) -> None:
    long = "".join(f"line {n}\n" for n in range(2_000))
    at = sit(
        calling(("desk_write", {"text": long})),
        calling(("desk_read", {"notes": "notes.md"})),
        calling(("read_on", {"file": "result-2.json", "offset": 6_000})),
        handing_in(1),
    )
    at.run()

    whole = json.dumps({"text": long}, separators=(",", ":"))
    cut, more = (each.text for each in at.results()[1:])
    assert cut.startswith(whole[:6_000])
    assert 'read_on {"file": "result-2.json", "offset": 6000} shows more' in cut
    assert more.startswith(whole[6_000:12_000])


def test_reading_on_past_the_end_and_of_what_is_no_text_is_refused(sit: Sit) -> None:
    at = sit(
        calling(("desk_write", {"text": "a\0b", "name": "a.bin"})),
        calling(("read_on", {"file": "a.bin"}), ("read_on", {"file": "result-1.json"})),
        handing_in(1),
    )
    at.run()

    assert "a.bin is no text" in at.results()[1].text
    assert "there is no file called 'result-1.json'; file files here: \"a.bin\"" in at.results()[2].text


def test_two_files_of_one_name_get_distinct_names(sit: Sit) -> None:
    at = sit(
        calling(("desk_write", {"text": "one"}), ("desk_write", {"text": "two"})),
        calling(("desk_read", {"notes": "notes.md"}), ("desk_read", {"notes": "notes (2).md"})),
        handing_in(1, source="notes (2).md"),
    )
    given = at.run()

    assert [each.text for each in at.results()] == [
        '{"notes":"notes.md"}', '{"notes":"notes (2).md"}', '{"text":"one"}', '{"text":"two"}'
    ]  # fmt: skip
    assert given.source is not None
    assert (type(given.source).kind, at.context.load(given.source)) == ("notes", b"two")


def test_files_that_it_is_given_are_listed_and_found_by_their_names(sit: Sit) -> None:
    at = sit(calling(("desk_read", {"notes": "a (2).md"})), handing_in(1))
    files = tuple(at.context.save(desk.NotesRef, "a.md", text, "text/markdown") for text in (b"one", b"two"))
    at.run(material=Material("Read.", files=files))

    assert at.results()[0].text == '{"text":"two"}'
    assert '- "a (2).md": notes, text/markdown, 3 bytes' in repr(at.models.prompts[0].messages[0])


def test_what_acts_on_the_outside_is_no_tool(sit: Sit) -> None:
    with pytest.raises(ValueError, match=r"desk\.send acts on the outside"):
        sit(handing_in(1)).run(adder(("desk.send",)))


def test_a_tool_that_is_not_offered_here_is_left_out(sit: Sit) -> None:
    at = sit(handing_in(1))
    at.run(adder(("desk.add", "desk.fly")))

    assert [each.name for each in at.models.prompts[0].tools] == ["desk_add", "read_on"]


def test_a_tool_that_asks_a_person_lets_the_subtask_wait_and_goes_on_with_the_answer(sit: Sit) -> None:
    at = sit(calling(("desk_add", {"figures": [1]}), ("desk_ask", {"text": "Which?"})), handing_in(1))
    with pytest.raises(AnswerNeeded):
        at.run()
    at.context.answers["which"] = "this one"

    assert at.run().total == 1
    assert at.results()[1].text == '{"text":"this one"}'
    assert (desk.calls, len(at.models.prompts)) == (["add [1]", "ask", "ask"], 2)


def test_one_subtask_may_hold_several_conversations(sit: Sit) -> None:
    at = sit(calling(("desk_write", {"text": "one"})), handing_in(1))
    other = Material("Something else.", (Section("Notes", "4"),))

    at.run()
    at.run(material=other)

    assert at.run().total == 1
    assert len(at.models.prompts) == 4
    assert '{"notes":"notes (2).md"}' in repr(at.models.prompts[3])


def test_what_happens_is_told_in_events_and_sentences(sit: Sit) -> None:
    at = sit(calling(("desk_add", {"figures": [1]}), ("desk_ask", {"text": "Which?"})), handing_in(1))
    at.context.answers["which"] = "this"
    at.run()

    told = [(each["type"], each.get("turn") or each.get("tool")) for each in at.context.told]
    assert told == [
        ("subtask.turn", 1), ("subtask.tool", "desk_add"), ("subtask.tool", "desk_ask"),
        ("subtask.turn", 2), ("subtask.tool", "hand_in"),
    ]  # fmt: skip
    assert at.context.said == ["adder: desk_add, desk_ask Which?", "desk.add: adding", "adder: hands in"]


def test_what_can_not_be_shortened_any_more_ends_it_with_a_sentence(sit: Sit) -> None:
    def too_long(_: object) -> None:
        raise ContextTooLong("too long")

    at = sit(script=too_long, capable=Traits(context_tokens=1_000))

    with pytest.raises(AgentFailed, match="longer than scripted can: choose a model with a larger context"):
        at.run(material=MATERIAL)
