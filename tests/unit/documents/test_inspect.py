"""What is refused at the edge, each with a sentence that says what to do."""

import gzip
import os
import tarfile
import tracemalloc
from pathlib import Path

import pytest

from errand.capabilities.documents.inspect import inspect
from errand.capabilities.documents.packed import packed_type
from errand.domain.errors import InputRefused
from tests.unit.documents import made

LIMIT = 10_000_000

SEC_LIMIT_PAGE = """<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN"><html><head>
<title>SEC.gov | Request Rate Threshold Exceeded</title><style>p { color: red }</style></head>
<body><h1>Your Request Originates from an Undeclared Automated Tool</h1>
<p>To allow for equitable access to all users, requests are limited.</p></body></html>"""

ERROR_PAGES = [
    SEC_LIMIT_PAGE,
    "<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body></html>",
    "<html><body><h1>Access Denied</h1><p>You don't have permission to access this page.</p></body></html>",
    "<HTML><HEAD><TITLE>Error</TITLE></HEAD><BODY>An error occurred while processing.</BODY></HTML>",
    "<html><title>Page not found | Investors</title><p>Try the search.</p></html>",
    "<html><title>403 - Forbidden: Access is denied.</title></html>",
    "<html><title>Just a moment...</title><script>var a = 1</script></html>",
    "<html><body>HTTP Error 503. The service is unavailable.</body></html>",
    "<!doctype html><html><head><title>Oops</title></head><body><h2>Internal Server Error</h2></body></html>",
]

ORDINARY_PAGES = [
    "<html><title>Annual report</title><p>Errors in pumps were few; 404 pumps were sold.</p></html>",
    "<html><title>Prior period error corrections under IAS 8: a guide for accountants</title><p>A</p></html>",
    "<html><title>404 Not Found</title>" + "<p>A long study of lost pages.</p>" * 120,
    "<p>Just a fragment of a page about pumps.</p>",
]


