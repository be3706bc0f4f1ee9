"""Published versions made from another one: emptied, or with texts that try to be more than text."""

from __future__ import annotations

from collections.abc import Callable

import duckdb

from warehouse.base.settings import Settings
from warehouse.publishing.published_versions import folder_of, live_version

HOSTILE = (
    '<script>window.hit=1</script><img src=x onerror="window.hit=1"> [go](javascript:window.hit=1) $x^2$ **b** :red[c]'
)
# Ids and names by which pages look up rows, or that stand for rules of ours, stay as they are.
_KEPT = ("quality.pipeline_runs", "marts.kpi_definitions")


def emptied(connection: duckdb.DuckDBPyConnection) -> None:
    """Take all rows out of all tables but the history of runs, as a source leaves tables that it has no data for."""
    for table in _tables(connection):
        if table != "quality.pipeline_runs":
            connection.execute(f"delete from {table}")


def hostile(connection: duckdb.DuckDBPyConnection) -> None:
    """Put text that would run, were it no mere text, wherever a shop's own words stand."""
    found = connection.execute(
        "select schema_name || '.' || table_name, column_name from duckdb_columns() "
        "where data_type = 'VARCHAR' and not internal and (column_name like '%product_name%' "
        "or column_name like '%segment_name' or column_name in ('campaign_name', 'plan_name', 'country', 'theme_name', "
        "'key_words', 'negative_quote', 'positive_quote', 'reason', 'acquisition_channel', 'file_name', 'category', "
        "'session_channel', 'anomaly_reasons', 'churn_reasons', 'next_best_action_reason', 'audience_name', "
        "'description', 'condition', 'product_description', 'column_name', 'observed_value'))"
    ).fetchall()
    assert len(found) > 40
    for table, column in found:
        if table not in _KEPT:
            connection.execute(f'update {table} set "{column}" = $text where "{column}" is not null', {"text": HOSTILE})


def make_live(settings: Settings, change: Callable[[duckdb.DuckDBPyConnection], None]) -> None:
    """Change the live version's file, as nobody may: readers see another file under the same name."""
    file = folder_of(settings, live_version(settings) or "") / "clientele.duckdb"
    changed = file.with_name("changed.duckdb")
    changed.write_bytes(file.read_bytes())
    with duckdb.connect(str(changed)) as connection:
        change(connection)
    changed.replace(file)


def _tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute("select schema_name || '.' || table_name from duckdb_tables() order by 1").fetchall()
    return [name for (name,) in rows]
