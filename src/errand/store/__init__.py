"""State that outlives a process: SQL tables, and artifacts by the hash of their content."""
