"""The page of a pipeline run, and the same figures in the terminal."""

from __future__ import annotations

from services.environment import Addresses
from services.summary import summary_lines
from tests.warehouse.small_warehouse import published_run
from warehouse.connections import open_build_file
from warehouse.run_summary import write_run_summary
from warehouse.settings import Settings

WARNING = """
insert into quality.validation_results by name
select 'run-3' as pipeline_run_id, 'marts' as gate, 's' as suite, 'marts.fct_orders' as table_name, 'e' as expectation,
    'warning' as severity, false as success, '1 row: Ada' as observed_value, 1 as unexpected_count,
    'amounts | are usual' as description, 'Look at it.' as first_step, now()::timestamp as validated_at
"""
DRIFT = """
insert into quality.drift by name
select now()::timestamp as measured_at, 'churn' as job, 'files' as source, date '2024-01-01' as as_of_date,
    date '2023-01-01' as reference_date, 'crm_churn' as model_name, '1' as model_version, column_name,
    psi, status, 10 as reference_row_count, 10 as row_count
from (values ('order_count', 0.4, 'drifted'), ('net_amount', 0.01, 'ok')) as found (column_name, psi, status)
"""
LOAD = """
insert into quality.file_loads by name
select 'l' || rows as load_id, 'files' as source, 'orders.csv' as file_name, 'x' as file_sha256, 'orders' as table_name,
    false as is_derived, rows as rows_read, rows - 2 as rows_loaded, 2 as rows_quarantined, 0 as rows_already_loaded,
    '' as ignored_columns, now()::timestamp as loaded_at
from (select ?::bigint as rows)
"""


def load(settings: Settings, rows: int) -> None:
    with open_build_file(settings, "files") as connection:
        connection.execute(LOAD, [rows])


def test_the_page_tells_rows_changes_warnings_and_drift_of_this_run(settings: Settings) -> None:
    published_run(settings, 2)
    first, page = write_run_summary(settings)
    assert first.headline == "files as of 2024-01-01: 2 customers, 2 orders, 3.00 net"
    assert "## Changes against the former version\n\nNone." in page.read_text()
    load(settings, 10)
    published_run(settings, 5)
    load(settings, 7)
    with open_build_file(settings, "files") as connection:
        connection.execute(WARNING)
        connection.execute(DRIFT)
    report = published_run(settings, 3)
    summary, page = write_run_summary(settings)
    text = page.read_text()
    assert page.name == f"{report.version}.md"
    assert "| orders | 7 | 5 | 2 | 0 |" in text
    assert "| orders | 10 |" not in text, "what the run before had loaded"
    assert "| customers | 5.00 | 3.00 | -2.00 |" in text
    assert "| net_amount | 7.50 | 4.50 | -3.00 |" in text
    assert "| marts | marts.fct_orders | amounts \\| are usual | 1 | Look at it. |" in text
    assert "Ada" not in text
    assert "| churn | order_count | 0.4 | drifted |" in text
    assert "net_amount | 0.01" not in text
    assert summary.counts == "1 gate warnings, 1 columns drift or are watched"
    assert [file.name for file in page.parent.iterdir() if file.suffix != ".md"] == []
    assert len(list(page.parent.iterdir())) == 2


def test_the_terminal_shows_the_same_sections(settings: Settings) -> None:
    with open_build_file(settings, "files") as connection:
        connection.execute("create schema marts")
    load_before = published_run(settings, 2)
    with open_build_file(settings, "files") as connection:
        connection.execute(
            "create or replace view marts.customer_360 as select customer_id, 'GB' as country, 'a' as segment_name, "
            "1 as order_count, 2.0 as net_amount, date '2024-01-01' as last_order_date, 0.9 as churn_probability, "
            "1.0 as predicted_amount, 'high' as churn_risk_band from marts.dim_customers"
        )
    from warehouse.publish import publish

    assert publish(settings, "files", "2024-01-01", "run-x").version != load_before.version
    lines = list(summary_lines(settings, Addresses(8080, 5000)))
    assert "files as of 2024-01-01: 2 customers, 2 orders, 3.00 net" in lines
    for title in ("Rows", "Changes against the former version", "Models in service"):
        assert title in lines
    assert "Drift" not in lines
    at_risk = lines.index("The ten most valuable customers at risk")
    assert lines[at_risk + 1].split()[:2] == ["customer", "country"]
