import pytest

from errand.capabilities.edgar.companies import Company, cik_in, company_called
from errand.domain.errors import InputRefused

LISTED = [
    Company(320193, "AAPL", "Apple Inc."),
    Company(1418121, "APLE", "Apple Hospitality REIT, Inc."),
    Company(70858, "BAC", "BANK OF AMERICA CORP /DE/"),
    Company(1067983, "BRK-B", "BERKSHIRE HATHAWAY INC"),
    Company(1067983, "BRK-A", "BERKSHIRE HATHAWAY INC"),
    Company(1403161, "V", "VISA INC."),
    Company(1326801, "META", "Meta Platforms, Inc."),
    Company(907471, "CASH", "Meta Financial Group"),
    Company(36104, "USB", "U.S. BANCORP"),
]


@pytest.mark.parametrize(
    ("text", "cik"),
    [
        ("AAPL", 320193),
        ("$aapl", 320193),
        ("Apple", 320193),
        ("apple inc", 320193),
        ("Apple Hospitality", 1418121),
        ("Bank of America", 70858),
        ("brk.b", 1067983),
        ("Berkshire", 1067983),
        ("Visa", 1403161),
        ("META", 1326801),
        ("Meta", 1326801),
        ("US Bancorp", 36104),
    ],
)
def test_a_company_is_known_by_ticker_name_or_the_begin_of_its_name(text: str, cik: int) -> None:
    assert company_called(text, LISTED).cik == cik


def test_a_name_that_several_begin_with_is_refused_with_their_tickers() -> None:
    with pytest.raises(InputRefused, match=r"Apple Hotels \(AHT\), Apple Homes \(AHM\); give the ticker"):
        company_called("apple", [Company(1, "AHT", "Apple Hotels"), Company(2, "AHM", "Apple Homes")])


def test_a_name_that_is_nearly_right_is_suggested() -> None:
    with pytest.raises(InputRefused, match=r"perhaps BERKSHIRE HATHAWAY INC \(BRK-B\)|\(BRK-A\) is meant"):
        company_called("Berkshire Hathway", LISTED)


@pytest.mark.parametrize("text", ["Errand", "?", "the company"])
def test_a_name_that_nobody_has_is_refused(text: str) -> None:
    with pytest.raises(InputRefused, match="lists no company called"):
        company_called(text, LISTED)


def test_a_cik_is_digits_with_or_without_its_name() -> None:
    assert cik_in(" CIK0000320193 ") == 320193
    assert cik_in("320193") == 320193
    assert cik_in("3M") is None
    assert cik_in("0") is None
