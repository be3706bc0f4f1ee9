"""The page of a pipeline run, and the same figures in the terminal."""

from __future__ import annotations

from datetime import date

from services.summary import standing_line, summary_lines
from tests.hostile_values import HOSTILE, shown_as_html
from tests.warehouse.small_warehouse import published_run
from warehouse.base.connections import open_build_file
from warehouse.base.settings import Settings
from warehouse.publishing.publish import PublishReport, publish
from warehouse.runs.summary import write_run_summary

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
QUARANTINED = """
insert into quality.quarantined_rows by name
select 'l10' as load_id, 'orders.csv' as file_name, row_number, 'orders' as table_name, reason, '{}' as row_content,
    now()::timestamp as quarantined_at
from (values (7, $$ordered_at: 'today' is no time$$), (3, $$ordered_at: '2.13.' is no time$$), (9, 'order_id: missing'))
    as found (row_number, reason)
"""
REFUSED = """
insert into quality.model_promotions by name
select now()::timestamp as decided_at, 'churn' as job, 'refused' as decision, 'files' as source,
    date '2024-01-01' as as_of_date, 'crm_churn' as model_name, '' as candidate, 'The history is too short.' as reason
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
    assert "| marts.fct_orders | marts | 1 | Look at it. | amounts \\| are usual |" in text
    assert "Ada" not in text
    assert "| churn | order_count | 0.4 | drifted |" in text
    assert "net_amount | 0.01" not in text
    assert summary.counts == "1 gate warnings, 1 columns drift or are watched"
    assert [file.name for file in page.parent.iterdir() if file.suffix not in (".md", ".html")] == []
    assert len(list(page.parent.iterdir())) == 4  # of each of two runs, one as text and one for browsers


def publish_with_profiles(settings: Settings, run_id: str, *statements: str) -> PublishReport:
    """Publish once more, with a customer_360 of which the summary can tell, and what the statements add."""
    with open_build_file(settings, "files") as connection:
        connection.execute(
            "create or replace view marts.customer_360 as select customer_id, 'GB' as country, 'a' as segment_name, "
            "1 as order_count, 2.0 as net_amount, date '2024-01-01' as last_order_date, 0.9 as churn_probability, "
            "10.0 as value_at_stake_amount, 9.0 as expected_loss_amount, "
            "case when row_number() over () = 1 then 'call_personally' else 'do_not_contact' end as next_best_action, "
            "'call_personally' as next_best_action_with_consent from marts.dim_customers"
        )
        for statement in statements:
            connection.execute(statement)
    return publish(settings, "files", date(2024, 1, 1), run_id)


def test_the_terminal_shows_the_same_sections(settings: Settings) -> None:
    before = published_run(settings, 2)
    now = publish_with_profiles(settings, "run-3", QUARANTINED, REFUSED, WARNING)
    assert now.version != before.version
    lines = list(summary_lines(settings))
    assert "files as of 2024-01-01: 2 customers, 2 orders, 3.00 net" in lines
    for title in ("Rows", "Changes against the former version", "Models in service"):
        assert title in lines
    assert "Drift" not in lines
    quarantined = lines.index("Quarantined rows") + 3
    assert [line.split() for line in lines[quarantined : quarantined + 2]] == [
        ["orders", "2", "orders.csv"],
        ["orders", "1", "orders.csv"],
    ]
    assert "  orders: ordered_at: '2.13.' is no time" in lines, "one reason stands for all of a column"
    assert "  marts.fct_orders: amounts | are usual" in lines
    assert "Look at it." not in "".join(lines), "first steps are on the page"
    assert "  churn: The history is too short." in lines
    to_call = lines.index("The most valuable customers at risk: whom to call first")
    assert lines[to_call + 1].split()[:2] == ["customer", "country"]
    assert len(lines[to_call + 3 :]) == 4, "one customer, one line of those who have not agreed, and the page"
    assert lines[to_call + 4] == "  1 more would be called, but have not agreed to be contacted"


def test_what_a_file_holds_is_no_markup_on_the_page(settings: Settings) -> None:
    published_run(settings, 2)
    # Of the reasons that begin alike one is shown.
    reasons = [value.replace("'", "''") for value in HOSTILE]
    rows = ", ".join(f"({number}, '{number} {reason}')" for number, reason in enumerate(reasons, start=1))
    quarantined = QUARANTINED[: QUARANTINED.index("(values")] + f"(values {rows}) as found (row_number, reason)"
    publish_with_profiles(settings, "run-3", quarantined, WARNING.replace("amounts | are usual", reasons[0]))
    _, page = write_run_summary(settings)
    for shown in shown_as_html(page.read_text(encoding="utf-8")):
        assert shown.tags <= {"h1", "h2", "p", "code", "table", "thead", "tbody", "tr", "th", "td"}
        assert not shown.dangers
        assert [value for value in HOSTILE if value not in shown.text] == []


def test_a_long_section_is_cut_in_the_terminal_and_whole_on_the_page(settings: Settings) -> None:
    published_run(settings, 2)
    warnings = [WARNING.replace("are usual", f"of kind {number:02}") for number in range(13)]
    publish_with_profiles(settings, "run-3", *warnings)
    _, page = write_run_summary(settings)
    assert page.read_text().count("Look at it.") == 13
    lines = list(summary_lines(settings))
    assert sum("amounts | of kind" in line for line in lines) == 10
    assert "  … and 3 more" in lines
    assert str(page) in lines[-1]


def test_what_stands_is_told_after_a_failure(settings: Settings) -> None:
    assert standing_line(settings) == "Nothing is published yet."
    version = published_run(settings, 2).version
    stands = f"files as of 2024-01-01: 2 customers, 2 orders, 3.00 net (published as version {version})"
    assert standing_line(settings) == f"What was published before stands: {stands}."


def test_the_page_for_browsers_says_the_same_and_runs_nothing(settings: Settings) -> None:
    published_run(settings, 2)
    load(settings, 10)
    with open_build_file(settings, "files") as connection:
        connection.execute(WARNING.replace("amounts | are usual", "<script>alert(1)</script>"))
    published_run(settings, 3)
    _, page = write_run_summary(settings)
    shown = page.with_suffix(".html").read_text()
    assert "<h1>files as of 2024-01-01: 3 customers, 3 orders" in shown
    assert "<h2>Warnings of the gates</h2>" in shown
    assert "<script" not in shown
    assert 'src="' not in shown
