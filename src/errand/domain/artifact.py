"""Named files that a task produced or was given, each stored once under the hash of its content."""

from dataclasses import dataclass

from errand.domain.json import JsonObject


@dataclass(frozen=True, slots=True)
class Artifact:
    name: str
    media_type: str
    size: int
    """Bytes."""
    sha256: str
    provenance: JsonObject
    """Who made it from what: at least `capability` and `inputs` (hashes), or `attached: true`."""
