"""What several threads ask at the same moment is asked of the database together."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import DataError

from errand.domain.errors import StoreAway
from errand.store.together import Together
from tests.installation import LONG_ENOUGH


class Slow:
    """Doubles numbers, the first time when it is allowed to."""

    def __init__(self) -> None:
        self.asked: list[Sequence[int]] = []
        self.begun, self.allowed = threading.Event(), threading.Event()

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.asked.append(numbers)
        self.begun.set()
        self.allowed.wait(LONG_ENOUGH)
        return [2 * each for each in numbers]


def test_who_comes_while_another_is_under_way_goes_with_all_who_came() -> None:
    slow = Slow()
    together = Together(slow, unsure=0)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(together.ask, 1)
        slow.begun.wait(LONG_ENOUGH)
        others = [pool.submit(together.ask, n) for n in (2, 3, 4)]
        wait_until_waiting(together, 3)
        slow.allowed.set()
        assert [each.result(LONG_ENOUGH) for each in (first, *others)] == [2, 4, 6, 8]
    assert [sorted(each) for each in slow.asked] == [[1], [2, 3, 4]]


def test_what_fails_together_is_left_to_each_alone() -> None:
    def refuse(numbers: Sequence[int]) -> list[int]:
        raise DataError("too long", numbers, ValueError())

    assert Together(refuse, unsure=0).ask(1) == 0


def test_that_the_server_is_away_is_said_to_everyone() -> None:
    def away(numbers: Sequence[int]) -> list[int]:
        raise StoreAway(f"away from {len(numbers)}")

    with pytest.raises(StoreAway, match="away from 1"):
        Together(away, unsure=0).ask(1)


def wait_until_waiting(together: Together[int, int], count: int) -> None:
    pause = threading.Event()
    for _ in range(int(LONG_ENOUGH / 0.01)):
        if len(together._waiting) == count:
            return
        pause.wait(0.01)
    raise TimeoutError("they do not come")
