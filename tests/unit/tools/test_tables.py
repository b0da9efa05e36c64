"""SQL over attached tables: exact, bounded, and shut off from everything else."""

import io
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
import openpyxl
import pytest

from errand.capabilities.child import TookTooLong
from errand.capabilities.tables.answering import answered
from errand.capabilities.tables.model import Answered, Asked, TableDescription, TableFile
from errand.capabilities.tables.querying import (
    WORK,
    DescribeInput,
    QueryInput,
    describe_tables,
    query_tables,
)
from errand.capability import ArtifactRef
from errand.domain.errors import InputRefused
from errand.testing import FolderContext
from tests.unit.tools.files_made import attached

ORDERS = "id;customer;amount;day\n1;007;0.10;2024-01-02\n2;008;0.20;2024-02-03\n3;;;2024-02-04\n"


def workbook(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    kept = io.BytesIO()
    made.save(kept)
    return kept.getvalue()


BOOKS = workbook({"2024": [(None, None), ("Item", "Price"), ("Bolt", 0.5)], "Empty": []})


@pytest.fixture
def context(tmp_path: Path) -> FolderContext:
    return FolderContext(tmp_path)


@pytest.fixture
def orders(context: FolderContext) -> ArtifactRef:
    return attached(context, "Orders.csv", ORDERS.encode())


def asked(context: FolderContext, files: Iterable[ArtifactRef], sql: str | None = None) -> Asked:
    folder = context.folder / "asked"
    folder.mkdir(exist_ok=True)
    given = [TableFile(name=each.name, path=context.folder / each.sha256) for each in files]
    return Asked(folder=folder, files=given, sql=sql)


def described(context: FolderContext, name: str, content: bytes) -> list[TableDescription]:
    """In this process, which takes a tenth of the time."""
    return answered(asked(context, [attached(context, name, content)])).tables


def query(context: FolderContext, sql: str, *files: ArtifactRef) -> Answered:
    return answered(asked(context, files, sql))


def test_columns_are_typed_by_how_every_cell_is_written(context: FolderContext) -> None:
    (found,) = described(context, "Orders.csv", ORDERS.encode())

    assert found.table == "orders"
    assert found.columns == ["id BIGINT", "customer VARCHAR", "amount DECIMAL(38,2)", "day DATE"]
    assert found.rows == 3
    assert found.first_rows[0] == "1,007,0.10,2024-01-02"


@pytest.mark.parametrize(
    ("name", "content", "table", "columns"),
    [
        ("a.tsv", b"a\tb\n1\tx\n", "a", ["a BIGINT", "b VARCHAR"]),
        ("order.jsonl", b'{"a": 1}\n{"a": 2}\n', "t_order", ["a BIGINT"]),
        (
            "2024 plan.csv",
            "Größe,b c\nrot,1e3\n".encode("cp1252"),
            "t_2024_plan",
            ['"Größe" VARCHAR', '"b c" DOUBLE'],
        ),
        ("dates.csv", b"d\n2024-02-28\n2024-02-30\n", "dates", ["d VARCHAR"]),
        ("flags.csv", b"f,n\ntrue,-1\nfalse,2\n", "flags", ["f BOOLEAN", "n BIGINT"]),
        ("books.xlsx", BOOKS, "books_2024", ['"Item" VARCHAR', '"Price" DECIMAL(38,1)']),
    ],
)
def test_tables_are_named_by_their_files(
    context: FolderContext, name: str, content: bytes, table: str, columns: list[str]
) -> None:
    (found,) = described(context, name, content)

    assert (found.table, found.columns) == (table, columns)


def test_a_parquet_file_keeps_its_types(context: FolderContext, tmp_path: Path) -> None:
    path = tmp_path / "made.parquet"
    duckdb.connect().execute(
        f"COPY (SELECT 1.25::DECIMAL(9, 2) AS price, 'x' AS name) TO '{path}' (FORMAT parquet)"
    )

    (found,) = described(context, path.name, path.read_bytes())

    assert found.columns == ["price DECIMAL(9,2)", "name VARCHAR"]


def test_sums_are_exact(context: FolderContext, orders: ArtifactRef) -> None:
    found = query(context, "SELECT sum(amount) AS total, count(customer) AS n FROM orders;", orders)

    assert found.rows == "total,n\n0.30,2\n"
    assert found.types == ["total DECIMAL(38,2)", "n BIGINT"]


def test_two_files_are_joined(context: FolderContext, orders: ArtifactRef) -> None:
    names = attached(context, "names.csv", b"customer,name\n007,Ann\n008,Bob\n")
    sql = "WITH big AS (FROM orders WHERE amount > 0.15) SELECT name FROM big JOIN names USING (customer)"

    assert query(context, sql, orders, names).rows == "name\nBob\n"


def test_of_a_long_result_the_beginning_is_shown_and_all_is_kept(
    context: FolderContext, orders: ArtifactRef
) -> None:
    found = query(context, "SELECT range AS n FROM range(30000)", orders)

    assert (found.shown, found.found) == (1_000, 30_000)
    assert found.rows.endswith("\n999\n")
    assert (context.folder / "asked" / "result.csv").read_bytes().count(b"\n") == 30_001


@pytest.mark.parametrize(
    "sql",
    [
        "COPY (SELECT 1) TO '{out}'",
        "COPY orders TO '{out}'",
        "ATTACH '{out}' AS other",
        "INSTALL httpfs",
        "LOAD httpfs",
        "PRAGMA database_list",
        "SET enable_external_access = true",
        "CREATE TABLE a AS SELECT 1",
        "DROP TABLE orders",
        "INSERT INTO orders SELECT * FROM orders",
        "SELECT 1; COPY orders TO '{out}'",
        "EXPORT DATABASE '{out}'",
        "",
        "SELEC 1",
    ],
)
def test_only_one_query_that_reads_is_carried_out(
    context: FolderContext, orders: ArtifactRef, tmp_path: Path, sql: str
) -> None:
    with pytest.raises(InputRefused, match=r"Only one SELECT|can not be read"):
        query(context, sql.format(out=tmp_path / "out"), orders)

    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM read_parquet('https://example.org/a.parquet')",
        "SELECT * FROM query('COPY orders TO ''/tmp/x''')",
        "SELECT getenv('HOME')",
        "SELECT * FROM context",
    ],
)
def test_a_query_reaches_no_file_no_network_and_no_variable(
    context: FolderContext, orders: ArtifactRef, sql: str
) -> None:
    with pytest.raises(InputRefused, match="The query failed"):
        query(context, sql, orders)


