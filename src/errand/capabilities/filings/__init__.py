"""Filings to the SEC: their sections, their risk factors, their facts."""
