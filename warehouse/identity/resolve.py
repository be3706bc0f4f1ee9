"""Identity resolution of one source as of a date: from raw customers to `pii.customer_identities`."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from warehouse.base.connections import open_build_file
from warehouse.base.settings import Settings
from warehouse.identity.clusters import cluster, survivors
from warehouse.identity.exact_keys import exact_pairs
from warehouse.identity.links import decided_links
from warehouse.identity.model import scored_pairs
from warehouse.identity.overrides import OVERRIDES_FILE, Override, read_overrides
from warehouse.identity.records import normalised
from warehouse.identity.report import IdentitySummary, Resolved, summarised, write_results
from warehouse.identity.rules import IdentityRules, load_rules
from warehouse.tables.newest_versions import newest_versions

# What can tell people apart; town and postal code alone cannot.
_IDENTIFYING = ("first_name", "last_name", "email", "phone", "birth_date", "street_address")


def resolve_identities(
    settings: Settings,
    source: str,
    as_of_date: date,
    *,
    overrides_file: Path = OVERRIDES_FILE,
    rules: IdentityRules | None = None,
) -> IdentitySummary:
    """Find out which customer ids of a source are one person, and write it into the build file.

    Only accounts known on the date count, so that a run as of an earlier date is as if made then. Everything is found
    again each time: without an override, or with another, the result is what it would have been.

    Raises
    ------
    SettingsError
        If rules or overrides make no sense.
    WarehouseBusy
        If the build file is missing or held.
    """
    rules = rules or load_rules()
    overrides = read_overrides(source, overrides_file)
    resolved_at = datetime.now(UTC).replace(tzinfo=None)
    with open_build_file(settings, source, read_only=True) as connection:
        customers = _known_customers(connection, as_of_date)
        first_seen = _first_seen(connection, as_of_date, [one for override in overrides for one in override.pair])
    in_force = tuple(o for o in overrides if o.left_id in first_seen and o.right_id in first_seen)
    resolved = resolve(customers, first_seen, in_force, rules, settings)
    customer_ids = customers["customer_id"].to_pylist()
    summary = summarised(
        resolved,
        customer_ids,
        as_of_date,
        resolved_at,
        override_count=len(in_force),
        ignored_override_count=len(overrides) - len(in_force),
        skip_reason=_why_skipped(customers),
    )
    with open_build_file(settings, source) as connection:
        write_results(connection, resolved, customer_ids, summary)
    return summary


def resolve(
    customers: pa.Table,
    first_seen: dict[str, str],
    overrides: tuple[Override, ...],
    rules: IdentityRules,
    settings: Settings,
) -> Resolved:
    """Who is who among customers.

    Parameters
    ----------
    customers
        ``customer_id``, ``first_seen_at`` and the contract's personal columns; one row per customer id.
    first_seen
        The same for ids that only overrides name, as text that sorts by time.
    """
    links = decided_links(*_found_pairs(customers, rules, settings), overrides, rules)
    clusters, links = cluster(links, rules.cluster_max_ids)
    seen = zip(customers["customer_id"].to_pylist(), customers["first_seen_at"].to_pylist(), strict=True)
    first_seen = first_seen | {one: at for one, at in seen if at is not None}
    return Resolved(links, clusters, survivors(clusters, first_seen))


def _why_skipped(customers: pa.Table) -> str | None:
    """Return why there is nothing to compare; None if there is."""
    if len(customers) < 2:  # noqa: PLR2004 - a pair
        return "the source lists no customers" if len(customers) == 0 else "the source lists one customer"
    # one row with a name cannot be a pair
    if all(len(customers) - customers[column].null_count < 2 for column in _IDENTIFYING):  # noqa: PLR2004
        return "the source has no personal data of its customers"
    return None


def _found_pairs(customers: pa.Table, rules: IdentityRules, settings: Settings) -> tuple[list[dict], list[dict]]:
    if _why_skipped(customers):
        return [], []
    # In memory, so that splink's tables need no clearing up; what does not fit is laid aside beside the build file.
    config: dict[str, Any] = {"memory_limit": settings.memory_limit, "threads": settings.threads}
    config["temp_directory"] = str(settings.warehouse_folder / ".identity")
    with duckdb.connect(":memory:", config=config) as connection:
        connection.execute("set enable_progress_bar = false")
        connection.register("customers", customers)
        normalised(connection, "customers", rules.placeholders)
        exact = exact_pairs(connection, rules).to_pylist()
        links_by_key = sum(row["contradiction"] is None for row in exact)
        return exact, scored_pairs(connection, rules, links_by_key).to_pylist()


def _known_customers(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> pa.Table:
    return connection.execute(
        f"""
        with newest as ({newest_versions("raw.customers", "customer_id")}),
        first_orders as (
            select customer_id, min(ordered_at) as first_order_at
            from ({newest_versions("raw.orders", "order_id", "customer_id, ordered_at")}) as orders
            where ordered_at < $day
            group by all
        )
        select
            newest.customer_id, first_name, last_name, email, phone, street_address, postcode, city, birth_date,
            cast(coalesce(registered_at, first_order_at) as varchar) as first_seen_at
        from newest
        left join first_orders using (customer_id)
        where registered_at is null or registered_at < $day
        order by newest.customer_id
        """,
        {"day": as_of_date},
    ).to_arrow_table()


def _first_seen(connection: duckdb.DuckDBPyConnection, as_of_date: date, customer_ids: list[str]) -> dict[str, str]:
    """When each of these ids, listed or not, was first seen before the date; ids not seen before it are left out."""
    rows = connection.execute(
        f"""
        with sightings as (
            select customer_id, registered_at as seen_at, registered_at is null as is_undated
            from ({newest_versions("raw.customers", "customer_id")}) as customers
            union all
            select customer_id, ordered_at, false
            from ({newest_versions("raw.orders", "order_id", "customer_id, ordered_at")}) as orders
            union all
            select customer_id, started_at, false
            from ({newest_versions("raw.subscriptions", "subscription_id")}) as subscriptions
        )
        select customer_id, coalesce(cast(min(seen_at) as varchar), '')
        from sightings
        where list_contains($ids, customer_id) and (is_undated or seen_at < $day)
        group by customer_id
        """,
        {"ids": customer_ids, "day": as_of_date},
    ).fetchall()
    return dict(rows)
