"""Reading files: whatever the format, one Document with structure and positions."""