def kept(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refusal(path: Path) -> str:
    with pytest.raises(InputRefused) as refused:
        inspect(path, limit_bytes=LIMIT)
    return str(refused.value)


@pytest.mark.parametrize(
    ("name", "content", "format_"),
    [
        ("a.pdf", made.pdf("Hello."), "pdf"),
        ("a.docx", made.docx(), "docx"),
        ("a.xlsx", made.xlsx({"S": [[1]]}), "xlsx"),
        ("a.html", b"<html><body><p>Hello</p></body></html>", "html"),
        ("a.htm", b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><p>x</p></html>", "html"),
        ("a.md", b"# Hello", "markdown"),
        ("a.txt", b"Hello", "text"),
        ("README", b"Hello", "text"),
        ("a.csv", b"a,b\n1,2\n", "csv"),
        ("a.json", b'{"cik": 1}', "json"),
        ("a.xml", b"<?xml version='1.0'?><xbrl/>", "xml"),
        ("instance", b"<xbrli:xbrl xmlns:xbrli='x'><a/></xbrli:xbrl>", "xml"),
    ],
)
def test_formats_that_are_read_pass(tmp_path: Path, name: str, content: bytes, format_: str) -> None:
    inspected = inspect(kept(tmp_path, name, content), limit_bytes=LIMIT)
    assert (inspected.format, inspected.remarks) == (format_, ())


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.pdf").startswith(f"There is no file {tmp_path / 'none.pdf'}")
    assert "There is no file" in refusal(Path("zero\0byte"))
    assert "There is no file" in refusal(tmp_path / ("long" * 200))


def test_a_folder_and_a_pipe_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "is a folder" in refusal(tmp_path)
    assert "a device or a pipe" in refusal(tmp_path / "pipe")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    path = kept(tmp_path, "a.txt", b"secret")
    path.chmod(0)
    assert "may not be read" in refusal(path)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    assert "is empty" in refusal(kept(tmp_path, "a.txt", b""))
    assert "is empty" in refusal(kept(tmp_path, "a.html", b"\n \n"))


def test_a_file_beyond_the_limit_is_refused_with_both_sizes(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.truncate(300_000_000)
    said = refusal(path)
    assert "300.0 MB" in said
    assert "10.0 MB" in said


def test_an_encrypted_pdf_is_refused(tmp_path: Path) -> None:
    assert "is encrypted" in refusal(kept(tmp_path, "a.pdf", made.encrypted_pdf("x7")))


@pytest.mark.parametrize(
    ("name", "whole"), [("a.pdf", made.pdf()), ("a.docx", made.docx()), ("a.xlsx", made.xlsx({"S": [[1]]}))]
)
@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_a_download_that_broke_off_is_refused(tmp_path: Path, name: str, whole: bytes, share: float) -> None:
    assert "damaged or incomplete" in refusal(kept(tmp_path, name, whole[: int(len(whole) * share)]))


@pytest.mark.parametrize("page", ERROR_PAGES)
@pytest.mark.parametrize("name", ["10-k.html", "10-k.htm", "10-k.pdf", "facts.json", "10-k"])
def test_an_error_page_is_not_taken_for_the_document(tmp_path: Path, name: str, page: str) -> None:
    assert "error page" in refusal(kept(tmp_path, name, page))


@pytest.mark.parametrize("page", ORDINARY_PAGES)
def test_an_ordinary_page_is_not_taken_for_an_error(tmp_path: Path, page: str) -> None:
    assert inspect(kept(tmp_path, "page.html", page), limit_bytes=LIMIT).format == "html"


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        (
            "facts.xml",
            "<?xml version='1.0'?><Error><Code>NoSuchKey</Code><Message>No such key.</Message></Error>",
        ),
        ("facts.json", '{"message": "Forbidden"}'),
        ("facts.json", '{"error": {"code": 404, "message": "Not found"}}'),
        ("filing.txt", "429 Too Many Requests"),
    ],
)
def test_an_answer_that_says_error_is_refused(tmp_path: Path, name: str, answer: str) -> None:
    assert "error page" in refusal(kept(tmp_path, name, answer))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.pdf", b"<html><body><p>A report</p></body></html>", "called a PDF but is really a web page"),
        ("a.xlsx", b"a,b\n1,2\n", "called an Excel workbook (XLSX) but is really plain text"),
        ("a.docx", made.pdf("x"), "but is really a PDF"),
        ("a.html", made.pdf("x"), "but is really a PDF"),
        ("a.pdf", made.docx(), "but is really a Word document"),
    ],
)
def test_a_name_that_promises_another_format_is_refused(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    assert said in refusal(kept(tmp_path, name, content))


def test_text_under_the_name_of_another_text_is_read_with_a_remark(tmp_path: Path) -> None:
    inspected = inspect(kept(tmp_path, "a.txt", b"<html><p>Hi</p></html>"), limit_bytes=LIMIT)
    assert inspected.format == "html"
    assert inspected.remarks == ("a.txt is read as a web page (HTML), which is what it holds.",)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("photo.jpg", b"\xff\xd8\xff\xe0" + b"\x00" * 50, "a JPEG image"),
        ("data.bin", bytes(range(256)) * 100, "binary format that is not known"),
        ("all.zip", made.zipped({"a.txt": "x"}), "a ZIP archive: unpack it"),
        ("deck.pptx", made.zipped({"[Content_Types].xml": "presentationml"}), "a PowerPoint presentation"),
    ],
)
def test_other_formats_are_refused_by_their_names(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    assert said in refusal(kept(tmp_path, name, content))


@pytest.mark.parametrize("answer", ['{"error": 0.12, "rate": 3}', '{"message": "Hello", "error": null}'])
def test_json_that_merely_speaks_of_errors_passes(tmp_path: Path, answer: str) -> None:
    assert inspect(kept(tmp_path, "a.json", answer), limit_bytes=LIMIT).format == "json"


def test_a_long_page_without_its_end_is_remarked(tmp_path: Path) -> None:
    page = "<html><body>" + "<p>We make pumps for every mill.</p>" * 2_000
    cut = inspect(kept(tmp_path, "cut.html", page), limit_bytes=LIMIT)
    whole = inspect(kept(tmp_path, "whole.html", page + "</body></html>"), limit_bytes=LIMIT)
    assert cut.remarks == ("cut.html does not end as web pages do: it may be incomplete.",)
    assert whole.remarks == ()


@pytest.mark.corpus
def test_the_files_of_the_corpus_pass(corpus: Path) -> None:
    files = [each for each in sorted(corpus.glob("[BD]_*/*/*")) if each.is_file()]
    assert files
    for each in files:
        inspect(each, limit_bytes=100_000_000)


def test_a_header_that_announces_gigabytes_is_not_read_through(tmp_path: Path) -> None:
    header = tarfile.TarInfo("pax")
    header.type, header.size = tarfile.XHDTYPE, 8_000_000_000
    path = tmp_path / "bomb.tar.gz"
    with gzip.open(path, "wb", compresslevel=1) as packed:
        packed.write(header.tobuf())
        for _ in range(100):
            packed.write(bytes(1_000_000))

    tracemalloc.start()
    try:
        assert packed_type(path) == "application/gzip"
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert most < 5_000_000
