"""DuckDB has the threads in dbt that it is to have everywhere."""

from __future__ import annotations

import re

import pytest
from dbt_build_file import AS_OF_DATE, BuildFile


@pytest.mark.usefixtures("dbt_writes_everything")
def test_duckdb_has_the_threads_of_the_setting(build_file: BuildFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIENTELE_THREADS", "5")
    done = build_file.dbt("show", AS_OF_DATE, "--inline", "select current_setting('threads') as thread_count")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"thread_count[ |\n-]+5\b", done.stdout), done.stdout
