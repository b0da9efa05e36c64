"""The service over HTTP, for programs (docs/api.md)."""
