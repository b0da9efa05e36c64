"""Rings bells at set times."""
