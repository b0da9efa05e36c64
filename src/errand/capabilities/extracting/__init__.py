"""Values out of documents by a schema: `text.extract`, with a model and without one."""
