"""Reading files: whatever the format, one Document with structure and positions."""

from typing import Any

from errand.capabilities.documents.passages import outline_document, read_passages
from errand.capabilities.documents.read import read
from errand.capability import Capability

CAPABILITIES: tuple[Capability[Any, Any], ...] = (read, outline_document, read_passages)
