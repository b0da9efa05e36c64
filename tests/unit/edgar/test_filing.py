import gzip
import socket
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import stamina

from errand.capabilities.edgar.client import PACE, EdgarClient
from errand.capabilities.edgar.filing import FilingInput, FilingOutput, edgar_capabilities
from errand.capabilities.edgar.settings import EdgarSettings
from errand.capability import Catalogue
from errand.domain.errors import InputRefused, NotOffered, Transient
from errand.testing import FolderContext
from tests.unit.edgar.served import Answer, Edgar, columns, served, submissions

AGENT = "Errand's tests errand@example.org"
SUBMISSIONS = "/submissions/CIK0000012345.json"
FACTS = "/api/xbrl/companyfacts/CIK0000012345.json"
ANNUAL = ("10-K", "0000012345-25-000007", "brook-20250630.htm", "2025-06-30")
AMENDED = ("10-K/A", "0000012345-25-000009", "brook-20250630a.htm", "2025-06-30")
QUARTERLY = ("10-Q", "0000012345-25-000011", "brook-20250930.htm", "2025-09-30")
DOCUMENT = "/Archives/edgar/data/12345/000001234525000007/brook-20250630.htm"
TICKERS = "/files/company_tickers.json"


@pytest.fixture(autouse=True)
def _without_pauses() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@pytest.fixture
def edgar() -> Iterator[Edgar]:
    with served() as edgar:
        edgar.plan_json(TICKERS, {"0": {"cik_str": 12345, "ticker": "BRK", "title": "BROOKFORD TOOLS INC"}})
        edgar.plan_json(SUBMISSIONS, submissions("Brookford Tools Inc.", QUARTERLY, AMENDED, ANNUAL))
        edgar.plan(DOCUMENT, Answer(b"<html>annual</html>"))
        edgar.plan(FACTS, Answer(b'{"facts": {}}'))
        yield edgar


def settings(edgar: Edgar, user_agent: str = AGENT) -> EdgarSettings:
    return EdgarSettings(user_agent, edgar.url, edgar.url, requests_per_second=1000)


def fetched(
    edgar: Edgar, tmp_path: Path, company: str = "brookford tools", form: str = "10-K"
) -> FilingOutput:
    (filing,) = edgar_capabilities(settings(edgar))
    return filing.run(FilingInput(company=company, form=form), FolderContext(tmp_path))


def test_the_latest_annual_report_and_the_facts_are_fetched(edgar: Edgar, tmp_path: Path) -> None:
    output = fetched(edgar, tmp_path)

    context = FolderContext(tmp_path)
    assert [context.load(file) for file in output.files] == [b"<html>annual</html>", b'{"facts": {}}']
    assert [(file.name, file.media_type) for file in output.files] == [
        ("brook-20250630.htm", "text/html"),
        ("companyfacts_CIK0000012345.json", "application/json"),
    ]
    assert (output.company, output.cik, output.form) == ("Brookford Tools Inc.", "0000012345", "10-K")
    assert output.period_end == date(2025, 6, 30)
    assert output.remarks == []


def test_every_request_says_who_asks(edgar: Edgar, tmp_path: Path) -> None:
    fetched(edgar, tmp_path)

    assert edgar.asked == [(path, AGENT) for path in (TICKERS, SUBMISSIONS, DOCUMENT, FACTS)]


@pytest.mark.parametrize("company", ["12345", "CIK 0000012345", "cik0000012345"])
def test_a_cik_needs_no_list_of_companies(edgar: Edgar, tmp_path: Path, company: str) -> None:
    fetched(edgar, tmp_path, company)

    assert TICKERS not in edgar.paths


def test_another_form_is_fetched_when_it_is_wanted(edgar: Edgar, tmp_path: Path) -> None:
    edgar.plan(
        "/Archives/edgar/data/12345/000001234525000011/brook-20250930.htm", Answer(b"<html>quarter</html>")
    )

    assert fetched(edgar, tmp_path, form="10-q").period_end == date(2025, 9, 30)


def test_a_foreign_company_gives_its_20f_instead_and_says_so(edgar: Edgar, tmp_path: Path) -> None:
    edgar.plan_json(SUBMISSIONS, submissions("Brookford plc", ("20-F", *ANNUAL[1:])))

    output = fetched(edgar, tmp_path)

    assert output.form == "20-F"
    assert output.remarks == ["Brookford plc files no 10-K; its 20-F was taken."]


def test_older_filings_are_looked_through(edgar: Edgar, tmp_path: Path) -> None:
    page = "CIK0000012345-submissions-001.json"
    edgar.plan_json(SUBMISSIONS, submissions("Brookford Tools Inc.", QUARTERLY, pages=(page,)))
    edgar.plan_json(f"/submissions/{page}", columns(ANNUAL))

    assert fetched(edgar, tmp_path).form == "10-K"


def test_a_form_that_was_never_filed_is_refused_with_what_is(edgar: Edgar, tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="has no 40-F at EDGAR; it files 10-K, 10-Q"):
        fetched(edgar, tmp_path, form="40-F")


def test_a_company_without_xbrl_gives_the_document_alone(edgar: Edgar, tmp_path: Path) -> None:
    edgar.plan(FACTS, Answer(status=404))

    output = fetched(edgar, tmp_path)

    assert len(output.files) == 1
    assert output.remarks == ["EDGAR holds no XBRL figures of this company."]


