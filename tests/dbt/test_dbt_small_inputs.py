"""Too little is an answer, not a crash."""

from __future__ import annotations

from decimal import Decimal

from dbt_build_file import MART_FOLDERS, BuildFile


def build_and_test(build_file: BuildFile, as_of_date: str) -> list[str]:
    """Build all models, try dbt's tests of those that have rows and those of several, and return the former.

    No rule about rows can be broken where there are none.
    """
    build_file.build(as_of_date, "--resource-type", "seed", "model")
    filled = [name for name, rows in build_file.row_counts().items() if rows]
    build_file.build(as_of_date, "--select", "test_type:singular", *filled, command="test")
    return filled


def test_one_customer_and_one_day_of_history(build_file: BuildFile) -> None:
    """Only orders, without lines; the optional tables are empty. There are features and no labels."""
    build_file.insert(
        "orders",
        [
            {"order_id": "1", "customer_id": "0042", "ordered_at": "2011-05-01 10:00", "order_amount": "10.10"},
            {"order_id": "2", "customer_id": "0042", "ordered_at": "2011-05-01 11:00", "order_amount": "20.20"},
            {"order_id": "3", "customer_id": None, "ordered_at": "2011-05-01 12:00", "order_amount": "5.00"},
        ],
    )
    assert {"fct_orders", "customer_features", "customer_360"} <= set(build_and_test(build_file, "2011-05-02"))
    assert build_file.query(
        "select customer_id, as_of_date::varchar, order_count, order_day_count, net_amount, days_since_last_order, "
        "mean_order_gap_days, mean_repeat_order_amount from marts.customer_features"
    ) == [("0042", "2011-05-02", 2, 1, Decimal("30.30"), 1, None, None)]
    assert build_file.query("select count(*) from marts.customer_labels") == [(0,)]
    assert build_file.query("select recency_score, rfm_segment_name from marts.customer_rfm") == [(None, None)]
    actions = "next_best_action, next_best_action_reason, next_best_action_with_consent"
    assert build_file.query(f"select customer_id, {actions} from marts.customer_360") == [
        ("0042", "do_not_contact", "no consent known", "no_action")
    ]
    assert build_file.query("select sum(net_amount), sum(guest_net_amount) from marts.monthly_sales") == [
        (Decimal("35.30"), Decimal("5.00"))
    ]


def test_no_rows_at_all(build_file: BuildFile) -> None:
    assert "relationship_coverage" in build_and_test(build_file, "2011-05-02")
    for mart in ("dim_customers", "fct_orders", "customer_features", "customer_labels", "customer_360"):
        assert build_file.query(f"select count(*) from marts.{mart}") == [(0,)], mart
    unexplained = "select mart_name, row_count from marts.relationship_coverage where row_count > 0 or reason is null"
    assert build_file.query(unexplained) == []


def test_a_run_without_a_date_says_so(build_file: BuildFile) -> None:
    done = build_file.dbt("compile", "yesterday", "--select", *MART_FOLDERS)
    assert done.returncode != 0
    assert "The run needs a date: --vars '{as_of_date: YYYY-MM-DD}' (got: yesterday)" in done.stdout
