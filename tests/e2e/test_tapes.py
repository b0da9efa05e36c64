"""Real tasks with a model: its answers were given once, by a careful reader, and are played back."""

import pytest

from tests.tapes.playing import played
from tests.tapes.tasks import TASKS, Taped


@pytest.mark.parametrize("taped", TASKS, ids=lambda taped: taped.name)
def test_a_task_is_carried_out_as_it_was_recorded(taped: Taped) -> None:
    with played(taped) as done:
        assert done.player.strange == [], "A prompt has changed; tests/tapes/playing.py says what to do."
        assert done.status == taped.exit_code, done.said[-3000:]
        assert done.player.unplayed == []
        assert [words for words in taped.must_say if words not in done.result] == []
