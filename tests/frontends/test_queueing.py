"""`errand queues`, and dead letters by kind, typed as a person types them."""

from tests.frontends.typing_it import Typed


def test_what_waits_is_shown_by_capability(errand: Typed) -> None:
    assert errand("queues").out == "Nothing waits and nothing runs.\n"
    errand("submit", "say hello", "--priority", "7", "--parallel", "2")
    (waiting,) = errand("queues", "--json").json()
    assert (waiting["capability"], waiting["new"], waiting["pending"]) == ("plan", 1, 0)
    assert "plan" in errand("queues").out


def test_a_dead_letter_is_shown_with_what_was_tried(errand: Typed) -> None:
    task = errand.task("flaky nowhere")["id"]
    shown = errand("dead-letters", "show", task, "one").out
    assert f"errand dead-letters retry {task} one" in shown
    letter = errand("dead-letters", "show", task, "one", "--json").json()
    assert [each["attempt"] for each in letter["tried"]] == [1, 2, 3]
    (listed,) = errand("dead-letters", "list", "--json").json()
    assert listed == letter
    assert errand("dead-letters", "show", task, "plan").status == 2


def test_dead_letters_are_retried_and_discarded_by_kind(errand: Typed) -> None:
    errand.task("flaky nowhere")
    assert errand("dead-letters", "retry").status == 2
    assert errand("dead-letters", "retry", "--all", "--fault", "lost").status == 2
    assert errand("dead-letters", "retry", "--fault", "lost").out == "There are no such dead letters.\n"
    assert "1 dead letter taken off" in errand("dead-letters", "discard", "--all").out
    assert errand("dead-letters", "retry", "--all").out == "There are no such dead letters.\n"


def test_a_dead_letter_is_retried_by_its_fault(errand: Typed) -> None:
    task = errand.task("flaky nowhere")["id"]
    fault = errand("dead-letters", "show", task, "one", "--json").json()["fault"]
    assert "1 step of 1 task run again" in errand("dead-letters", "retry", "--fault", fault).out


def test_a_priority_out_of_range_is_refused(errand: Typed) -> None:
    assert errand("submit", "say hello", "--priority", "101").status == 2
