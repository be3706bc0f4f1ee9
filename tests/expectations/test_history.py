"""Rules that go by history: sound shops pass, faults are found, and without history nobody is accused."""

from __future__ import annotations

import pytest

_ORDER = (
    "insert into raw.orders by name select orders.* replace ('{prefix}' || day || '-' || number as order_id, "
    "cast(day as timestamp) + interval 9 hour as ordered_at) from raw.orders as orders, "
    "(select cast(d as date) as day from range(date '{first}', date '{end}', interval 1 day) as days(d)) as days, "
    "range({count}) as numbers(number) where order_id = 'o1' and ({condition})"
)
_NO_ORDERS = "delete from raw.orders where order_id <> 'o1'"
_NOT_O1 = "update raw.orders set ordered_at = '{first}' where order_id = 'o1'"


def _orders(first: str, end: str, count: int, prefix: str = "x", condition: str = "true") -> str:
    return _ORDER.format(prefix=prefix, first=first, end=end, count=count, condition=condition)


def _steady(first: str = "2024-01-01") -> list[str]:
    """Forty orders on each working day, none at weekends, up to the as-of date."""
    return [_NO_ORDERS, _NOT_O1.format(first=first), _orders(first, "2024-07-01", 40, condition="isodow(day) < 6")]


def _volume(ask, name: str):
    return ask("raw", "raw.orders", f"orders_of_last_{name}")


@pytest.mark.parametrize("name", ["day", "week"])
def test_steady_orders_are_usual(change, ask, name):
    change(_steady())
    assert _volume(ask, name) == []  # the last day is a Sunday: compared with Sundays


@pytest.mark.parametrize("name", ["day", "week"])
def test_without_weeks_of_history_nothing_is_judged(change, ask, name):
    change(_steady(first="2024-06-01"))
    assert _volume(ask, name).startswith(
        "the orders go back 4 former weeks" if name == "day" else "the orders go back 3"
    )


def test_orders_missing_or_doubled_in_the_last_week_are_unusual(change, ask):
    change([*_steady(), "delete from raw.orders where ordered_at >= '2024-06-26'"])
    (row,) = _volume(ask, "week")
    assert (row["order_count"], row["usual_order_count"]) == (80, 200)
    change([_orders("2024-06-24", "2024-07-01", 60, prefix="y")])
    (row,) = _volume(ask, "week")
    assert row["order_count"] == 500
    assert row["season_factor"] is None


def test_a_flood_on_a_sunday_is_unusual(change, ask):
    change([*_steady(), _orders("2024-06-30", "2024-07-01", 40)])
    (row,) = _volume(ask, "day")
    assert (row["order_count"], row["usual_order_count"]) == (40, 0)
    assert _volume(ask, "week") == []


def test_what_the_season_did_a_year_ago_is_usual(change, ask):
    rush = _orders("2024-06-24", "2024-07-01", 60, prefix="y")
    last_years_rush = _orders("2023-06-26", "2023-07-03", 60, prefix="z")
    change([*_steady(first="2023-01-02"), rush])
    (row,) = _volume(ask, "week")
    assert row["season_factor"] == 1
    change([last_years_rush])
    assert _volume(ask, "week") == []


def _files(*rows_read: int) -> list[str]:
    return ["delete from quality.file_loads where table_name <> 'orders' or load_id like 'more-%'"] + [
        f"insert into quality.file_loads by name select * replace ('more-{number}' as load_id, {count} as rows_read, "
        f"loaded_at + interval {number} day as loaded_at) from quality.file_loads where load_id = 'load-orders'"
        for number, count in enumerate(rows_read, start=1)
    ]


def test_rows_of_the_newest_file_against_the_files_before_it(change, ask):
    rule = ("raw", "quality.file_loads", "rows_of_newest_file")
    change(_files(1000, 1010, 990))
    assert ask(*rule) == "no table has 5 former files to compare with"
    change(_files(1000, 1010, 990, 1005, 995, 1020, 980))
    assert ask(*rule) == []
    change(_files(1000, 1010, 990, 1005, 995, 1020, 400))
    (row,) = ask(*rule)
    assert (row["table_name"], row["rows_read"]) == ("orders", 400)


