"""Filings to the SEC: their sections, their risk factors, their facts."""

from typing import Any

from errand.capabilities.filings.facts import facts as _facts
from errand.capabilities.filings.sections import sections as _sections
from errand.capability import Capability

CAPABILITIES: tuple[Capability[Any, Any], ...] = (_sections, _facts)
"""`Any`: each has its own input and output types."""
