"""Keepers of the capability contract, a folder per subject. Only the container registers them."""
