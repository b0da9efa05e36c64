"""What was found out about models, kept in a file, so that a start does not cost a call each time."""

import hashlib
import json
import os
import secrets
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, Field, SecretStr, ValidationError

from errand.domain.errors import StoreUnavailable
from errand.models.probing import Ability

VALID_FOR = timedelta(days=7)


class Found(BaseModel):
    ability: Ability
    at: datetime

    def is_fresh(self, now: datetime) -> bool:
        return self.at <= now < self.at + VALID_FOR


class _File(BaseModel):
    salt: str = Field(default_factory=lambda: secrets.token_hex(16))
    models: dict[str, Found] = {}

    def fingerprint(self, named: str, key: SecretStr | None) -> str:
        secret = key.get_secret_value() if key is not None else ""
        text = json.dumps([named, secret]).encode()
        return hashlib.blake2b(text, key=self.salt.encode(), digest_size=16).hexdigest()


class KnownModels:
    """Written whole each time; two processes that probe at once cost one probe more, and nothing else.

    A model goes by a hash of its setting and its key, with a salt that only this file holds: with another key
    it is another model, and neither key nor address can be read from the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, named: str, key: SecretStr | None) -> Found | None:
        held = self._read()
        return held.models.get(held.fingerprint(named, key))

    def put(self, named: str, key: SecretStr | None, found: Found) -> None:
        held = self._read()
        held.models[held.fingerprint(named, key)] = found
        self._write(held)

    def forget(self, named: str, key: SecretStr | None) -> None:
        held = self._read()
        if held.models.pop(held.fingerprint(named, key), None):
            self._write(held)

    def _read(self) -> _File:
        try:
            return _File.model_validate_json(self._path.read_bytes())
        except (FileNotFoundError, ValidationError):  # none yet, or damaged: it can all be found out again
            return _File()
        except OSError as error:
            raise StoreUnavailable(f"{self._path} can not be read ({error.strerror}).") from error

    def _write(self, held: _File) -> None:
        written = self._path.with_name(f"{self._path.name}.{os.getpid()}.new")
        try:
            written.write_text(held.model_dump_json(indent=1), encoding="utf-8")
            written.replace(self._path)
        except OSError as error:
            raise StoreUnavailable(f"{self._path} can not be written ({error.strerror}).") from error
