"""Filings fetched from the SEC's EDGAR by ticker, CIK or name, through its public JSON interfaces."""
