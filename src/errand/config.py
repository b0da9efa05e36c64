"""All settings, read once, from the environment. `docs/settings.md` is made from this class."""

import os
from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from errand.domain.errors import SetupError


def _default_home() -> Path:
    return Path(platformdirs.user_data_dir("errand", appauthor=False))


class Settings(BaseSettings):
    """Each is an environment variable: its name in capitals with `ERRAND_` before it."""

    model_config = SettingsConfigDict(
        env_prefix="ERRAND_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    home: Path = Field(
        default_factory=_default_home,
        description="Folder that holds all state: tasks, artifacts, workspaces. "
        "Default: the platform's folder for user data.",
    )
    slots: int = Field(
        default_factory=lambda: min(8, (os.cpu_count() or 2) + 2),
        ge=1,
        le=256,
        description="How many subtasks run at once. Default: the number of cores and two, at most 8.",
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
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="error", description="What is logged to standard error: debug, info, warning, error."
    )
    log_json: bool = Field(default=False, description="Log lines as JSON.")

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        try:
            return home.expanduser().resolve()
        except RuntimeError as error:  # how pathlib tells of a ring of links, and of an unknown user
            raise ValueError(f"{home} leads nowhere: {error}") from error


def read_settings() -> Settings:
    """Raises SetupError naming every variable at fault."""
    try:
        return Settings()
    except ValidationError as error:
        faults = "; ".join(
            f"ERRAND_{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()
        )
        raise SetupError(f"A setting can not be used ({faults}).") from error
    except SettingsError as error:  # not the JSON that a list is written in
        raise SetupError(
            "A setting can not be used (ERRAND_PLAYBOOKS is a JSON list of folders, "
            """as in ERRAND_PLAYBOOKS='["/srv/playbooks"]')."""
        ) from error


def settings_table() -> str:
    """The settings as a Markdown table."""
    lines = ["| variable | default | what it does |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = (
            "" if field.default_factory else f"`{_shown(field.default)}`" if field.default != "" else "empty"
        )
        lines.append(f"| `ERRAND_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines) + "\n"


def _shown(value: object) -> str:
    return "[]" if value == () else str(value).lower() if isinstance(value, bool) else str(value)
