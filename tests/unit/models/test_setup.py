"""Which model is asked in which role, and whose key it gets."""

import pytest
from pydantic import SecretStr

from errand.model import Role
from errand.models.setup import (
    ModelSetup,
    Size,
    address_of,
    as_shown,
    in_the_clear,
    owners_of,
    without_secrets,
)


def test_without_others_the_one_model_does_everything() -> None:
    setup = ModelSetup(main="openai:gpt-5")

    assert {setup.named(role) for role in Role} == {("openai:gpt-5",)}


def test_planning_and_review_take_the_strong_one_and_summaries_the_cheap_one() -> None:
    setup = ModelSetup(main="a:main", cheap="a:cheap", strong="a:strong")

    assert {role: setup.named(role)[0] for role in Role} == {
        Role.PLAN: "a:strong", Role.WORK: "a:main", Role.REVIEW: "a:strong", Role.SUMMARIZE: "a:cheap",
    }  # fmt: skip


def test_a_role_may_be_given_another_size() -> None:
    setup = ModelSetup(main="a:main", cheap="a:cheap", strong="a:strong", sizes={Role.REVIEW: Size.CHEAP})

    assert setup.named(Role.REVIEW) == ("a:cheap",)
    assert setup.named(Role.PLAN) == ("a:strong",)


def test_fallbacks_come_after_the_first_one_each_once() -> None:
    setup = ModelSetup(main="a:main", cheap="a:cheap", fallbacks=("a:main", "b:other"))

    assert setup.named(Role.WORK) == ("a:main", "b:other")
    assert setup.named(Role.SUMMARIZE) == ("a:cheap", "a:main", "b:other")
    assert setup.roles()["a:cheap"] == (Role.SUMMARIZE,)
    assert setup.roles()["b:other"] == tuple(Role)


def test_without_a_model_nothing_is_named() -> None:
    assert ModelSetup(cheap="a:cheap", fallbacks=("b:other",)).roles() == {}


def test_the_key_goes_to_the_owner_of_the_main_model_and_to_nobody_else() -> None:
    setup = ModelSetup(main="openai:gpt-5", key=SecretStr("sk-main"), keys={"b": SecretStr("sk-b")})

    assert setup.key_of("openai:gpt-5-mini") == SecretStr("sk-main")
    assert setup.key_of("b:other") == SecretStr("sk-b")
    assert setup.key_of("c:other") is None
    assert setup.key_of("x@https://api.openai.com/v1") is None


def test_a_key_of_its_own_goes_before_the_general_one() -> None:
    keys = {"openai": SecretStr("sk-own"), "127.0.0.1:8000": SecretStr("sk-here")}
    setup = ModelSetup(main="openai:gpt-5", key=SecretStr("sk-main"), keys=keys)

    assert setup.key_of("openai:gpt-5") == SecretStr("sk-own")
    assert setup.key_of("x@http://127.0.0.1:8000/v1") == SecretStr("sk-here")
    assert setup.key_of("x@http://127.0.0.1:8001/v1") is None


@pytest.mark.parametrize(
    ("named", "owners", "address"),
    [
        ("openai:gpt-5", ("openai",), ""),
        ("gguf:/models/a:b.gguf", (), ""),
        (
            "qwen3@http://me:pw@Host.example:8000/v1",
            ("host.example:8000", "host.example"),
            "http://me:pw@Host.example:8000/v1",
        ),
        ("https://models.example/v1", ("models.example",), "https://models.example/v1"),
        (
            "org/model:8b@http://localhost:11434/v1",
            ("localhost:11434", "localhost"),
            "http://localhost:11434/v1",
        ),
    ],
)
def test_a_setting_tells_who_is_asked(named: str, owners: tuple[str, ...], address: str) -> None:
    assert owners_of(named) == owners
    assert address_of(named) == address


@pytest.mark.parametrize(
    "named",
    [
        "x@http://somebody:secret-91@127.0.0.1:8000/v1", "https://secret-91@models.example.org/v1",
        "x@https://models.example.org/v1?key=secret-91", "https://models.example.org/v1#secret-91",
    ],
)  # fmt: skip
def test_an_address_with_a_secret_in_it_is_refused_without_repeating_it(named: str) -> None:
    with pytest.raises(ValueError, match="ERRAND_MODEL_KEY") as refused:
        without_secrets(named)

    assert "secret-91" not in str(refused.value)


def test_a_key_in_the_place_of_a_model_is_not_shown() -> None:
    assert as_shown("sk-proj-12345678") == "sk-…"
    assert as_shown("openai:gpt-5") == "openai:gpt-5"


@pytest.mark.parametrize(
    ("named", "host"),
    [
        ("x@http://192.168.1.5:8000/v1", "192.168.1.5"),
        ("http://models.example.org/v1", "models.example.org"),
        ("x@https://models.example.org/v1", ""), ("x@http://127.0.0.1:8000/v1", ""),
        ("http://localhost:8000/v1", ""), ("http://[::1]:8000/v1", ""), ("openai:gpt-5", ""),
    ],
)  # fmt: skip
def test_what_goes_over_a_network_unencrypted_is_known(named: str, host: str) -> None:
    assert in_the_clear(named) == host
