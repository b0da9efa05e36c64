"""Which models are set up, by what they are asked for, and whose key each gets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from errand.model import Role

GGUF = "gguf"
"""`gguf:/path/to/file` is a model in this process."""


class Size(StrEnum):
    """Which of the three settings a role takes its model from."""

    MAIN = "main"
    CHEAP = "cheap"
    STRONG = "strong"


USUAL_SIZES: Mapping[Role, Size] = {
    Role.PLAN: Size.STRONG,
    Role.WORK: Size.MAIN,
    Role.REVIEW: Size.STRONG,
    Role.SUMMARIZE: Size.CHEAP,
}
"""Planning and reviewing are few calls on which everything rests; summarizing is many easy ones."""


@dataclass(frozen=True, slots=True)
class ModelSetup:
    """The settings of language models, as `errand.config` read them."""

    main: str = ""
    """Empty: there is no model, and nothing else here counts."""
    cheap: str = ""
    strong: str = ""
    fallbacks: tuple[str, ...] = ()
    sizes: Mapping[Role, Size] = field(default_factory=dict)
    """Of roles that shall not have their usual one."""
    key: SecretStr | None = None
    """Of the main model's provider or host, and of no other."""
    keys: Mapping[str, SecretStr] = field(default_factory=dict)
    """By provider (`anthropic`), host (`models.example.org`) or host and port."""
    usual_keys: Mapping[str, SecretStr] = field(default_factory=dict)
    """By provider: what is in the environment anyway; counts where nothing else does."""
    context_tokens: int | None = None
    parallel: int = 16
    timeout_seconds: float = 120.0
    prices: Path | None = None
    allow_unknown_price: bool = False

    def named(self, role: Role) -> tuple[str, ...]:
        """The settings of the models that are asked in this role, the first one first, each once."""
        if not self.main:
            return ()
        size = self.sizes.get(role, USUAL_SIZES[role])
        first = {Size.MAIN: self.main, Size.CHEAP: self.cheap, Size.STRONG: self.strong}[size] or self.main
        return tuple(dict.fromkeys((first, *self.fallbacks)))

    def roles(self) -> Mapping[str, tuple[Role, ...]]:
        """The roles of every model that is named at all."""
        named = dict.fromkeys(each for role in Role for each in self.named(role))
        return {each: tuple(role for role in Role if each in self.named(role)) for each in named}

    def key_of(self, named: str) -> SecretStr | None:
        """A key goes to the provider or host that it was given for, and nowhere else."""
        owners = owners_of(named)
        own = next((self.keys[owner] for owner in owners if owner in self.keys), None)
        if own is not None:
            return own
        if self.key is not None and owners == owners_of(self.main):
            return self.key
        return next((self.usual_keys[owner] for owner in owners if owner in self.usual_keys), None)


def without_secrets(named: str) -> str:
    """A setting as it may be shown. Raises ValueError when there is more in its address than an address."""
    plain = named.strip()
    parts = urlsplit(address_of(plain))
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("its address holds more than an address; a key goes to ERRAND_MODEL_KEY")
    return plain


def can_be_sent(key: str) -> bool:
    """Whether it can stand in a header."""
    return all("!" <= character <= "~" for character in key)


def as_shown(named: str) -> str:
    """What names neither a provider nor an address may be a key that got into the wrong setting."""
    return named if ":" in named else f"{named[:3]}…"


def in_the_clear(named: str) -> str:
    """The host that everything goes to unencrypted, over a network; empty: none."""
    parts = urlsplit(address_of(named))
    host = (parts.hostname or "") if parts.scheme == "http" else ""
    return "" if host in ("localhost", "::1") or host.startswith("127.") else host


def owners_of(named: str) -> tuple[str, ...]:
    """Who is asked: host with port and host of an address, else the provider; nobody for a file."""
    address = address_of(named)
    if address:
        parts = urlsplit(address)
        return tuple(dict.fromkeys((parts.netloc.rpartition("@")[2].lower(), (parts.hostname or "").lower())))
    provider, _, rest = named.partition(":")
    return (provider.lower(),) if rest and provider != GGUF else ()


def address_of(named: str) -> str:
    """The address in `NAME@URL` or `URL`; empty where a provider is named."""
    name, at, address = named.partition("@http")
    if at:
        return f"http{address}"
    return name if name.startswith(("http://", "https://")) else ""
