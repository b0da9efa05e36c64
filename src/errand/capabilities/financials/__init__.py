"""From facts to statements, ratios and red flags. Formulas carry their source."""

from typing import Any

from errand.capability import Capability

CAPABILITIES: tuple[Capability[Any, Any], ...]
"""`Any`: each has its own input and output types."""


def __getattr__(name: str) -> tuple[Capability[Any, Any], ...]:
    """Put together when asked for: reports use the models of this package, and its report uses theirs."""
    if name != "CAPABILITIES":
        raise AttributeError(f"{__name__} has no attribute {name}")
    from errand.capabilities.financials.charts import charts
    from errand.capabilities.financials.flags import flags
    from errand.capabilities.financials.ratios import ratios
    from errand.capabilities.financials.report import report
    from errand.capabilities.financials.statements import statements

    return statements, ratios, flags, charts, report
