"""DuckDB has the threads and the memory in dbt that it is to have everywhere."""

from __future__ import annotations

import re

import pytest
from dbt_build_file import AS_OF_DATE, BuildFile


@pytest.mark.usefixtures("dbt_writes_everything")
def test_duckdb_has_what_the_settings_say(build_file: BuildFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIENTELE_THREADS", "5")
    monkeypatch.setenv("CLIENTELE_MEMORY_LIMIT", "700MiB")
    asked = ", ".join(f"current_setting('{name}') as {name}" for name in ("threads", "memory_limit", "TimeZone"))
    done = build_file.dbt("show", AS_OF_DATE, "--inline", f"select {asked}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"\| +5 \| 700\.0 MiB +\| UTC ", done.stdout), done.stdout
