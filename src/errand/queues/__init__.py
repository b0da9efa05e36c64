"""Keepers of the queue contract."""
