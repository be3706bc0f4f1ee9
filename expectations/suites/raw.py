"""Gate `raw`: what came in is complete, keyed, of the contract, and worth building on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from great_expectations.expectations.expectation import Expectation

from expectations.suites.file_loads import file_loads_suite
from expectations.suites.freshness import freshness_rules, load_lag_rule
from expectations.suites.ids import id_rules
from expectations.suites.raw_lines import line_rules
from expectations.suites.raw_order_amounts import amount_differences_suite, lost_lines_suite
from expectations.suites.raw_orders import order_rules
from expectations.suites.raw_versions import version_rules
from expectations.suites.references import reference_rules
from expectations.suites.rules import (
    TableSuite,
    bounded,
    in_set,
    no_rows,
    not_empty_unless,
    not_null,
)
from expectations.suites.volume import order_volume_rules
from expectations.thresholds import Thresholds
from warehouse.tables.contract import Contract, Table
from warehouse.tables.raw_tables import LINEAGE_COLUMNS

_LOADER = "The loader let a row through that it should have refused: report it, with the file and row number."


def raw_suites(
    contract: Contract, thresholds: Thresholds, as_of_date: date, reporting_currency: str | None = None
) -> list[TableSuite]:
    """The suites of the raw tables, derived from the contract, and of the counts of what was loaded."""
    suites = [
        TableSuite(
            "raw",
            name,
            (*table.columns, *LINEAGE_COLUMNS),
            (
                *_contract_rules(name, table),
                *version_rules(name, table, thresholds.raw),
                *_future_rules(name, table),
                *freshness_rules(name, table, thresholds.freshness),
                *reference_rules(name, contract, thresholds.references),
                *id_rules(name, contract),
            ),
        )
        for name, table in contract.tables.items()
    ]
    orders = (
        _something_to_model(contract),
        *order_rules(thresholds.raw, as_of_date, reporting_currency),
        load_lag_rule(thresholds.freshness),
        *order_volume_rules(thresholds.volume),
    )
    extra = {"orders": orders, "order_items": line_rules(thresholds.raw)}
    suites = [
        TableSuite(suite.schema, suite.table, suite.columns, suite.expectations + extra.get(suite.table, ()))
        for suite in suites
    ]
    return [*suites, amount_differences_suite(), lost_lines_suite(), file_loads_suite(contract, thresholds)]


def _contract_rules(name: str, table: Table) -> Iterator[Expectation]:
    """Rules that the contract states; the loader enforces them, the gate does not take its word for it."""
    for column, spec in table.columns.items():
        if spec.required:
            yield not_null(column, f"Every row of {name} has its {column}.", _LOADER)
        if spec.allowed:
            means = f"{column} is one of {', '.join(spec.allowed)}."
            yield in_set(column, spec.allowed, means, _LOADER)
        if not spec.personal:
            minimum, maximum = (None if isinstance(bound, str) else bound for bound in (spec.min, spec.max))
            yield from bounded(column, minimum, maximum, _LOADER)


def _something_to_model(contract: Contract) -> Expectation:
    """Stands with the orders, the first of the compulsory tables."""
    first, other = contract.compulsory_one_of
    return not_empty_unless(
        f"raw.{other}",
        f"There is at least one row of {first}, or of {other}.",
        f"Land a file with {first} or {other}; look at quality.quarantined_rows for why rows were refused.",
    )


def _future_rules(name: str, table: Table) -> Iterator[Expectation]:
    if table.event_time:
        shown = ", ".join(dict.fromkeys([*table.key, table.event_time]))
        yield no_rows(
            f"{table.event_time}_is_not_in_the_future",
            f"""
                select {shown}, _file_name, _row_number
                from {{batch}} as events
                where {table.event_time} > _loaded_at + interval '38 hours'
            """,
            # The loader lets a day pass; zones are up to 14 hours ahead of UTC, which _loaded_at is in.
            f"Nothing in {name} happened more than a day after it was loaded.",
            _LOADER,
            column=table.event_time,
        )
