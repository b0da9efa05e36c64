"""Text without a model: extractive summaries, ranking, verbatim quotations."""
