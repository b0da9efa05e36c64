"""Results that a person reads: charts, reports in four formats, and the check that they hold."""

from typing import Any

from errand.agents.runner import Agents
from errand.capabilities.reports.chart import draw_chart
from errand.capabilities.reports.check import check
from errand.capabilities.reports.compose import compose
from errand.capabilities.reports.write import write
from errand.capability import Capability
from errand.model import Models

CAPABILITIES: tuple[Capability[Any, Any], ...] = (draw_chart, compose, write, check)


def report_capabilities(agents: Agents, models: Models) -> tuple[Capability[Any, Any], ...]:
    """Those that ask a model. Imported here: they stand on modules that stand on this package."""
    from errand.capabilities.reports.drafting import draft_capability
    from errand.capabilities.reports.reviewing import review_capability

    return (draft_capability(agents, models), review_capability(agents, models))