def test_a_company_that_edgar_does_not_list_is_refused(edgar: Edgar, tmp_path: Path) -> None:
    with pytest.raises(
        InputRefused, match="lists no company called Brookfort Tools; perhaps BROOKFORD TOOLS INC"
    ):
        fetched(edgar, tmp_path, "Brookfort Tools")


def test_a_cik_that_does_not_exist_is_refused(edgar: Edgar, tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="EDGAR has no record of a company with the CIK 999"):
        fetched(edgar, tmp_path, "999")


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_passing_fault_is_tried_again(edgar: Edgar, tmp_path: Path, status: int) -> None:
    edgar.plan(DOCUMENT, Answer(status=status, headers=(("Retry-After", "0"),)), Answer(b"<html>late</html>"))

    assert fetched(edgar, tmp_path).files[0].size == len("<html>late</html>")


def test_a_fault_that_stays_is_transient(edgar: Edgar, tmp_path: Path) -> None:
    edgar.plan(SUBMISSIONS, Answer(status=503))

    with pytest.raises(
        Transient, match=r"did not give the record of a company with the CIK 12345 \(it answered 503\)"
    ):
        fetched(edgar, tmp_path)

    assert edgar.paths.count(SUBMISSIONS) == 3


def test_a_long_pause_is_left_to_whoever_retries_the_job(edgar: Edgar, tmp_path: Path) -> None:
    edgar.plan(SUBMISSIONS, Answer(status=429, headers=(("Retry-After", "900"),)))

    with pytest.raises(Transient, match="asked too often") as raised:
        fetched(edgar, tmp_path)

    assert raised.value.retry_after_seconds == 900
    assert edgar.paths.count(SUBMISSIONS) == 1


def test_edgars_own_page_about_the_rate_is_transient(edgar: Edgar, tmp_path: Path) -> None:
    edgar.plan(TICKERS, Answer(b"<title>SEC.gov | Request Rate Threshold Exceeded</title>", 403))

    with pytest.raises(Transient, match="asked too often"):
        fetched(edgar, tmp_path)


def test_a_refused_user_agent_names_the_setting(edgar: Edgar, tmp_path: Path) -> None:
    edgar.plan(TICKERS, Answer(b"Undeclared Automated Tool", 403))

    with pytest.raises(NotOffered, match="ERRAND_EDGAR_USER_AGENT"):
        fetched(edgar, tmp_path)


@pytest.mark.parametrize("body", [b"<html>Maintenance</html>", b"{}", b'{"name": "x"}'])
def test_an_answer_of_another_kind_is_transient(edgar: Edgar, tmp_path: Path, body: bytes) -> None:
    edgar.plan(SUBMISSIONS, Answer(body))

    with pytest.raises(Transient, match="something else than"):
        fetched(edgar, tmp_path)


def test_an_answer_that_breaks_off_is_transient(edgar: Edgar, tmp_path: Path) -> None:
    edgar.plan(DOCUMENT, Answer(b"not gzip", headers=(("Content-Encoding", "gzip"),)))

    with pytest.raises(Transient, match="did not give the document"):
        fetched(edgar, tmp_path)


def test_what_swells_beyond_the_bound_is_refused(edgar: Edgar, tmp_path: Path) -> None:
    swelling = gzip.compress(bytes(101_000_000), compresslevel=1)
    edgar.plan(DOCUMENT, Answer(swelling, headers=(("Content-Encoding", "gzip"),)))

    with pytest.raises(InputRefused, match="larger than 100 MB"):
        fetched(edgar, tmp_path)


@pytest.mark.parametrize("document", ["../../etc/passwd", "/etc/passwd", "a b.htm", "x?y=1", ""])
def test_a_document_name_that_leads_elsewhere_is_passed_over(
    edgar: Edgar, tmp_path: Path, document: str
) -> None:
    edgar.plan_json(SUBMISSIONS, submissions("B", (ANNUAL[0], ANNUAL[1], document, ANNUAL[3])))

    with pytest.raises(InputRefused, match="B has no 10-K"):
        fetched(edgar, tmp_path)


def test_offline_is_said_plainly(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = Edgar(f"http://127.0.0.1:{unused.getsockname()[1]}")

        with pytest.raises(NotOffered, match=r"can not be reached at 127\.0\.0\.1 .* attach the company's"):
            fetched(nobody, tmp_path)


@pytest.mark.parametrize("user_agent", ["", "Jane Doe", "Jane jane@example.org\nX: y"])
def test_without_saying_who_asks_it_is_not_offered_and_the_setting_is_named(
    edgar: Edgar, user_agent: str
) -> None:
    catalogue = Catalogue(edgar_capabilities(settings(edgar, user_agent)))

    with pytest.raises(NotOffered, match="set ERRAND_EDGAR_USER_AGENT"):
        catalogue.get("edgar.filing")


def test_requests_keep_their_pace(edgar: Edgar) -> None:
    paced = EdgarSettings(AGENT, edgar.url, edgar.url, requests_per_second=50)
    PACE.wait(1000)

    begun = time.monotonic()
    with EdgarClient(paced) as client:
        contents = [client.get(f"{edgar.url}{FACTS}", "facts") for _ in range(6)]

    assert len(contents) == 6
    assert time.monotonic() - begun >= 5 / 50 - 0.005
