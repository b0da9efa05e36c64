"""All settings, read once, from the environment. `docs/settings.md` is made from this class."""

import os
import re
from pathlib import Path
from typing import Annotated, Literal

import platformdirs
from pydantic import (
    AfterValidator,
    AliasChoices,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from errand.domain.budget import MICRO, Ceiling, Ceilings
from errand.domain.errors import SetupError
from errand.model import Role
from errand.models.setup import ModelSetup, Size, can_be_sent, without_secrets


def _default_home() -> Path:
    return Path(platformdirs.user_data_dir("errand", appauthor=False))


def _none_as_word(value: object) -> object:
    return None if isinstance(value, str) and value.strip().lower() == "none" else value


def _sendable(key: SecretStr) -> SecretStr:
    """As it can stand in a header; blanks and line ends round it come from files and copying."""
    plain = key.get_secret_value().strip()
    if not can_be_sent(plain):
        raise ValueError("it holds characters that no key has; copy the key again, and nothing else")
    return SecretStr(plain)


_OrNone = BeforeValidator(_none_as_word)
_Url = SecretStr
"""It may hold a password."""
_Key = Annotated[SecretStr, AfterValidator(_sendable)]
_UsualKey = Annotated[SecretStr, AfterValidator(lambda key: SecretStr(key.get_secret_value().strip()))]
"""It may be there for others and of no use: that matters when a model gets it."""
_Model = Annotated[str, AfterValidator(without_secrets)]
_Money = Annotated[Annotated[float, Field(ge=0, le=1e9)] | None, _OrNone]
_Count = Annotated[Annotated[int, Field(ge=0, le=10**12)] | None, _OrNone]
_Seconds = Annotated[Annotated[float, Field(gt=0, le=1e9)] | None, _OrNone]


class Settings(BaseSettings):
    """Each is an environment variable: its name in capitals with `ERRAND_` before it."""

    model_config = SettingsConfigDict(
        env_prefix="ERRAND_", env_ignore_empty=True, frozen=True, extra="ignore",
        hide_input_in_errors=True, populate_by_name=True,
    )  # fmt: skip

    home: Path = Field(
        default_factory=_default_home,
        description="Folder that holds all state: tasks, artifacts, workspaces. "
        "Default: the platform's folder for user data.",
    )
    model: _Model = Field(
        default="",
        description="The language model (docs/models.md): `openai:gpt-5`, `NAME@http://127.0.0.1:8000/v1`, "
        "`gguf:/path/to/file`. Without one, Errand does what needs none.",
    )
    model_key: _Key | None = Field(
        default=None, description="Key for the provider or address of ERRAND_MODEL, and for no other."
    )
    model_keys: dict[str, _Key] = Field(
        default={},
        description="Keys for others, as a JSON object from provider or host to key; they go before "
        "ERRAND_MODEL_KEY.",
    )
    openai_api_key: _UsualKey | None = Field(
        default=None,
        validation_alias=AliasChoices("ERRAND_OPENAI_API_KEY", "OPENAI_API_KEY"),
        description="Key for OpenAI where none of the two above is for it; also read from `OPENAI_API_KEY`.",
    )
    anthropic_api_key: _UsualKey | None = Field(
        default=None,
        validation_alias=AliasChoices("ERRAND_ANTHROPIC_API_KEY", "ANTHROPIC_API_KEY"),
        description="Key for Anthropic where none of the first two is for it; also read from "
        "`ANTHROPIC_API_KEY`.",
    )
    model_cheap: _Model = Field(default="", description="A cheaper model, for summaries; else ERRAND_MODEL.")
    model_strong: _Model = Field(
        default="", description="A stronger model, for plans and reviews; else ERRAND_MODEL."
    )
    model_fallbacks: tuple[_Model, ...] = Field(
        default=(), description="Models to ask, as a JSON list, when the first one is down or busy for long."
    )
    model_roles: dict[Role, Size] = Field(
        default={},
        description="Which model does what, where it is not as above, as a JSON object from `plan`, `work`, "
        "`review` or `summarize` to `main`, `cheap` or `strong`.",
    )
    model_context_tokens: int | None = Field(
        default=None,
        ge=1_000,
        description="Tokens that a model reads and writes at once. Default: what it says, or is known for.",
    )
    model_parallel: int = Field(
        default=16, ge=1, le=256, description="How many calls of one model run at once in a process."
    )
    model_timeout_seconds: float = Field(
        default=120.0, gt=0, le=3_600, description="A call that takes longer is given up and tried again."
    )
    prices: Path | None = Field(
        default=None,
        description="A YAML file with prices of models, as in docs/models.md; it goes before the table that "
        "Errand brings.",
    )
    allow_unknown_price: bool = Field(
        default=False,
        description="Use a model whose price nobody knows: its tokens and calls are counted, and no money.",
    )
    slots: int = Field(
        default_factory=lambda given: _usual_slots(with_model=bool(given["model"])),
        ge=1,
        le=256,
        description="How many subtasks run at once. Default: the number of cores and two, at most 8; "
        "with a model 16, since most of them wait for it.",
    )
    playbooks: tuple[Path, ...] = Field(
        default=(),
        description="More folders with playbooks, as a JSON list; besides the shipped ones and "
        "`playbooks/` in ERRAND_HOME.",
    )
    max_attachment_mb: int = Field(
        default=200, ge=1, description="Largest attachment that is taken, in millions of bytes."
    )
    plan_threshold: float = Field(
        default=0.6, ge=0, le=1, description="Plans scored below it are confirmed by a person first."
    )
    lease_seconds: float = Field(
        default=30.0,
        ge=0.1,
        le=86_400,
        description="A worker that has not said that it lives for so long has lost its jobs.",
    )
    health_port: int = Field(
        default=8350,
        ge=0,
        le=65535,
        description="Where `errand up` serves health, on loopback; 0: any free port.",
    )
    edgar_user_agent: str = Field(
        default="",
        description="Who asks, as the SEC wants to be told: a name and a mail address. "
        "Without it, filings are not fetched from EDGAR.",
    )
    edgar_url: str = Field(default="https://www.sec.gov", description="Where EDGAR's archives are.")
    edgar_data_url: str = Field(
        default="https://data.sec.gov", description="Where EDGAR's JSON interfaces are."
    )
    # Several processes (docs/operations.md): a database server and a message broker, both or neither.
    database_url: _Url | None = Field(
        default=None,
        description="PostgreSQL for the state, as in `postgresql+psycopg://user:password@host/errand`; with "
        "it ERRAND_BROKER_URL, and processes of their own: `errand worker`, `errand rescuer`, `errand api`.",
    )
    broker_url: _Url | None = Field(
        default=None,
        description="Redis for the messages between processes, as in `redis://:password@host:6379/0`.",
    )
    artifacts_url: str = Field(
        default="",
        description="Where artifacts are: `s3://bucket/prefix`, or `file:///folder` that all processes see. "
        "Default: a folder in ERRAND_HOME.",
    )
    s3_endpoint: str = Field(
        default="", description="Address of an S3-compatible storage that is not Amazon's."
    )
    s3_region: str = Field(default="", description="Region of the bucket, where the storage has any.")
    s3_access_key: _Key | None = Field(
        default=None, description="Key id for the storage. Without it, what the AWS tools would use."
    )
    s3_secret_key: _Key | None = Field(default=None, description="The secret that belongs to it.")
    offer: tuple[str, ...] = Field(
        default=("*",),
        description="What a worker offers of what it can, as a JSON list of names or patterns such as "
        "`web.*`; `--offer` goes before it.",
    )
    pool: str = Field(
        default="", max_length=64, description="A name for workers that are set up alike, shown with them."
    )
    drain_seconds: float = Field(
        default=60.0,
        ge=0,
        le=86_400,
        description="How long a process that is told to stop (SIGTERM) lets its jobs finish; what still runs "
        "then is handed back and done by another worker.",
    )
    most_lost: int | None = Field(
        default=None,
        ge=1,
        le=100,
        description="Attempts in a row after which a subtask whose worker dies counts as the cause of it. "
        "Default: 3; 20 where everything is in one process.",
    )
    job_memory_mb: int | None = Field(
        default=None,
        ge=200,
        description="Of a process that carries out jobs, and of each that it starts: millions of bytes that "
        "it may write to; a job that needs more fails. Default: no limit.",
    )
    task_parallel: int = Field(
        default=64, ge=0, description="Of a task: how many subtasks run at once; 0: no limit."
    )
    offer_wait_seconds: float = Field(
        default=3_600.0,
        ge=0,
        description="How long a subtask waits for a worker that offers its capability before it fails.",
    )
    hedge_after: float = Field(
        default=0.0,
        ge=0,
        description="A job without effects that takes so many times longer than 95 of 100 of its kind is "
        "started once more elsewhere, and whoever is first counts; 0: never.",
    )
    queue_events: bool = Field(
        default=False, description="Workers tell the broker of each message, for Flower."
    )
    api_port: int = Field(
        default=8351, ge=0, le=65535, description="Where `errand api` listens; 0: any free port."
    )
    api_host: str = Field(default="127.0.0.1", description="Address that `errand api` listens on.")
    metrics_host: str = Field(default="127.0.0.1", description="Address that metrics are served on.")
    worker_metrics_port: int = Field(
        default=9100, ge=0, le=65535,
        description="Where a worker serves Prometheus metrics, and the ports after it where that is taken; "
        "0: any free port.",
    )  # fmt: skip
    manager_metrics_port: int = Field(
        default=9150, ge=0, le=65535, description="The same for `errand api` and `errand rescuer`."
    )
    bot_metrics_port: int = Field(default=9200, ge=0, le=65535, description="The same for chat bots.")
    # Limits. Money is in US dollars, a day is one of UTC, and `none` is no limit.
    limit_task_usd: _Money = Field(
        default=5.0,
        description="Of a task: what calls of models may cost, in US dollars.",
    )
    limit_task_tokens: _Count = Field(
        default=None, description="Of a task: tokens of models, input and output together."
    )
    limit_task_calls: _Count = Field(default=None, description="Of a task: calls of models.")
    limit_task_wall_seconds: _Seconds = Field(
        default=None,
        description="Of a task: seconds from its submission on; then it ends with what it has.",
    )
    limit_principal_usd: _Money = Field(
        default=50.0,
        description="Of one principal, a day: what calls of models may cost, in US dollars.",
    )
    limit_principal_tokens: _Count = Field(
        default=None,
        description="Of one principal, a day: tokens of models, input and output together.",
    )
    limit_principal_calls: _Count = Field(
        default=None, description="Of one principal, a day: calls of models."
    )
    limit_principal_wall_seconds: _Seconds = Field(
        default=None, description="Of one principal, a day: seconds that steps run, added up."
    )
    limit_day_usd: _Money = Field(
        default=200.0,
        description="Of everyone together, a day: what calls of models may cost, in US dollars.",
    )
    limit_day_tokens: _Count = Field(
        default=None,
        description="Of everyone together, a day: tokens of models, input and output together.",
    )
    limit_day_calls: _Count = Field(default=None, description="Of everyone together, a day: calls of models.")
    limit_day_wall_seconds: _Seconds = Field(
        default=None, description="Of everyone together, a day: seconds that steps run, added up."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="error", description="What is logged to standard error: debug, info, warning, error."
    )
    log_json: bool = Field(default=False, description="Log lines as JSON.")

    def ceilings(self) -> Ceilings:
        return Ceilings(
            task=_ceiling(
                self.limit_task_usd, self.limit_task_tokens, self.limit_task_calls,
                self.limit_task_wall_seconds,
            ),
            principal=_ceiling(
                self.limit_principal_usd, self.limit_principal_tokens, self.limit_principal_calls,
                self.limit_principal_wall_seconds,
            ),
            day=_ceiling(
                self.limit_day_usd, self.limit_day_tokens, self.limit_day_calls, self.limit_day_wall_seconds
            ),
        )  # fmt: skip

    def model_setup(self) -> ModelSetup:
        usual = {
            "openai": self.openai_api_key,
            "openai-chat": self.openai_api_key,
            "openai-responses": self.openai_api_key,
            "anthropic": self.anthropic_api_key,
        }
        return ModelSetup(
            main=self.model,
            cheap=self.model_cheap,
            strong=self.model_strong,
            fallbacks=self.model_fallbacks,
            sizes=self.model_roles,
            key=self.model_key,
            keys={owner.lower(): key for owner, key in self.model_keys.items()},
            usual_keys={owner: key for owner, key in usual.items() if key is not None},
            context_tokens=self.model_context_tokens,
            parallel=self.model_parallel,
            timeout_seconds=self.model_timeout_seconds,
            prices=self.prices,
            allow_unknown_price=self.allow_unknown_price,
        )

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        try:
            return home.expanduser().resolve()
        except RuntimeError as error:  # how pathlib tells of a ring of links, and of an unknown user
            raise ValueError(f"{home} leads nowhere: {error}") from error


def _ceiling(usd: float | None, tokens: int | None, calls: int | None, seconds: float | None) -> Ceiling:
    return Ceiling(None if usd is None else round(usd * MICRO), tokens, calls, seconds)


def read_settings() -> Settings:
    """Raises SetupError naming every variable at fault."""
    try:
        return Settings()
    except ValidationError as error:
        faults = "; ".join(
            f"{_variable(e['loc'])}: {e['msg'].removeprefix('Value error, ')}"
            for e in error.errors()
            if e["type"] != "default_factory_not_called"  # a default that rests on the one at fault
        )
        raise SetupError(f"A setting can not be used ({faults}).") from error
    except SettingsError as error:  # not the JSON that a list or an object is written in
        named = re.search(r'field "(\w+)"', str(error))
        name = named[1] if named else "playbooks"
        raise SetupError(
            f"A setting can not be used (ERRAND_{name.upper()} is {_JSON_EXAMPLES[name]})."
        ) from error


def _variable(place: tuple[int | str, ...]) -> str:
    """Of a setting that has several names, the first; what is inside of it may be a name in small letters."""
    first, *inner = map(str, place)
    name = first.upper() if first.upper().startswith("ERRAND_") else f"ERRAND_{first.upper()}"
    return ".".join((name, *inner))


_JSON_EXAMPLES = {
    "playbooks": """a JSON list of folders, as in ERRAND_PLAYBOOKS='["/srv/playbooks"]'""",
    "model_fallbacks": """a JSON list of models, as in ERRAND_MODEL_FALLBACKS='["openai:gpt-5-mini"]'""",
    "model_keys": """a JSON object of keys, as in ERRAND_MODEL_KEYS='{"anthropic": "…"}'""",
    "offer": """a JSON list of names, as in ERRAND_OFFER='["web.*"]'""",
    "model_roles": """a JSON object of roles, as in ERRAND_MODEL_ROLES='{"review": "main"}'""",
}


def _usual_slots(*, with_model: bool) -> int:
    return 16 if with_model else min(8, (os.cpu_count() or 2) + 2)


def settings_table() -> str:
    """The settings as a Markdown table."""
    lines = ["| variable | default | what it does |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        empty = field.default in ("", None)
        default = "" if field.default_factory else "empty" if empty else f"`{_shown(field.default)}`"
        lines.append(f"| `ERRAND_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines) + "\n"


def _shown(value: object) -> str:
    return "[]" if value == () else str(value).lower() if isinstance(value, bool) else str(value)
