"""What `Database` needs to know of the kind of database that it opens."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from errand.domain.errors import StoreUnavailable


@dataclass(frozen=True, slots=True)
class Access:
    """How its transactions begin and what its errors mean; lives as long as its `Database`."""

    writing: Engine
    reading: Engine
    at_once: Engine
    is_server: bool
    """Several processes change it at the same moment."""
    begin_writing: str
    """What the driver does not say by itself; empty: it does."""
    begin_reading: str
    turn: AbstractContextManager[object]
    """Held by the one writer of this process, where the database has one writer at a time."""
    migrating: tuple[str, ...]
    """Said before a migration, in its transaction."""
    fault_of: Callable[[SQLAlchemyError], StoreUnavailable | None]
    """For a person; None: it is a defect of ours."""


def to_json(value: object) -> str:
    """Of both kinds, for their columns of JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