def test_a_wrong_column_is_answered_with_those_that_there_are(
    context: FolderContext, orders: ArtifactRef
) -> None:
    with pytest.raises(InputRefused, match=r"orders \(id BIGINT, customer VARCHAR"):
        query(context, "SELECT price FROM orders", orders)


def test_a_query_that_takes_too_much_memory_is_ended(context: FolderContext, orders: ArtifactRef) -> None:
    with pytest.raises(InputRefused, match="memory"):
        query(context, "SELECT count(DISTINCT range) FROM range(200000000)", orders)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b""),
        ("a.parquet", b"PAR1 and nothing else"),
        ("a.xlsx", b"PK\x03\x04 and nothing else"),
        ("a.csv", b"\x00\x01\x02\x03" * 99),
        ("a.jsonl", b'{"a": 1}\n{"a": '),
    ],
)
def test_what_is_no_table_is_refused(context: FolderContext, name: str, content: bytes) -> None:
    with pytest.raises(InputRefused, match=name):
        described(context, name, content)


def test_tables_are_described_and_queried_and_the_result_is_kept(
    context: FolderContext, orders: ArtifactRef
) -> None:
    (table,) = describe_tables.run(DescribeInput(files=[orders]), context).tables
    found = query_tables.run(QueryInput(files=[orders], sql="SELECT max(day) AS last FROM orders"), context)

    assert table.table == "orders"
    assert (found.rows, found.types) == ("last\n2024-02-04\n", ["last DATE"])
    assert context.load(found.table).decode() == found.rows


def test_a_refusal_comes_back_from_the_process_that_queries(
    context: FolderContext, orders: ArtifactRef
) -> None:
    with pytest.raises(InputRefused, match=r"The tables are: orders \(id BIGINT"):
        query_tables.run(QueryInput(files=[orders], sql="SELECT price FROM orders"), context)


def test_every_filled_sheet_of_a_workbook_is_a_table(context: FolderContext) -> None:
    sheets = {"Q1 2024": [("Item", "n"), ("Bolt", 2)], "Notes": [], "q1-2024": [("Item", "n"), ("Nut", 3)]}
    made = attached(context, "Books.xlsx", workbook(sheets))
    (first, second) = answered(asked(context, [made])).tables
    found = query(context, "SELECT sum(n) FROM (FROM books_q1_2024 UNION ALL FROM books_q1_2024_2)", made)

    assert (first.table, first.sheet) == ("books_q1_2024", "Q1 2024")
    assert (second.table, second.sheet) == ("books_q1_2024_2", "q1-2024")
    assert found.rows.endswith("\n5\n")


ENDLESS = "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range * b.range % 7 = 3"


@pytest.mark.parametrize(
    ("content", "sql"),
    [(ORDERS.encode(), ENDLESS), (b"1,2,3,4,5,6,7,8,9,x\n" * 900_000, "SELECT 1")],
    ids=["a query that never ends", "a file that takes long to load"],
)
def test_what_takes_too_long_is_ended(context: FolderContext, content: bytes, sql: str) -> None:
    work = replace(WORK, seconds=1.5)
    began = time.monotonic()
    with pytest.raises(TookTooLong, match=r"It was ended after 1\.5 seconds: ask for fewer rows"):
        work.in_child(asked(context, [attached(context, "a.csv", content)], sql))

    assert time.monotonic() - began < 10


@pytest.mark.parametrize("count", [0, 21])
def test_there_must_be_files_and_not_too_many(
    context: FolderContext, orders: ArtifactRef, count: int
) -> None:
    with pytest.raises(InputRefused, match="give 1 to 20"):
        query_tables.run(QueryInput(files=[orders] * count, sql="SELECT 1"), context)
