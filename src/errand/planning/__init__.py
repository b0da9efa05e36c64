"""From a request to a checked plan: playbooks, the rule planner, plan checking. No model needed."""
