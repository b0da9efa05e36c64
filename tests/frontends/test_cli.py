"""What a person types, and what comes back."""

import re
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.frontends.typing_it import Typed


def question_of(record: dict[str, Any]) -> str:
    return str(record["questions"][0]["id"])


def test_a_task_that_succeeds_leaves_its_result_in_a_folder(errand: Typed) -> None:
    ran = errand("run", "report", "--out", "result")

    assert ran.status == 0
    assert "What matters most is said first." in ran.out
    assert "result/result.md" in ran.out
    assert "![Revenue](artifacts/revenue.png)" in Path("result/result.md").read_text()
    assert {str(p.relative_to("result")) for p in Path("result").rglob("*") if p.is_file()} == {
        "result.md", "task.json", "artifacts/report.md", "artifacts/report.html", "artifacts/revenue.png",
        "artifacts/one/input.json",
    }  # fmt: skip


def test_without_a_folder_the_result_lies_in_one_named_after_the_task(errand: Typed) -> None:
    record = errand.task("say hello")

    assert Path("errand-out", record["id"], "result.md").read_text() == "hello\n"


def test_json_is_the_record_and_nothing_else(errand: Typed) -> None:
    ran = errand("run", "say hello", "--json", "--out", "result")

    record = ran.json()
    assert record["status"] == "succeeded"
    assert [each["capability"] for each in record["plan"]["subtasks"]] == ["plan", "test.say"]
    assert Path("result/task.json").read_text() == ran.out
    assert "done: The only step" in ran.err


def test_a_partial_result_is_said_plainly(errand: Typed) -> None:
    ran = errand("run", "partial", "--out", "result")

    assert ran.status == 4
    assert "Missing: Look closer: The document has a password: attach one without." in ran.err
    assert Path("result/result.md").read_text().startswith("> **Partial result.")


def test_what_was_assumed_is_said_beside_the_result(errand: Typed) -> None:
    ran = errand("run", "assuming it is enough")

    assert ran.status == 0
    assert "Note:   “Report” is taken to be the one of today." in ran.out


def test_a_part_that_no_step_covers_makes_it_partial(errand: Typed) -> None:
    assert errand("run", "uncovered").status == 4


@pytest.mark.parametrize("text", ["refuse", "lack"])
def test_a_task_that_fails_by_its_input_or_the_installation_is_bad_input(errand: Typed, text: str) -> None:
    ran = errand("run", text, "--out", "result")

    assert ran.status == 2
    assert "There is no finished result: the task failed." in Path("result/result.md").read_text()


def test_a_task_that_fails_by_itself_has_failed(errand: Typed) -> None:
    ran = errand("run", "flaky nowhere")

    assert ran.status == 1
    assert ran.err.splitlines()[-1] == "The only step: The other side did not answer."


def test_a_limit_ends_a_task_as_partial(errand: Typed) -> None:
    ran = errand("run", "wait nowhere", "--timeout", "0.3")

    assert ran.status == 4
    assert "This task may take 0.3 seconds, which are over: retry it to give it as long again" in ran.err


@pytest.mark.parametrize("words", [("say x", "--timeout", "0"), ("say x", "--timeout", "-1"), ("  ",),
                                   ("say x", "--attach", "nowhere.htm")])  # fmt: skip
def test_bad_input_is_refused_before_anything_is_stored(errand: Typed, words: tuple[str, ...]) -> None:
    ran = errand("run", *words)

    assert ran.status == 2
    assert re.fullmatch(r"errand: [^\n]+\n", ran.err)
    assert errand("tasks", "--json").json() == []


def test_bytes_that_are_no_text_are_refused(errand: Typed) -> None:
    assert "are not text in UTF-8" in errand("run", "say \udcff").err
    assert "are not text in UTF-8" in errand("answer", question_of(errand.task("ask")), "blue\udcff").err


def test_an_attachment_may_have_any_name(errand: Typed) -> None:
    Path("na\udcffme.txt").write_text("A text.")

    record = errand.task("say hello", "--attach", "na\udcffme.txt")

    assert record["request"]["attachments"][0]["name"] == "na?me.txt"


def test_a_folder_that_can_not_be_used_is_refused_before_anything_is_stored(errand: Typed) -> None:
    Path("taken").write_text("x")

    assert errand("run", "say x", "--out", "taken").status == 2
    assert errand("tasks", "--json").json() == []


def test_a_second_result_replaces_the_first_one_and_nothing_else(errand: Typed) -> None:
    errand("run", "report", "--out", "result")
    Path("result/artifacts/mine.txt").write_text("x")

    assert errand("run", "say hello", "--out", "result").status == 0
    assert [p.name for p in Path("result/artifacts").rglob("*") if p.is_file()] == ["mine.txt"]


