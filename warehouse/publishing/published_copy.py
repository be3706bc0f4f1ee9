"""Copying what readers query out of the build file, which is only read, and checking that it arrived."""

from __future__ import annotations

from dataclasses import replace

import duckdb

from warehouse.base.connections import attach_build_file, open_build_file, refuse_missing
from warehouse.base.errors import PublishError
from warehouse.base.rows import as_dicts, columns_by_table, row_counts
from warehouse.base.settings import Settings
from warehouse.base.transactions import transaction
from warehouse.privacy.erased_names import names_erased
from warehouse.privacy.pseudonyms import Pseudonyms, pseudonyms, write_published_ids
from warehouse.privacy.suppression import read_suppressed
from warehouse.publishing.former_tables import FormerTables
from warehouse.publishing.publication_history import HISTORY_TABLES, PublishedRun
from warehouse.publishing.publication_recovery import KEPT_BEFORE

PUBLISHED_SCHEMAS = ("marts", "scores", "quality")
# Rows as they stood in a file may hold personal data: they stay in the build file.
WITHHELD_COLUMNS = {("quality", "quarantined_rows"): ("row_content",)}
_BUILD = "build_file"


def copy_schemas(
    connection: duckdb.DuckDBPyConnection, settings: Settings, attempt: PublishedRun
) -> tuple[dict[str, int], PublishedRun]:
    """Copy the published schemas of the source's build file into an empty file.

    Returns
    -------
    tuple[dict[str, int], PublishedRun]
        Rows of each table (``schema.table``) as counted in the build file, and the version's figures.

    Raises
    ------
    PublishError
        If the marts are not complete, or scores have not passed their gate.
    WarehouseMissing, WarehouseBusy
        If there is no build file, or another process holds it.
    """
    if names := pseudonyms(settings, attempt.source):
        refuse_missing(settings, attempt.source)
        with open_build_file(settings, attempt.source) as build_file:
            write_published_ids(build_file, names)
    attach_build_file(connection, settings, attempt.source, _BUILD)
    _refuse_unreviewed_scores(connection)
    _refuse_erased_people(connection, settings, attempt.source)
    run = _figures(connection, attempt)
    table_rows = _copy_tables(connection, settings, names)
    connection.execute(f"detach {_BUILD}")
    return table_rows, replace(run, published_rows=sum(table_rows.values()))


def _copy_tables(connection: duckdb.DuckDBPyConnection, settings: Settings, names: Pseudonyms | None) -> dict[str, int]:
    """Copy the tables and views of the published schemas; return the rows that each has in the build file."""
    former = FormerTables(connection, settings, PUBLISHED_SCHEMAS)
    tables = {
        (schema, table): columns
        for (schema, table), columns in columns_by_table(connection, _BUILD).items()
        if schema in PUBLISHED_SCHEMAS and (schema != "quality" or table not in HISTORY_TABLES)
    }
    with transaction(connection):  # written out once, not for each table
        for (schema, table), columns in tables.items():
            withheld = WITHHELD_COLUMNS.get((schema, table), ())
            exclusion = f"exclude ({', '.join(withheld)})" if withheld else ""
            texts = [name for name, kind in columns if kind == "VARCHAR"]
            replaced = names.replacement(schema, table, texts) if names else ""
            former.fill(
                (schema, table),
                [column for column in columns if column[0] not in withheld],
                f'select * {exclusion} {replaced} from {_BUILD}.{schema}."{table}"',
                names.parameters() if names and "$salt" in replaced else None,
            )
        former.drop_unfilled()
    places = {f'{_BUILD}.{schema}."{table}"': f"{schema}.{table}" for schema, table in tables}
    return {places[place]: count for place, count in row_counts(connection, places).items()}


def _refuse_unreviewed_scores(connection: duckdb.DuckDBPyConnection) -> None:
    """Scores that no gate has passed stay inside (`warehouse.tables.score_review`)."""
    try:
        found = connection.execute(
            f"select distinct as_of_date from {_BUILD}.state.pending_scores order by 1"
        ).fetchall()
    except duckdb.CatalogException:
        return
    if found:
        raise PublishError(
            f"Scores as of {', '.join(str(day) for (day,) in found)} have not passed their gate.",
            f"Run score_customers, or python -m expectations scores; {KEPT_BEFORE}.",
        )


def _refuse_erased_people(connection: duckdb.DuckDBPyConnection, settings: Settings, source: str) -> None:
    """Rows about an erased person, which a run under way may have written since, are not published."""
    suppressed = read_suppressed(settings, source)
    if suppressed is None or not suppressed.hashes:
        return
    tables = connection.execute(
        "select table_schema, table_name from information_schema.columns "
        "where table_catalog = ? and list_contains(?, table_schema) and column_name = 'customer_id' order by all",
        [_BUILD, list(PUBLISHED_SCHEMAS)],
    ).fetchall()
    for schema, table in tables:
        ids = f'select distinct customer_id from {_BUILD}.{schema}."{table}" where customer_id is not null'
        erased = f"select 1 from ({ids}) where {suppressed.holds_sql('customer_id')} limit 1"
        if connection.execute(erased, suppressed.parameters()).fetchone():
            raise _names_erased(f"{schema}.{table} holds rows about an erased person.")
    orders = connection.execute(f"select distinct order_id from {_BUILD}.marts.fct_orders").fetchall()
    if names_erased((order for (order,) in orders if order), suppressed):
        raise _names_erased("marts.fct_orders holds an order in whose id an erased person's stands.")


def _names_erased(message: str) -> PublishError:
    return PublishError(message, f"Erase the person again (make erase), then publish again; {KEPT_BEFORE}.")


def _figures(connection: duckdb.DuckDBPyConnection, attempt: PublishedRun) -> PublishedRun:
    try:
        result = connection.execute(f"""
            select
                (select count(*) from {_BUILD}.marts.dim_customers) as customers,
                (select count(*) from {_BUILD}.marts.fct_orders) as orders,
                (select coalesce(sum(net_amount), 0) from {_BUILD}.marts.fct_orders) as net_amount,
                (select coalesce(sum(rows_read), 0) from {_BUILD}.quality.file_loads where not is_derived) as rows_read,
                (select coalesce(sum(rows_quarantined), 0) from {_BUILD}.quality.file_loads) as rows_quarantined
        """)
        [figures] = as_dicts(result)
    except duckdb.CatalogException as error:
        raise PublishError(
            f"The marts of {attempt.source!r} are not complete: {str(error).splitlines()[0]}",
            f"Run build_marts and score_customers first; {KEPT_BEFORE}.",
        ) from error
    return replace(attempt, published_at=attempt.status_at, **figures)


def check_copy(connection: duckdb.DuckDBPyConnection, table_rows: dict[str, int]) -> None:
    """Check a written version against the rows counted in the build file; raise PublishError if it lacks any."""
    if "marts.customer_360" not in table_rows:
        raise PublishError("marts.customer_360 is missing.", f"Run score_customers; {KEPT_BEFORE}.")
    places = {table: '{}."{}"'.format(*table.split(".", 1)) for table in table_rows}
    found = row_counts(connection, places.values())
    for table, expected in table_rows.items():
        if found[places[table]] != expected:
            raise PublishError(
                f"{table} has {found[places[table]]:,} rows in the new file and {expected:,} in the build file.",
                f"Publish again (score_customers); {KEPT_BEFORE}.",
            )
