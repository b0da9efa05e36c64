"""Agents: a model that works in turns, with tools, within bounds, and can be resumed after each turn."""
