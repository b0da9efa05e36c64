"""A conversation that grows longer than its model can read is shortened by a rule, and says so."""

from itertools import pairwise

from errand.agents.account import front_share, tokens_of
from errand.domain.errors import ContextTooLong
from errand.model import Prompt, Reply, Said, ToolResult, Traits
from errand.models.scripted import calling
from tests.unit.agents.conftest import Sit
from tests.unit.agents.desk import handing_in, in_order

LONG = "".join(f"line {n} of the notes\n" for n in range(220))
WRITE = calling(("desk_write", {"text": LONG}))
READ = calling(("desk_read", {"notes": "notes.md"}))
REPLIES = (WRITE, *[READ] * 7, calling(("read_on", {"file": "shown-4.txt"})), handing_in(1))


def results(prompt: Prompt) -> list[str]:
    return [
        each.text for each in prompt.messages if isinstance(each, ToolResult) and each.name == "desk_read"
    ]


def test_the_oldest_results_become_a_line_before_the_model_is_full(sit: Sit) -> None:
    at = sit(*REPLIES, capable=Traits(context_tokens=22_000))
    at.run()

    assert all(tokens_of(prompt) <= 22_000 - 8_000 for prompt in at.models.prompts)
    last = results(at.models.prompts[-1])
    assert last[0] == '[result of desk_read shortened; read_on {"file": "shown-4.txt", "offset": 0} shows it]'
    assert all("line 219 of the notes" in each for each in last[-3:])
    assert any("grew long" in each.text for each in at.models.prompts[-1].messages if isinstance(each, Said))
    assert "line 0 of the notes" in at.results()[-1].text
    assert {"shortened", "turn", "type"} in [set(each) for each in at.context.told]


def test_a_model_that_says_it_is_too_long_gets_a_shorter_one(sit: Sit) -> None:
    answer = in_order(*REPLIES)

    def reads_little(prompt: Prompt) -> Reply:
        return answer(prompt) if tokens_of(prompt) < 11_000 else refused(prompt)

    at = sit(script=reads_little)

    assert at.run().total == 1
    assert any(each.startswith("[result of") for each in results(at.models.prompts[-1]))


def refused(prompt: Prompt) -> Reply:
    raise ContextTooLong(f"{tokens_of(prompt)} tokens are too many.")


def test_in_later_turns_most_of_a_prompt_is_the_same_as_before(sit: Sit) -> None:
    write = calling(("desk_write", {"text": LONG[:1_500]}))
    at = sit(write, *[READ] * 8, handing_in(1))
    at.run()

    shares = [front_share(before, now) for before, now in pairwise(at.models.prompts[1:])]
    assert min(shares) >= 0.7
    assert min(shares[3:]) >= 0.8
