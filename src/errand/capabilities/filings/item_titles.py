"""How the titles of items begin, by form; patterns, lower case.

Source: the forms themselves (SEC 1673: 10-K, SEC 1296: 10-Q, SEC 1852: 20-F) and older versions of them.
"""

import re

TITLES_10K = {
    "1": "business|description of business", "1A": "risk factors", "1B": "unresolved staff", "1C": "cyber",
    "2": "propert|description of propert", "3": "legal proceedings",
    "4": "mine safety|submission of matters|reserved|removed|\\(?\\[?(?:removed|reserved)",
    "5": "market for|market price", "6": "selected|\\[?\\(?reserved", "7": "management",
    "7A": "quantitative|qualitative", "8": "financial statements|consolidated financial",
    "9": "changes in|disagreements", "9A": "controls|disclosure controls", "9B": "other information",
    "9C": "disclosure regarding", "10": "directors", "11": "executive comp", "12": "security ownership",
    "13": "certain relationships", "14": "principal acc", "15": "exhibit", "16": "form 10-k|summary",
}  # fmt: skip
TITLES_10Q = {
    "I.1": "(?:unaudited |condensed |consolidated |interim )*financial (?:statements|information)",
    "I.2": "management", "I.3": "quantitative|qualitative", "I.4": "controls|disclosure controls",
    "II.1": "legal proceedings", "II.1A": "risk factors",
    "II.2": "unregistered|changes in securities|issuer purchases|repurchase|purchases of equity",
    "II.3": "defaults", "II.4": "mine safety|submission of matters|\\[?\\(?(?:removed|reserved)",
    "II.5": "other information", "II.6": "exhibits",
}  # fmt: skip
TITLES_20F = {
    "1": "identity of", "2": "offer statistics", "3": "key information",
    "4": "information on|information about",
    "4A": "unresolved staff", "5": "operating and financial|operating results", "6": "directors",
    "7": "major shareholders", "8": "financial information", "9": "the offer", "10": "additional information",
    "11": "quantitative|qualitative", "12": "description of sec", "13": "defaults", "14": "material modif",
    "15": "controls", "16": "\\[?\\(?reserved", "16A": "audit committee", "16B": "code of ethics",
    "16C": "principal acc", "16D": "exemptions", "16E": "purchases of equity", "16F": "change in registrant",
    "16G": "corporate governance", "16H": "mine safety", "16I": "disclosure regarding",
    "16J": "insider trading", "16K": "cyber", "17": "financial statements", "18": "financial statements",
    "19": "exhibits", "3.A": "\\[?reserved|selected", "3.B": "capitali[sz]ation", "3.C": "reasons for",
    "3.D": "risk factors", "4.A": "history and", "4.B": "business overview", "4.C": "organi[sz]ational",
    "4.D": "propert", "5.A": "operating results", "5.B": "liquidity", "5.C": "research and",
    "5.D": "trend", "5.E": "critical|off-balance", "5.F": "tabular", "5.G": "safe harbor",
    "6.A": "directors", "6.B": "compensation", "6.C": "board practices", "6.D": "employees",
    "6.E": "share ownership", "6.F": "disclosure of", "7.A": "major", "7.B": "related party",
    "7.C": "interests of", "8.A": "consolidated", "8.B": "significant changes", "9.A": "offer",
    "9.B": "plan of", "9.C": "markets", "10.A": "share capital", "10.B": "memorandum",
    "10.C": "material contracts", "10.D": "exchange controls", "10.E": "taxation", "10.F": "dividends",
    "10.G": "statement by", "10.H": "documents on", "10.I": "subsidiary info", "10.J": "annual report",
    "12.A": "debt", "12.B": "warrants", "12.C": "other sec", "12.D": "american deposit",
}  # fmt: skip
TITLES = {"10-K": TITLES_10K, "10-Q": TITLES_10Q, "20-F": TITLES_20F}


def titles_of(form: str) -> dict[str, str]:
    """Those of a 10-K when the form is another one, or not known."""
    return TITLES.get(form.removesuffix("/A"), TITLES_10K)


def fits(key: str, title: str, titles: dict[str, str]) -> bool:
    """Whether the title is one that the item has in this form."""
    return re.match(titles[key], title, re.I) is not None
