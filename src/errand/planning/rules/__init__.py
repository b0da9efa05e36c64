"""The rule planner: from a request and any catalogue to a plan, by words and types alone."""
