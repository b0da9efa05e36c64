"""Real processes with a language model: what is refused at the start, in one sentence, before any task."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.real import Errand, Ran
from tests.servers.openai_protocol import Answer, Provider, failed, said, serving, slow
from tests.servers.probed import KEY, obedient, talkative, tools_refused

BAD_INPUT = 2
"""Exit status of a setting that can not be used."""


@pytest.fixture
def provider() -> Iterator[Provider]:
    with serving(obedient, key=KEY) as it:
        yield it


@pytest.fixture
def errand(provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Errand:
    monkeypatch.setenv("ERRAND_MODEL", f"tiny@{provider.url}")
    monkeypatch.setenv("ERRAND_MODEL_KEY", KEY)
    monkeypatch.setenv("ERRAND_ALLOW_UNKNOWN_PRICE", "true")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    return Errand(tmp_path / "here", tmp_path / "home")


def refused(ran: Ran, *words: str) -> str:
    """What was said: one sentence with all of the words, and nothing that Python prints."""
    assert (ran.status, ran.out) == (BAD_INPUT, "")
    (line,) = ran.err.splitlines()
    assert line.startswith("errand: ")
    assert [word for word in words if word not in line] == []
    return line


def submitted(errand: Errand) -> list[object]:
    tasks: list[object] = errand("tasks", "--json").json()
    return tasks


@pytest.mark.parametrize("command", ["run", "plan"])
def test_a_wrong_key_is_told_before_anything_is_submitted(
    command: str, errand: Errand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ERRAND_MODEL_KEY", "wrong-8471")

    line = refused(errand(command, "Summarize a.txt"), "tiny", "key")

    assert "wrong-8471" not in line
    assert submitted(errand) == []


def test_errand_up_refuses_a_wrong_key_too(errand: Errand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERRAND_MODEL_KEY", "wrong-8471")

    refused(errand("up"), "tiny", "key")


def test_an_address_where_nothing_listens_is_told(errand: Errand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERRAND_MODEL", "tiny@http://127.0.0.1:9/v1")

    refused(errand("run", "Summarize a.txt"), "127.0.0.1:9", "reached")

    assert submitted(errand) == []


def test_a_model_that_is_not_there_is_told(
    errand: Errand, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ERRAND_MODEL", f"huge@{provider.url}")
    provider.script = lambda _: failed(404, "The model `huge` does not exist.", code="model_not_found")

    refused(errand("run", "Summarize a.txt"), "no model", "huge")


def test_a_model_that_ignores_tools_is_refused_with_what_it_was_wanted_for(
    errand: Errand, provider: Provider
) -> None:
    provider.script = talkative

    refused(errand("run", "Summarize a.txt"), "does not call a tool", "plan, work or review")

    assert submitted(errand) == []


def test_a_provider_that_is_down_is_told(errand: Errand, provider: Provider) -> None:
    provider.script = lambda _: failed(503, "overloaded")

    refused(errand("run", "Summarize a.txt"), "tiny")


def test_an_unknown_price_is_refused_naming_both_ways_out(
    errand: Errand, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ERRAND_ALLOW_UNKNOWN_PRICE")

    refused(errand("run", "Summarize a.txt"), "ERRAND_PRICES", "ERRAND_ALLOW_UNKNOWN_PRICE=true")

    assert provider.asked == []


def test_a_model_whose_server_refuses_tools_keeps_to_a_schema_instead(
    errand: Errand, provider: Provider
) -> None:
    provider.script = tools_refused

    (view,) = errand("models", "--json").json()

    assert (view["fault"], view["tools"], view["schema"]) == ("", False, True)


def test_what_was_found_out_is_kept_and_the_next_start_does_not_ask_again(
    errand: Errand, provider: Provider
) -> None:
    first = errand("models", "--json").json()
    second = errand("models", "--json").json()

    assert len(provider.asked) == 1
    assert first == second
    errand("models", "--check")
    assert len(provider.asked) == 2


def test_another_key_is_tried_out_anew(errand: Errand, monkeypatch: pytest.MonkeyPatch) -> None:
    errand("models")
    monkeypatch.setenv("ERRAND_MODEL_KEY", "wrong-8471")

    refused(errand("run", "Summarize a.txt"), "key")


def test_a_model_that_could_before_may_be_down_at_a_later_start(errand: Errand, provider: Provider) -> None:
    errand("models")
    provider.script = lambda _: failed(503, "overloaded")

    assert errand("models", "--check", "--json").json()[0]["fault"] == ""


def test_the_table_shows_what_each_model_is_for_and_can_do(
    errand: Errand, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    prices = tmp_path / "prices.yaml"
    prices.write_text("as_of: 2026-11-01\nmodels: {tiny: {input: 2, output: 8}}", encoding="utf-8")
    monkeypatch.setenv("ERRAND_PRICES", str(prices))
    monkeypatch.setenv("ERRAND_MODEL_CHEAP", "tiny@http://127.0.0.1:9/v1")

    shown = errand("models").out

    assert "plan, work, review" in shown
    assert "USD 2 in, 2 cached, 8 out, per million (prices.yaml of 2026-11-01)" in " ".join(shown.split())
    assert "can not be used" in shown
    assert "127.0.0.1:9" in shown.splitlines()[-1]


def test_roles_are_shared_out_as_the_settings_say(
    errand: Errand, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ERRAND_MODEL_STRONG", f"large@{provider.url}")
    monkeypatch.setenv("ERRAND_MODEL_ROLES", '{"review": "main"}')
    monkeypatch.setenv("ERRAND_MODEL_FALLBACKS", json.dumps([f"tiny@{provider.url}"]))
    provider.models.append({"id": "large"})

    views = {view["name"].split("@")[0]: view for view in errand("models", "--json").json()}

    assert views["large"]["roles"] == ["plan"]
    assert views["tiny"]["roles"] == ["work", "review", "summarize"]
    assert views["tiny"]["stands_in"] == ["plan"]


def test_a_call_that_takes_too_long_is_given_up(
    errand: Errand, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ERRAND_MODEL_TIMEOUT_SECONDS", "0.3")
    provider.script = lambda _: slow(said("yes"), 30.0)

    refused(errand("run", "Summarize a.txt"), "tiny")
    assert provider.abandoned.wait(30.0)


def test_trying_out_is_counted_outside_any_task(errand: Errand, provider: Provider) -> None:
    errand("models")

    with closing(sqlite3.connect(errand.home / "errand.db")) as database:
        counted = database.execute("select task, capability, model, calls, tokens > 0 from reservation")
        assert counted.fetchall() == [(None, "models", f"tiny@{provider.url}", 1, 1)]


def test_without_a_model_it_says_what_that_means_and_how_to_set_one_up(
    errand: Errand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ERRAND_MODEL")

    said_ = errand("models")

    assert said_.status == 0
    assert "ERRAND_MODEL" in said_.out
    assert "docs/models.md" in said_.out


def test_commands_that_need_no_model_ask_none(errand: Errand, provider: Provider) -> None:
    for words in (("--help",), ("tasks",), ("capabilities",), ("doctor",), ("workers",)):
        assert errand(*words).status == 0

    assert (provider.asked, provider.listed) == ([], 0)


def test_keys_stand_nowhere(errand: Errand, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERRAND_LOG_LEVEL", "debug")
    said_by = [errand(*words) for words in (("models",), ("models", "--check", "--json"), ("doctor",))]
    provider.script = lambda _: failed(401, f"the key {KEY} is wrong")
    said_by.append(errand("models", "--check"))

    told = "".join(ran.out + ran.err for ran in said_by)
    kept = b"".join(path.read_bytes() for path in errand.home.rglob("*") if path.is_file())
    assert KEY not in told
    assert KEY.encode() not in kept
    assert provider.url.encode() not in (errand.home / "models.json").read_bytes()


@pytest.mark.parametrize("key", ["…", "wrong-8471\nX-More: 1", "wrong 8471", "schlüssel"])
def test_a_key_that_can_not_be_one_is_refused_by_the_name_of_its_setting(
    key: str, errand: Errand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ERRAND_MODEL_KEY", key)

    line = refused(errand("run", "Summarize a.txt"), "ERRAND_MODEL_KEY", "copy the key again")

    assert "8471" not in line


def test_a_usual_key_that_can_not_be_one_matters_only_to_who_needs_it(
    errand: Errand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-…")
    monkeypatch.delenv("ERRAND_MODEL_KEY")

    assert errand("tasks").status == 0
    monkeypatch.setenv("ERRAND_MODEL", "openai:gpt-5")
    refused(errand("run", "Summarize a.txt"), "openai:gpt-5", "copy it again")


def test_blanks_and_line_ends_round_a_key_and_a_model_do_no_harm(
    errand: Errand, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ERRAND_MODEL", f" tiny@{provider.url}\r\n")
    monkeypatch.setenv("ERRAND_MODEL_KEY", f" {KEY}\r\n")

    assert errand("models", "--json").json()[0]["fault"] == ""


def test_a_model_of_blanks_is_none(errand: Errand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERRAND_MODEL", "  ")

    assert "No language model is set up" in errand("models").out


def test_an_address_with_a_password_is_refused_by_every_command_and_stands_nowhere(
    errand: Errand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ERRAND_MODEL", "tiny@http://somebody:secret-91@127.0.0.1:9/v1")

    for words in (("models",), ("models", "--json"), ("run", "Summarize a.txt"), ("tasks",)):
        assert "secret-91" not in refused(errand(*words), "ERRAND_MODEL", "ERRAND_MODEL_KEY")


def test_another_host_that_an_answer_leads_to_is_not_asked_and_gets_no_key(
    errand: Errand, provider: Provider
) -> None:
    with serving(obedient) as other:
        leads_away = Answer(status=307, headers=(("Location", f"{other.url}/chat/completions"),))
        provider.script = lambda _: leads_away

        refused(errand("run", "Summarize a.txt"), "tiny")

        assert (other.asked, other.listed) == ([], 0)


def test_what_the_environment_says_of_an_account_at_openai_goes_to_no_other_address(
    errand: Errand, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.key = None
    monkeypatch.delenv("ERRAND_MODEL_KEY")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-for-openai-alone")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-for-openai-alone")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-for-openai-alone")

    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Account: for-openai-alone")

    errand("models")

    assert "for-openai-alone" not in str(provider.asked[0].headers)


def test_what_a_server_says_does_not_steer_the_terminal(
    errand: Errand, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ERRAND_MODEL", provider.url)
    provider.models[0]["id"] = "\x1b]0;mine\x07\x1b[2Jtiny"
    shown = errand("models")
    provider.script = lambda _: failed(400, "no \x1b[31m\x9b2J such")
    said_ = errand("models", "--check")

    assert not {"\x1b", "\x07", "\x9b"} & set(shown.out + shown.err + said_.out + said_.err)