def test_a_link_in_the_folder_does_not_lead_out_of_it(errand: Typed) -> None:
    errand("run", "say hello", "--out", "result")
    Path("result/artifacts").symlink_to(errand.folder)

    ran = errand("run", "report", "--out", "result")

    assert ran.status == 2
    assert "leads out of" in ran.err
    assert not Path("report.md").exists()


@pytest.mark.parametrize(
    "words", [("run",), ("jump",), ("run", "x", "--nope"), ("tasks", "--status", "lazy")]
)
def test_what_is_not_a_command_is_bad_input(errand: Typed, words: tuple[str, ...]) -> None:
    assert errand(*words).status == 2


def test_a_question_ends_a_run_that_nobody_sits_at(errand: Typed) -> None:
    ran = errand("run", "ask", "--out", "result")

    assert ran.status == 3
    assert re.search(r'Which colour\?\nAnswer it by: errand answer \w+ "…"', ran.err)
    assert "an answer is needed" in Path("result/result.md").read_text()


def test_a_question_is_listed_and_answered(errand: Typed) -> None:
    record = errand.task("ask")
    question = question_of(record)

    assert question in errand("questions").out
    assert errand("answer", question, "blue").status == 0
    assert errand("questions").out == "Nothing is asked.\n"
    assert errand("answer", question, "red").status == 2


def test_an_answer_is_one_of_the_choices(errand: Typed) -> None:
    question = question_of(errand.task("choose"))

    ran = errand("answer", question, "huge")

    assert (ran.status, ran.err) == (2, "errand: 'huge' is not one of the answers: small, large.\n")
    assert errand("answer", question, "2").status == 0


def test_an_unsure_plan_is_confirmed_first(errand: Typed) -> None:
    record = errand.task("unsure say it")

    assert record["status"] == "waiting"
    assert record["questions"][0]["choices"] == ["yes", "no"]


def test_a_plan_is_shown_without_being_carried_out(errand: Typed) -> None:
    ran = errand("plan", "say hello", "--json")

    assert ran.json()["steps"][0]["capability"] == "test.say"
    assert "1. The only step  [test.say, score 1.00]\n     text = hello" in errand("plan", "say hello").out
    assert errand("tasks", "--json").json() == []


def test_a_plan_comes_with_what_it_is_expected_to_take(errand: Typed) -> None:
    assert "Expected: About 2 s and 0.15 USD. So far." in errand("plan", "dear hello").out
    assert errand("plan", "dear hello", "--json").json()["estimate"]["microdollars"] == 150_000


@pytest.mark.parametrize("command", ["plan", "run", "submit"])
def test_a_request_that_nothing_fits_says_what_is_missing_and_is_not_stored(
    errand: Typed, command: str
) -> None:
    ran = errand(command, "jump over it")

    assert (ran.status, ran.err) == (2, "errand: Nothing here can jump: add a capability that does.\n")
    assert errand("tasks", "--json").json() == []
    assert not Path("errand-out").exists()


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "1e18"])
def test_a_time_limit_that_is_none_is_refused(errand: Typed, seconds: str) -> None:
    ran = errand("run", "say hello", f"--timeout={seconds}")

    assert (ran.status, ran.err.count("\n")) == (2, 1)
    assert "time limit" in ran.err
    assert errand("tasks", "--json").json() == []


@pytest.mark.parametrize("option", ["--attach", "--out"])
def test_an_empty_path_is_not_the_folder_one_is_in(errand: Typed, option: str) -> None:
    Path("bystander.txt").write_text("Not to be attached.")

    ran = errand("run", "say hello", option, "")

    assert (ran.status, ran.out) == (2, "")
    assert ran.err == ("errand: The name of a file or folder is empty: give one, or leave the option out.\n")


