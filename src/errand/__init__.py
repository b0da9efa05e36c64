"""Errand: hand it a task in your own words, get a finished result whose every claim can be checked."""

__version__ = "0.1.0"
