"""Keepers of the capability contract, a folder per subject. The container registers them; nothing else does."""
