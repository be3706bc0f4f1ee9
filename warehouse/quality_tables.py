"""DDL of the `quality` schema: what came in, what was wrong, what was decided, what is live."""

from __future__ import annotations

import duckdb

_DDL = """
create schema if not exists quality;

-- One row per (file, contract table) load. For every row: rows_read = loaded + quarantined + already_loaded.
create table if not exists quality.file_loads (
    load_id varchar not null,
    source varchar not null,
    file_name varchar not null,
    file_sha256 varchar not null,
    table_name varchar not null,
    is_derived boolean not null,
    rows_read bigint not null,
    rows_loaded bigint not null,
    rows_quarantined bigint not null,
    rows_already_loaded bigint not null,
    ignored_columns varchar not null,
    loaded_at timestamp not null
);

-- One row per refused row of a file, with the row itself (JSON of the columns as they stood in the file).
create table if not exists quality.quarantined_rows (
    load_id varchar not null,
    file_name varchar not null,
    row_number bigint not null,
    table_name varchar not null,
    reason varchar not null,
    row_content varchar not null,
    quarantined_at timestamp not null
);

-- One row per expectation and gate run.
create table if not exists quality.validation_results (
    pipeline_run_id varchar,
    gate varchar not null,
    suite varchar not null,
    table_name varchar,
    column_name varchar,
    expectation varchar not null,
    severity varchar not null,
    success boolean not null,
    observed_value varchar,
    unexpected_count bigint,
    description varchar,
    first_step varchar,
    as_of_date date,
    validated_at timestamp not null
);

-- One row per decision about a model version.
create table if not exists quality.model_promotions (
    decided_at timestamp not null,
    pipeline_run_id varchar,
    job varchar not null,
    source varchar not null,
    as_of_date date not null,
    model_name varchar not null,
    model_version varchar,
    mlflow_run_id varchar,
    candidate varchar not null,
    decision varchar not null,
    reason varchar not null,
    metric_name varchar,
    metric_value double,
    baseline_name varchar,
    baseline_value double,
    champion_value double
);

-- One row per published version.
create table if not exists quality.pipeline_runs (
    pipeline_run_id varchar not null,
    source varchar not null,
    as_of_date date not null,
    published_version varchar not null,
    customers bigint not null,
    orders bigint not null,
    net_amount decimal(18, 2) not null,
    rows_read bigint not null,
    rows_quarantined bigint not null,
    published_at timestamp not null
);
"""


def create_quality_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the schema and every table that is missing; existing rows stay."""
    connection.execute(_DDL)