@pytest.mark.parametrize("name", ["x" * 300, "two\nlines", "-foo", "emoji 🙂"])
def test_a_file_that_is_not_there_is_one_sentence_however_it_is_called(errand: Typed, name: str) -> None:
    ran = errand("run", "say hello", "--attach", name)

    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("two\nlines.txt", "two_lines.txt"),
        ("<b>.txt", "_b_.txt"),
        ("x" * 240 + ".txt", "x" * 100 + ".txt"),
        ("Größe 🙂.txt", "Größe 🙂.txt"),
    ],
)
def test_an_attachment_keeps_its_name_as_far_as_a_report_can_show_it(
    errand: Typed, name: str, kept: str
) -> None:
    Path(name).write_text("Some text.", encoding="utf-8")

    record = errand.task("say hello", "--attach", name)

    assert [each["name"] for each in record["request"]["attachments"]] == [kept]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("HOME", "~nobody-is-called-so/errand"),
        ("HOME", "ring"),
        ("PLAYBOOKS", "not a list"),
        ("LEASE_SECONDS", "inf"),
        ("LEASE_SECONDS", "0"),
        ("SLOTS", "many"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_a_setting_that_can_not_be_used_is_named(
    errand: Typed, monkeypatch: pytest.MonkeyPatch, setting: str, value: str
) -> None:
    Path("ring").symlink_to("ring")
    monkeypatch.setenv(f"ERRAND_{setting}", value)

    ran = errand("run", "say hello")

    assert (ran.status, ran.err.count("\n")) == (2, 1)
    assert f"A setting can not be used (ERRAND_{setting}" in ran.err


def test_a_setting_that_is_empty_is_not_set(errand: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERRAND_SLOTS", "")

    assert errand("run", "say hello").status == 0


def test_tasks_are_listed_and_shown_by_the_beginning_of_their_id(errand: Typed) -> None:
    task = errand.task("report")["id"]

    assert task in errand("tasks", "--status", "succeeded").out
    assert "There are no tasks that are failed" in errand("tasks", "--status", "failed").out
    assert f"Task {task} succeeded" in errand("show", task[:4]).out
    assert errand("show", task, "--json").json()["id"] == task
    assert errand("watch", task).status == 0
    assert errand("show", "zzzz").status == 2


def test_what_a_task_spent_is_shown_beside_what_it_may_take(
    errand: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ERRAND_LIMIT_TASK_USD", "5")
    task = errand.task("say hello", "--max-calls", "20")["id"]

    assert "Spent:     nothing on models; $5.00, 20 calls at most" in errand("show", task).out


def test_the_result_of_a_stored_task_is_written_when_asked_for(errand: Typed) -> None:
    task = errand.task("report")["id"]

    assert errand("show", task, "--out", "again").status == 0
    assert Path("again/artifacts/revenue.png").exists()


def test_a_request_can_not_steer_the_terminal(errand: Typed) -> None:
    task = errand.task("say \x1b[2J[red]hello")["id"]

    shown = errand("show", task).out + errand("tasks").out + errand("watch", task).err
    assert "say [red]hello" in shown
    assert "\x1b" not in shown


def test_cancelling_ends_a_task_once(errand: Typed) -> None:
    task = errand("submit", "say hello").out.strip()

    assert errand("cancel", task).out == f"Task {task} was cancelled.\n"
    assert "had ended before" in errand("cancel", task).out
    assert errand("watch", task).status == 1


def test_a_dead_letter_is_listed_retried_and_discarded(errand: Typed) -> None:
    task = errand.task(f"flaky {errand.folder / 'there'}")["id"]

    listed = errand("dead-letters", "list", "--json").json()
    assert [(each["task"], each["key"], each["attempts"]) for each in listed] == [(task, "one", 3)]
    assert errand("dead-letters", "retry", task, "plan").status == 2
    assert "1 step run again (one)" in errand("dead-letters", "retry", task[:5]).out
    assert errand("dead-letters", "list").out == "There are no dead letters.\n"


def test_a_discarded_dead_letter_is_off_the_list(errand: Typed) -> None:
    task = errand.task("flaky nowhere")["id"]

    assert errand("dead-letters", "discard", task, "one").status == 0
    assert errand("dead-letters", "discard", task, "one").status == 2
    assert errand("dead-letters", "list", "--json").json() == []


def test_retrying_names_the_steps_that_run_again(errand: Typed) -> None:
    task = errand.task("refuse")["id"]

    assert "(one)" in errand("retry", task).out
    assert errand("retry", task, "--subtask", "two").status == 2


def test_nothing_is_retried_of_a_task_that_succeeded(errand: Typed) -> None:
    task = errand.task("say hello")["id"]

    assert errand("retry", task).status == 2
    assert "(one)" in errand("retry", task, "--subtask", "one").out


def test_capabilities_say_why_one_is_not_offered(errand: Typed) -> None:
    assert "test.off  (not offered here)" in errand("capabilities").out
    listed = {each["name"]: each for each in errand("capabilities", "--json").json()}
    assert (listed["test.off"]["offered"], listed["test.off"]["why_not"]) == (
        False,
        ["Wait for the full moon."],
    )
    assert listed["test.say"]["inputs"][0]["name"] == "text"


def test_the_doctor_says_how_to_get_what_is_off(errand: Typed) -> None:
    assert "Wait for the full moon." in errand("doctor").out
    assert {"errand", "python", "state"} <= {each["name"] for each in errand("doctor", "--json").json()}


def test_workers_are_listed(errand: Typed) -> None:
    assert "no worker yet" in errand("workers").out
    errand("run", "say hello")
    assert errand("workers", "--json").json()[0]["state"] == "stopped"


def test_a_port_in_use_is_refused_in_a_sentence(errand: Typed) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        ran = errand("up", "--port", str(port))

    assert ran.status == 2
    assert ran.err.startswith(f"errand: Port {port} is in use by another program")


def test_the_version_is_told(errand: Typed) -> None:
    assert re.fullmatch(r"errand \d+\.\d+\.\d+\n", errand("--version").out)
