"""Gate `raw`: what came in is complete, keyed, of the contract, and worth building on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from great_expectations.expectations.expectation import Expectation

from expectations.suites.file_loads import file_loads_suite
from expectations.suites.freshness import freshness_rules, load_lag_rule
from expectations.suites.references import reference_rules
from expectations.suites.rules import (
    TableSuite,
    at_least,
    between,
    in_set,
    no_rows,
    not_empty_unless,
    not_null,
    sql,
    unique,
)
from expectations.suites.volume import order_volume_rules
from expectations.thresholds import RawThresholds, Thresholds
from warehouse.contract import Column, Contract, Table
from warehouse.raw_tables import LINEAGE_COLUMNS

_LOADER = "The loader let a row through that it should have refused: report it, with the file and row number."


def raw_suites(contract: Contract, thresholds: Thresholds, as_of_date: date) -> list[TableSuite]:
    """The suites of the raw tables, derived from the contract, and of the counts of what was loaded."""
    suites = [
        TableSuite(
            "raw",
            name,
            (*table.columns, *LINEAGE_COLUMNS),
            (
                *_contract_rules(name, table),
                *_load_rules(name, table, thresholds.raw),
                *freshness_rules(name, table, thresholds.freshness, as_of_date),
                *reference_rules(name, contract, thresholds.references),
            ),
        )
        for name, table in contract.tables.items()
    ]
    orders = (
        _something_to_model(contract),
        *_order_rules(thresholds.raw, as_of_date),
        load_lag_rule(thresholds.freshness),
        *order_volume_rules(thresholds.volume, as_of_date),
    )
    extra = {"orders": orders, "order_items": _line_rules(thresholds.raw)}
    suites = [
        TableSuite(suite.schema, suite.table, suite.columns, suite.expectations + extra.get(suite.table, ()))
        for suite in suites
    ]
    return [*suites, file_loads_suite(contract, thresholds)]


def _contract_rules(name: str, table: Table) -> Iterator[Expectation]:
    """Rules that the contract states; the loader enforces them, the gate does not take its word for it."""
    for column, spec in table.columns.items():
        if spec.required:
            yield not_null(column, f"Every row of {name} has its {column}.", _LOADER)
        if spec.allowed:
            means = f"{column} is one of {', '.join(spec.allowed)}."
            yield in_set(column, spec.allowed, means, _LOADER)
        if not spec.personal:
            yield from _bounds(column, spec)


def _something_to_model(contract: Contract) -> Expectation:
    """Stands with the orders, the first of the compulsory tables."""
    first, other = contract.compulsory_one_of
    return not_empty_unless(
        f"raw.{other}",
        f"There is at least one row of {first}, or of {other}.",
        f"Land a file with {first} or {other}; look at quality.quarantined_rows for why rows were refused.",
    )


def _bounds(column: str, spec: Column) -> Iterator[Expectation]:
    if isinstance(spec.min, int | float) and isinstance(spec.max, int | float):
        yield between(column, spec.min, spec.max, f"{column} lies between {spec.min} and {spec.max}.", _LOADER)
    elif isinstance(spec.min, int | float):
        yield at_least(column, spec.min, f"{column} is not below {spec.min}.", _LOADER)


def _load_rules(name: str, table: Table, thresholds: RawThresholds) -> Iterator[Expectation]:
    key = ", ".join(table.key)
    yield unique(
        [*table.key, "_arrival_number"],
        f"One file brings each {key} once, so it is clear which version of a row of {name} is the newest.",
        "Look at the file named in _file_name; load it again into an empty build file if the loader was interrupted.",
    )
    yield no_rows(
        "versions_differ",
        f"""
            select {key}, _file_name, _row_number
            from (
                select *, lag(_row_hash) over (partition by {key} order by _arrival_number, _row_number) as earlier_hash
                from {{batch}} as versions
                where ({key}) in (select ({key}) from {{batch}} as counted group by {key} having count(*) > 1)
            ) as with_earlier
            where _row_hash = earlier_hash
        """,
        f"A further row with the same {key} is a correction: it differs from the one before it.",
        "A file was loaded twice. Report it; the marts are not harmed, for they keep the newest row.",
    )
    yield no_rows(
        "corrected_share",
        sql(
            f"""
                select count(*) as row_count, count(*) - count(distinct ({key})) as corrected_count
                from {{batch}} as versions
                having count(*) - count(distinct ({key})) > :share * count(*)
            """,
            share=thresholds.corrected_share_warning,
        ),
        f"No more than {thresholds.corrected_share_warning:.0%} of the rows of {name} are corrections of earlier ones.",
        f"Ask whoever exports {name} whether keys are used again for other things.",
        severity="warning",
    )
    if table.event_time:
        yield no_rows(
            f"{table.event_time}_is_not_in_the_future",
            f"""
                select {key}, {table.event_time}, _file_name, _row_number
                from {{batch}} as events
                where {table.event_time} > _loaded_at
            """,
            f"Nothing in {name} happened after it was loaded.",
            _LOADER,
            column=table.event_time,
        )


def _order_rules(thresholds: RawThresholds, as_of_date: date) -> tuple[Expectation, ...]:
    return (
        no_rows(
            "orders_before_as_of_date",
            sql(
                """
                    select min(ordered_at) as first_order_at
                    from {batch} as orders
                    having count(*) > 0 and min(ordered_at) >= :as_of_date
                """,
                as_of_date=as_of_date,
            ),
            f"There are orders before the as-of date {as_of_date}.",
            "Choose a later as-of date, or leave it out to use the day after the newest complete day.",
            column="ordered_at",
        ),
        no_rows(
            "newest_order_age",
            sql(
                """
                    select max(ordered_at) as newest_order_at
                    from {batch} as orders
                    where ordered_at < :as_of_date
                    having date_diff('day', max(ordered_at), :as_of_date) > :days
                """,
                as_of_date=as_of_date,
                days=thresholds.newest_order_age_days_warning,
            ),
            f"The newest order is at most {thresholds.newest_order_age_days_warning} days older than the as-of date.",
            "Look whether the newest export was landed: with stale data every customer looks as if about to leave.",
            column="ordered_at",
            severity="warning",
        ),
        no_rows(
            "guest_sale_share",
            sql(
                """
                    select count(*) as sale_count, count(*) filter (customer_id is null) as guest_sale_count
                    from {batch} as orders
                    where order_kind = 'sale'
                    having count(*) filter (customer_id is null) > :share * count(*)
                """,
                share=thresholds.guest_sale_share_warning,
            ),
            f"At most {thresholds.guest_sale_share_warning:.0%} of the sales are guests' (without customer_id).",
            "Look whether customer_id is mapped; guests count as revenue but can be neither segmented nor scored.",
            column="customer_id",
            severity="warning",
        ),
        no_rows(
            "single_currency",
            """
                select string_agg(distinct currency, ', ') as currencies
                from {batch} as orders
                having count(distinct currency) > 1
            """,
            "All orders are in one currency; amounts are added up as they are.",
            "Convert the amounts in the source's mapping, or load one company's currency per source.",
            column="currency",
            severity="warning",
        ),
    )


def _line_rules(thresholds: RawThresholds) -> tuple[Expectation, ...]:
    return (
        no_rows(
            "lines_have_an_order",
            sql(
                """
                    select count(*) as line_count, count(*) filter (is_orphan) as orphan_line_count
                    from (
                        select not exists (select 1 from raw.orders as o where o.order_id = lines.order_id) as is_orphan
                        from {batch} as lines
                    ) as judged
                    having count(*) filter (is_orphan) > :share * count(*)
                """,
                share=thresholds.orphan_line_share_warning,
            ),
            f"At most {thresholds.orphan_line_share_warning:.0%} of the order lines belong to no known order.",
            "Look whether orders and lines were exported for the same period; lines without order are not counted.",
            column="order_id",
            severity="warning",
        ),
    )
