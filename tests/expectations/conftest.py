"""The small shop, made once; each test gets a copy of its build file."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from expectations.failing_rows import CANNOT_JUDGE
from expectations.gates import GATES, build_suites
from expectations.preparations import prepare
from tests.expectations.small_shop import AS_OF, SOURCE, make_small_shop
from tests.homes import made_once
from warehouse.base.settings import Settings


@pytest.fixture(scope="session")
def good_build_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = made_once(tmp_path_factory, "small_shop", lambda home: make_small_shop(Settings(home=home)))
    return Settings(home=home).build_file(SOURCE)


@pytest.fixture
def shop(settings: Settings, good_build_file: Path) -> Settings:
    """Settings of a home with the small shop in it."""
    target = settings.build_file(SOURCE)
    target.parent.mkdir(parents=True)
    shutil.copyfile(good_build_file, target)
    return settings


@pytest.fixture(scope="session")
def suites():
    return {gate: build_suites(gate, AS_OF) for gate in GATES}


@pytest.fixture(scope="module")
def connection(good_build_file, tmp_path_factory):
    copy = shutil.copyfile(good_build_file, tmp_path_factory.mktemp("asked") / "shop.duckdb")
    with duckdb.connect(str(copy)) as connection:
        # Of a few rows, planning takes longer than any plan; whole gates plan (test_gates.py).
        connection.execute("set threads = 1; pragma disable_optimizer")
        yield connection


@pytest.fixture
def change(connection):
    """Do something to the good shop, for the time of one test."""
    connection.execute("begin")

    def execute(statements):
        for statement in statements:
            connection.execute(statement)

    yield execute
    connection.execute("rollback")


@pytest.fixture
def ask(connection, suites):
    """Ask DuckDB what one rule on rows finds: its rows, or the text why it cannot judge."""

    def rows(gate: str, table: str, rule: str) -> list[dict] | str:
        ((suite, expectation),) = [
            (suite, expectation)
            for suite in suites[gate]
            for expectation in suite.expectations
            if expectation.meta["rule"] == rule and expectation.meta.get("table", suite.table_name) == table
        ]
        prepare(connection, gate)
        query = expectation.unexpected_rows_query.format(batch=f"(select * from {suite.table_name})")
        found = connection.execute(query).to_arrow_table().to_pylist()
        return next((row[CANNOT_JUDGE] for row in found if row.get(CANNOT_JUDGE)), found)

    return rows
