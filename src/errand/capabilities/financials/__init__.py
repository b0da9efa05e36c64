"""From facts to statements, ratios and red flags. Formulas carry their source."""

from typing import Any

from errand.capabilities.financials.ratios import ratios
from errand.capabilities.financials.statements import statements
from errand.capability import Capability

CAPABILITIES: tuple[Capability[Any, Any], ...] = (statements, ratios)
"""`Any`: each has its own input and output types."""
