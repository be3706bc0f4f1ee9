"""A chain of increments ends where a full rebuild ends, whatever comes late, is corrected or gone, or is killed."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import duckdb
import pytest
from dbt_build_file import BuildFile
from random_shop import CUSTOMER_COUNT, EVENT_TIMES, PRODUCTS, draw_shop

from warehouse.tables.own_tables import create_own_tables

# Forward by days, back again, and on, each over the end of a month; so short that most customers do not change in
# between. Late enough that snapshots to train on, which stand on a calendar, are kept from one build to the next.
DATES = ("2011-02-14", "2011-03-01", "2011-02-12", "2011-03-02")
# Which ids stand for another one at each of these dates: found, found otherwise, taken back.
PERSONS = (
    {"7": "3", "leaves": "left"},
    {"7": "3", "leaves": "left", "21": "20", "22": "20"},
    {"7": "4", "leaves": "left", "22": "20"},
    {"7": "4", "joins": "joined", "22": "20", "30": "31"},
)
# To these nothing else happens that would have them made anew; "the same" and "one" are one person all along.
QUIET = (
    "cancels",
    "orders ahead",
    "one",
    "the same",
    "leaves",
    "left",
    "joins",
    "joined",
    "reviewed",
    "comes back",
    "signs ahead",
)
ALWAYS_ONE = {"the same": "one"}


def arrivals(seed: int, dates: tuple[str, ...]) -> list[dict[str, list[dict[str, Any]]]]:
    """The random shop's rows by the date before which each was loaded: most in time, some late."""
    rng = random.Random(seed)  # noqa: S311
    batches: list[dict[str, list[dict[str, Any]]]] = [{} for _ in dates]
    shop = draw_shop(seed)
    for order in shop["orders"]:
        # known when the order is loaded, effective later: only the dates of two builds tell them apart
        if rng.random() < 0.25:
            cancelled_at = order["ordered_at"] + timedelta(days=rng.randint(1, 120))
            order |= {"order_status": "cancelled", "cancelled_at": cancelled_at}
    order_times = {order["order_id"]: order["ordered_at"] for order in shop["orders"]}
    for table, rows in shop.items():
        for row in rows:
            happened = row.get(EVENT_TIMES.get(table, ""), order_times.get(row.get("order_id"), datetime(2010, 1, 1)))
            arrived = happened + timedelta(days=rng.choice([0] * 8 + [20, 70]))
            batch = next((n for n, day in enumerate(dates) if arrived < datetime.fromisoformat(day)), None)
            if batch is not None:
                batches[batch].setdefault(table, []).append(row)
    for number, batch in enumerate(batches[1:], start=1):
        correct(rng, batches[:number], batch)
    add_quiet_customers(batches)
    return batches


def add_quiet_customers(batches: list[dict[str, list[dict[str, Any]]]]) -> None:
    """An order that is cancelled between the last two dates, one known before it is given, a contract known before it
    begins, an order after a silence in which the customer lapsed, a late word about an id of a person whose orders
    stand under another, and one that names an order only.
    """
    between = datetime(2011, 2, 20)
    batches[0]["customers"].append({"customer_id": "signs ahead"})
    contract = {"subscription_id": "ahead", "customer_id": "signs ahead", "started_at": between, "plan_name": "basic"}
    batches[0]["subscriptions"].append(contract | {"monthly_amount": "5.00"})
    ordered = {f"of {customer}": (customer, datetime(2010, 5, 1)) for customer in QUIET if customer != "signs ahead"}
    ordered |= {"of orders ahead": ("orders ahead", between), "back": ("comes back", datetime(2010, 12, 20))}
    for order_id, (customer, ordered_at) in ordered.items():
        order = {"order_id": order_id, "customer_id": customer, "ordered_at": ordered_at, "currency": "GBP"}
        if customer == "cancels":
            order |= {"order_status": "cancelled", "cancelled_at": between}
        line = {"order_item_id": f"{order['order_id']}/0", "order_id": order["order_id"], "product_code": "quiet"}
        batches[0]["orders"].append(order)
        batches[0]["order_items"].append({**line, "quantity": 2, "unit_price_amount": "3.50"})
    word = {"feedback_id": "late", "customer_id": "the same", "given_at": datetime(2010, 6, 1), "rating": 2}
    about_order = {"feedback_id": "late too", "order_id": "of reviewed", "given_at": datetime(2010, 6, 1), "rating": 3}
    batches[-1].setdefault("feedback", []).extend([word, about_order])


