"""The rule planner: from a request and any catalogue to a plan, by words and types alone."""

from errand.planning.rules.planner import THRESHOLD, RulePlanner

__all__ = ["THRESHOLD", "RulePlanner"]
