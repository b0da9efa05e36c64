"""Summaries, answers, findings and values out of texts: with a model, and as far as it goes without one."""

from typing import Any

from errand.agents.runner import Agents
from errand.capabilities.text.find import find
from errand.capability import Capability
from errand.model import Models


def text_capabilities(agents: Agents, models: Models) -> tuple[Capability[Any, Any], ...]:
    """Imported here: those that ask a model stand on modules that stand on this package."""
    from errand.capabilities.extracting.extract import extract_capability
    from errand.capabilities.text.analyzing import analyze_capability
    from errand.capabilities.text.answering import answer_capability
    from errand.capabilities.text.reasoning import reason_capability
    from errand.capabilities.text.summarizing import summarize_capability

    return (
        summarize_capability(agents, models),
        find,
        extract_capability(agents, models),
        answer_capability(agents, models),
        analyze_capability(agents, models),
        reason_capability(agents, models),
    )
