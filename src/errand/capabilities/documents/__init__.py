"""Reading files: whatever the format, one Document with structure and positions."""

from errand.capabilities.documents.read import read

CAPABILITIES = (read,)