def correct(rng: random.Random, before: list[dict], batch: dict[str, list[dict[str, Any]]]) -> None:
    """Add to a batch some rows that were loaded before, now with other values."""
    known = {table: [row for earlier in before for row in earlier.get(table, [])] for table in draw_shop(0)}
    someone = lambda: str(rng.randrange(CUSTOMER_COUNT))  # noqa: E731

    def again(table: str, count: int, change: Any) -> None:
        keys = {repr(sorted(row.items(), key=str)) for row in batch.get(table, [])}
        for row in rng.sample(known[table], min(count, len(known[table]))):
            changed = row | change(row)
            if repr(sorted(changed.items(), key=str)) not in keys:
                batch.setdefault(table, []).append(changed)

    again("orders", 2, lambda row: {"customer_id": someone()})
    again("orders", 2, lambda row: {"customer_id": None})
    again("orders", 2, lambda row: {"ordered_at": row["ordered_at"] - timedelta(days=45)})
    again(
        "orders",
        2,
        lambda row: {
            "order_status": "cancelled",
            "cancelled_at": row["ordered_at"] + timedelta(days=rng.randint(1, 90)),
        },
    )
    again("order_items", 2, lambda row: {"quantity": 7})
    again("order_items", 2, lambda row: {"order_id": rng.choice(known["orders"])["order_id"]})
    again("order_items", 2, lambda row: {"product_code": rng.choice([*PRODUCTS, "POST"])})
    again("customers", 2, lambda row: {"country": "AT", "gender": "other"})
    again("events", 2, lambda row: {"customer_id": someone()})
    again("feedback", 2, lambda row: {"customer_id": someone(), "rating": 1})
    again("feedback", 4, lambda row: {"customer_id": None, "order_id": rng.choice(known["orders"])["order_id"]})
    again("campaign_touches", 2, lambda row: {"is_clicked": True})
    again("subscriptions", 2, lambda row: {"customer_id": someone()})
    again("subscriptions", 2, lambda row: {"plan_name": "premium", "monthly_amount": "11.00"})
    again("subscription_changes", 2, lambda row: {"monthly_amount": "7.00"})
    again("products", 2, lambda row: {"unit_cost_amount": "0.75", "product_name": "Renamed"})
    for table in ("orders", "order_items", "customers", "events", "feedback", "campaign_touches", "subscriptions"):
        again(table, 2, lambda row: {"_is_gone": True})
    again("products", 1, lambda row: {"_is_gone": True})


def settle_persons(shop: BuildFile, pairs: dict[str, str]) -> None:
    """Say which ids are one person, as identity resolution does before a build."""
    with duckdb.connect(str(shop.path)) as connection:
        create_own_tables(connection, "pii")
        connection.execute("delete from pii.customer_identities")
        customers = [*map(str, range(CUSTOMER_COUNT + 5)), *QUIET]
        connection.execute(
            "insert into pii.customer_identities by name "
            "select unnest(?) as source_customer_id, unnest(?) as customer_id, 1 as cluster_id_count",
            [customers, [(pairs | ALWAYS_ONE).get(customer, customer) for customer in customers]],
        )


def load(shop: BuildFile, number: int, batch: dict[str, list[dict[str, Any]]]) -> None:
    shop.insert_all(batch, loaded_at=f"2026-01-{number + 1:02d}", load_id=f"load {number}")


def contents(shop: BuildFile) -> dict[str, str]:
    tables = shop.query(
        "select table_schema || '.' || table_name from information_schema.tables "
        "where table_schema in ('staging', 'intermediate', 'marts', 'pii') order by all"
    )
    return shop.contents(table for (table,) in tables)


def assert_same(found: BuildFile, expected: BuildFile) -> None:
    ours, theirs = contents(found), contents(expected)
    assert ours.keys() == theirs.keys()
    assert [table for table in ours if ours[table] != theirs[table]] == []


def assert_increments_end_where_a_full_rebuild_ends(
    shop: BuildFile, folders: Any, seed: int, first: int = 0, **variables: Any
) -> None:
    """Build as of each of DATES from a first one on; `folders` makes one as tmp_path_factory does."""
    dates, persons = DATES[first:], PERSONS[first:]
    for number, (as_of_date, batch) in enumerate(zip(dates, arrivals(seed, dates), strict=True)):
        load(shop, number, batch)
        settle_persons(shop, persons[number])
        if number == len(dates) - 1:
            # killed half-way, with the next date's rows already in some models
            shop.build_as_the_pipeline("2011-03-07", killed_after="fct_orders", **variables)
        former = set(shop.query("select as_of_date, sampled_below from state.built_snapshots")) if number else set()
        assert shop.build_as_the_pipeline(as_of_date, **variables) == (number > 0)
        kept = former & set(shop.query("select as_of_date, sampled_below from intermediate.int_snapshot_dates"))
        assert bool(kept) == (number > 0)
        assert any(sampled_below for _, sampled_below in kept) == bool(kept and variables)
    rebuilt = shop.copy_to(folders.mktemp("rebuilt"))
    assert not rebuilt.build_as_the_pipeline(dates[-1], full=True, **variables)
    assert_same(shop, rebuilt)


# Back and on, where dates to learn from hold a quarter of the customers; and from one step before, where they hold all.
@pytest.mark.parametrize(
    ("first", "variables"),
    [(1, {"snapshot_sample_customer_count": 12}), pytest.param(0, {}, marks=pytest.mark.campaign)],
)
def test_increments_end_where_a_full_rebuild_ends(
    build_file: BuildFile, tmp_path_factory, first: int, variables: dict[str, int]
) -> None:
    assert_increments_end_where_a_full_rebuild_ends(build_file, tmp_path_factory, 11, first, **variables)