def _loads(*lags: int) -> list[str]:
    """Loads of a month each; the newest order of each is so many days old when it is loaded."""
    return ["delete from raw.orders where order_id <> 'o1'", "update raw.orders set ordered_at = '2023-01-01'"] + [
        f"insert into raw.orders by name select * replace ('l{number}' as order_id, timestamp '2024-09-01' + "
        f"interval {30 * number} day as _loaded_at, timestamp '2024-09-01' + interval {30 * number - lag} day "
        "as ordered_at) from raw.orders where order_id = 'o1'"
        for number, lag in enumerate(lags, start=1)
    ]


@pytest.mark.parametrize(
    ("lags", "found"), [((1, 2), "2 former loads"), ((1, 2, 1, 3), []), ((1, 2, 1, 9), [9]), ((1, 30, 1, 5), [])]
)
def test_age_of_the_newest_order_when_it_was_loaded(change, ask, lags, found):
    change(_loads(*lags))
    rows = ask("raw", "raw.orders", "newest_order_age_when_loaded")
    if isinstance(found, str):
        assert rows.startswith(found)
    else:
        assert [row["lag_days"] for row in rows] == found


def test_what_is_read_again_is_judged_by_the_time_when_it_arrived(change, ask):
    change(_loads(1, 2, 1, 9))
    change(
        [
            "update raw.orders set _load_id = order_id where order_id <> 'o1'",
            "insert into quality.file_loads by name select files.* replace (o.order_id as load_id, o._loaded_at as "
            "arrived_at) from raw.orders as o, quality.file_loads as files "
            "where files.load_id = 'load-orders' and o.order_id <> 'o1'",
            "update raw.orders set _loaded_at = '2025-06-01' where order_id <> 'o1'",
        ]
    )
    assert [row["lag_days"] for row in ask("raw", "raw.orders", "newest_order_age_when_loaded")] == [9]


@pytest.mark.parametrize(
    ("table", "column", "days"),
    [
        ("events", "occurred_at", ("2024-06-01", "2024-05-31")),
        ("feedback", "given_at", ("2024-04-02", "2024-04-01")),
        ("campaign_touches", "touched_at", ("2023-07-02", "2023-07-01")),
    ],
)
def test_age_of_the_newest_row(change, ask, table, column, days):
    fresh, stale = days
    rule = ("raw", f"raw.{table}", f"newest_{column}_age")
    change([f"update raw.{table} set {column} = '{fresh}'"])
    assert ask(*rule) == []
    change([f"update raw.{table} set {column} = '{stale}'"])
    assert len(ask(*rule)) == 1
    change([f"delete from raw.{table}"])
    assert ask(*rule) == []


@pytest.mark.parametrize(
    ("table", "column", "parent"),
    [
        ("orders", "customer_id", "customers"),
        ("order_items", "product_code", "products"),
        ("campaign_touches", "campaign_id", "campaigns"),
        ("campaign_touches", "customer_id", "customers"),
        ("feedback", "order_id", "orders"),
        ("feedback", "customer_id", "customers"),
        ("events", "customer_id", "customers"),
        ("subscriptions", "customer_id", "customers"),
    ],
)
def test_references_to_the_unknown_are_named(change, ask, table, column, parent):
    rule = ("raw", f"raw.{table}", f"{column}_refers_to_{parent}")
    assert ask(*rule) == []
    change([f"update raw.{table} set {column} = 'nobody'"])
    rows = ask(*rule)
    assert rows
    assert {row[column] for row in rows} == {"nobody"}
    change([f"delete from raw.{parent}"])
    assert ask(*rule) == []  # not loaded at all: nothing to compare with


@pytest.mark.parametrize("table", ["customer_segments", "customer_churn", "customer_clv", "subscription_churn"])
def test_share_of_customers_scored_against_the_former_date(change, ask, table):
    rule = ("scores", f"scores.{table}", "scored_share_of_former_run")
    assert ask(*rule) == "nobody was scored before this date"
    name = f"scores.{table}"
    change([f"insert into {name} select * replace (date '2024-06-01' as as_of_date) from {name}"])
    assert ask(*rule) == []
    change([f"update {name} set status = 'refused', reason = 'one class' where as_of_date = '2024-07-01'"])
    rows = ask(*rule)
    assert [row["reason"] for row in rows if str(row["as_of_date"]) == "2024-07-01"] == ["one class"]
    assert "scored" in {row["status"] for row in rows if str(row["as_of_date"]) == "2024-06-01"}
