"""SQL over tables in files."""

from typing import Any

from errand.capabilities.tables.querying import describe_tables, query_tables
from errand.capability import Capability

CAPABILITIES: tuple[Capability[Any, Any], ...] = (describe_tables, query_tables)
