"""How many messages may wait in a queue."""

from errand.domain.window import LARGEST, LARGEST_GROWTH, LEAST, Window


def test_a_window_is_as_large_as_the_slots_and_never_very_small() -> None:
    window = Window()
    window.look(waiting=0, slots=1, at=0.0)
    assert (window.size, window.credit) == (LEAST, LEAST)
    window.look(waiting=3, slots=10, at=0.0)
    assert (window.size, window.credit) == (10, 7)


def test_what_is_known_of_a_queue_is_soon_forgotten() -> None:
    window = Window()
    window.look(waiting=0, slots=4, at=0.0)
    assert window.knows(4, at=0.1)
    assert not window.knows(5, at=0.1)
    assert not window.knows(1, at=10.0)


def test_it_grows_while_it_is_used_up_at_once_and_no_further_than_stated() -> None:
    window = Window()
    sizes = []
    for n in range(10):
        window.adapt(at=n * 0.01)
        window.note(0, is_short=True)
        sizes.append(window.size)
    assert sizes == sorted(sizes)
    assert sizes[-1] == LEAST * LARGEST_GROWTH


def test_where_there_are_many_slots_it_grows_no_further_than_it_helps() -> None:
    assert Window(slots=100, growth=LARGEST_GROWTH).size == LARGEST
    assert Window(slots=2 * LARGEST, growth=LARGEST_GROWTH).size == 2 * LARGEST


def test_it_shrinks_when_jobs_last_longer_and_is_small_once_nothing_is_held() -> None:
    window = Window(growth=16, is_short=True, released=0.0)
    window.adapt(at=5.0)
    assert window.growth == 4
    window.note(3, is_short=False)
    assert (window.growth, window.credit) == (1, 3)
