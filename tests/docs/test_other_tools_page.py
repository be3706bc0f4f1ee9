"""What docs/other-tools.md says of readers during a publication: each kind of reader in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.warehouse.small_warehouse import published_run
from warehouse.base.settings import Settings

COUNT = "select count(*) from marts.dim_customers"
# Each asks once for each line that it is given.
READERS = {
    "has it open": f"""
import duckdb
connection = duckdb.connect(path, read_only=True)
ask = lambda: connection.execute("{COUNT}").fetchone()[0]
""",
    "opens it": f"""
import duckdb
def ask():
    with duckdb.connect(path, read_only=True) as connection:
        return connection.execute("{COUNT}").fetchone()[0]
""",
    "pool": f"""
import sqlalchemy
engine = sqlalchemy.create_engine("duckdb:///" + path, connect_args={{"read_only": True}})
def ask():
    with engine.connect() as connection:
        return connection.execute(sqlalchemy.text("{COUNT}")).scalar()
""",
    "no pool": f"""
import sqlalchemy
engine = sqlalchemy.create_engine(
    "duckdb:///" + path, connect_args={{"read_only": True}}, poolclass=sqlalchemy.NullPool
)
def ask():
    with engine.connect() as connection:
        return connection.execute(sqlalchemy.text("{COUNT}")).scalar()
""",
    "resolved folder": """
import duckdb, pathlib
folder = (pathlib.Path(path).parent / "parquet").resolve()
ask = lambda: duckdb.read_parquet(str(folder / "marts" / "dim_customers.parquet")).count("*").fetchone()[0]
""",
}
LOOP = "\nfor _ in sys.stdin:\n    print(ask(), flush=True)\n"


@contextmanager
def reader(kind: str, settings: Settings) -> Iterator[subprocess.Popen[str]]:
    program = f"import sys\npath = {str(settings.published_file)!r}\n{READERS[kind]}{LOOP}"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        assert process.stdin
        process.stdin.close()


def asked(process: subprocess.Popen[str]) -> int:
    assert process.stdin and process.stdout
    print("?", file=process.stdin, flush=True)
    return int(process.stdout.readline())


@pytest.mark.parametrize(
    ("kind", "seen"),
    [("has it open", (2, 2)), ("opens it", (2, 3)), ("pool", (2, 2)), ("no pool", (2, 3)), ("resolved folder", (2, 2))],
)
def test_who_sees_which_version(settings: Settings, kind: str, seen: tuple[int, int]) -> None:
    published_run(settings, 2)
    with reader(kind, settings) as process:
        before = asked(process)
        published_run(settings, 3)
        assert (before, asked(process)) == seen


def test_what_is_open_outlives_its_folder(settings: Settings) -> None:
    keeps_one = settings.model_copy(update={"published_versions_kept": 1})
    first = published_run(keeps_one, 2).version
    with reader("has it open", settings) as process:
        assert asked(process) == 2
        for customers in (3, 4, 5):
            published_run(keeps_one, customers)
        assert not (settings.published_folder / "versions" / first).exists()
        assert asked(process) == 2
