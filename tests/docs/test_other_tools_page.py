"""What docs/other-tools.md says of readers during a publication: each kind of reader in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Seen:
    """How many customers each kind of reader has seen: before a publication, after it, and when its version is gone."""

    before: dict[str, int]
    after: dict[str, int]
    at_last: int


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """All of them during the same publications."""
    settings = Settings(home=tmp_path_factory.mktemp("home"), memory_limit="1GB")
    first = published_run(settings, 2).version
    with ExitStack() as stack:
        readers = {kind: stack.enter_context(reader(kind, settings)) for kind in READERS}
        before = {kind: asked(process) for kind, process in readers.items()}
        published_run(settings, 3)
        after = {kind: asked(process) for kind, process in readers.items()}
        published_run(settings.model_copy(update={"published_versions_kept": 1}), 4)
        assert not (settings.published_folder / "versions" / first).exists()
        return Seen(before, after, asked(readers["has it open"]))


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
    ("kind", "customers"),
    [("has it open", (2, 2)), ("opens it", (2, 3)), ("pool", (2, 2)), ("no pool", (2, 3)), ("resolved folder", (2, 2))],
)
def test_who_sees_which_version(seen: Seen, kind: str, customers: tuple[int, int]) -> None:
    assert (seen.before[kind], seen.after[kind]) == customers


def test_what_is_open_outlives_its_folder(seen: Seen) -> None:
    assert seen.at_last == 2
