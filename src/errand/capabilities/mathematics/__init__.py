"""Exact mathematics."""

from typing import Any

from errand.capabilities.mathematics.solve import solve
from errand.capability import Capability

CAPABILITIES: tuple[Capability[Any, Any], ...] = (solve,)
