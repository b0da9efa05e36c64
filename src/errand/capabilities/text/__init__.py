"""Text without a model: extractive summaries, ranking, verbatim quotations."""

from errand.capabilities.text.find import find
from errand.capabilities.text.summarize import summarize

CAPABILITIES = (summarize, find)
