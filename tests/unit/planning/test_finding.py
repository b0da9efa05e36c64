import pytest

from errand.planning.finding import company, filing_form, number_before, words_after


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Analyze Apple's financials", "Apple"),
        ("analyze apple's financials", "apple"),
        ("financials of nvidia, please", "nvidia"),
        ("MSFT", "MSFT"),
        ("$aapl", "AAPL"),
        ("ticker: tsla", "TSLA"),
        ("Analyze BRK.B", "BRK.B"),
        ("analyze CIK 0000320193", "0000320193"),
        ("How healthy is ACME? look at the 10-K", "ACME"),
        ("How is Procter & Gamble doing?", "Procter & Gamble"),
        ("Analyze Bank of America", "Bank of America"),
        ("Do a due diligence on Palantir Technologies, Inc. please", "Palantir Technologies, Inc"),
        ("Is Union Pacific a good investment?", "Union Pacific"),
        ("analyze General Motors 10-K for 2024", "General Motors"),
        ("how risky is 3M?", "3M"),
        ("Microsoft: financial analysis", "Microsoft"),
    ],
)
def test_a_company_is_found_by_ticker_number_or_name(text: str, found: str) -> None:
    assert company(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "Analyze this company's financials and summarize the key risks",
        "ANALYZE THIS COMPANYS FINANCIALS PLEASE",
        "Review the Annual Report and list the Main Risks",
        "What does the SEC filing say about EBITDA in FY2024?",
        "Dissect the attached report",
        "Check my company's balance sheet",
        "Analyze the financials from its XBRL facts",
        "",
    ],
)
def test_everyday_words_are_no_company(text: str) -> None:
    assert company(text) is None


def test_a_form_is_found_when_exactly_one_is_named() -> None:
    assert filing_form("the latest 10q of Apple") == "10-Q"
    assert filing_form("Form 20-F") == "20-F"
    assert filing_form("the 10-K and the 10-Q") is None
    assert filing_form("10 kilos") is None


def test_words_after_a_phrase_end_with_the_clause() -> None:
    assert words_after("Summarize it, with a focus on water rights, please", ["focus on"]) == "water rights"
    assert words_after("focus on taxes and translate it", ["focus on"]) == "taxes"
    assert words_after("Summarize it", ["focus on"]) is None


def test_a_number_before_a_word_is_read_in_digits_and_in_words() -> None:
    assert number_before("in five sentences", ["sentence*"]) == 5
    assert number_before("the 5 of us want 10 short sentences", ["sentence*"]) == 10
    assert number_before("some sentences", ["sentence*"]) is None
    assert number_before("in 0 sentences", ["sentence*"]) is None
