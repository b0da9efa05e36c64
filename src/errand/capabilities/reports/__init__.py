"""Results that a person reads: charts, reports in four formats, and the check that they hold."""

from typing import Any

from errand.capabilities.reports.chart import draw_chart
from errand.capabilities.reports.check import check
from errand.capabilities.reports.compose import compose
from errand.capabilities.reports.write import write
from errand.capability import Capability

CAPABILITIES: tuple[Capability[Any, Any], ...] = (draw_chart, compose, write, check)
