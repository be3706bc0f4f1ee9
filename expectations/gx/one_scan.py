"""GX's expectations on single columns, measured for a whole table in one scan.

GX asks two queries for each of them beside one for all counts, so that a table is read as often as it has rules. Here
one query counts for all rules of a table; only for a rule that does not hold a second one looks for values.
"""

from __future__ import annotations

from typing import Any

import great_expectations.expectations as gxe
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.metrics.metric_provider import MetricProvider, metric_value
from sqlalchemy import Connection

from expectations.gx.dependencies import metric_of_batch, table_of_batch

_METRIC = "counts_of_column_rules"
_VALUE_COUNT = 20  # as many as GX keeps in the result format SUMMARY
Counts = dict[str, Any]


class CountsOfColumnRules(MetricProvider):
    """For each rule of a batch, by its SQL condition: counts and values as GX's expectations take them, or why not."""

    metric_name = _METRIC
    value_keys = ()

    @metric_value(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(
        cls,  # noqa: N805 (GX makes it a class method)
        execution_engine: Any,
        metric_domain_kwargs: dict,
        metric_value_kwargs: dict,
        metrics: dict,
        runtime_configuration: dict,
    ) -> dict[str, Counts | str]:
        rules: dict[str, str] = execution_engine.column_rules[metric_domain_kwargs["batch_id"]]
        table = table_of_batch(execution_engine, metric_domain_kwargs)
        with execution_engine.get_connection() as connection:
            try:
                return _counts(connection, table, rules)
            except Exception:  # a column that is not there, or of another type: which of them cannot be asked?
                return {breaks: _counts_or_reason(connection, table, breaks, rules[breaks]) for breaks in rules}


class _MeasuredInOneScan:
    """The part of an expectation that says what is to be measured, and takes it from what the scan of its table found.

    `meta` holds the SQL condition of the rows that break the rule.
    """

    def get_validation_dependencies(
        self: Any, execution_engine: Any = None, runtime_configuration: dict | None = None, **_: Any
    ) -> Any:
        execution_engine.column_rules[self.batch_id][self.meta["breaks"]] = self.column
        return metric_of_batch(self, _METRIC, {}, runtime_configuration)

    def _validate(
        self: Any, metrics: dict, runtime_configuration: dict | None = None, execution_engine: Any = None
    ) -> Any:
        found = metrics[_METRIC][self.meta["breaks"]]
        if isinstance(found, str):
            raise ValueError(found)  # GX keeps it as the reason why the rule could not be checked
        counts = {
            "table.row_count": found["row_count"],
            "column_values.nonnull.unexpected_count": found["null_count"],
            f"{self.map_metric}.unexpected_count": found["unexpected_count"],
            f"{self.map_metric}.unexpected_values": found["unexpected_values"],
        }
        return super()._validate(counts, runtime_configuration, execution_engine)  # pyrefly: ignore[missing-attribute]


class ExpectColumnValuesToBeThere(_MeasuredInOneScan, gxe.ExpectColumnValuesToNotBeNull):
    """Every row has a value in the column."""


class ExpectColumnValuesToBeKnown(_MeasuredInOneScan, gxe.ExpectColumnValuesToBeInSet):
    """Every value of the column is one of a set."""


class ExpectColumnValuesToBeInBounds(_MeasuredInOneScan, gxe.ExpectColumnValuesToBeBetween):
    """Every value of the column lies between a minimum and a maximum."""


def _counts(connection: Connection, table: str, rules: dict[str, str]) -> dict[str, Counts | str]:
    """Ask for all rules at once, then for the values that break those that do not hold."""
    columns = [*dict.fromkeys(rules.values())]
    asked = [
        "count(*)",
        *(f'count(*) - count("{column}")' for column in columns),
        *(f"count(*) filter ({breaks})" for breaks in rules),
    ]
    row = connection.exec_driver_sql(f"select {', '.join(asked)} from {table} as rows_of_table").one()
    null_counts = dict(zip(columns, row[1:], strict=False))
    found: dict[str, Counts | str] = {}
    for (breaks, column), count in zip(rules.items(), row[1 + len(columns) :], strict=True):
        values = []
        if count:
            query = f'select "{column}" from {table} as rows_of_table where {breaks} limit {_VALUE_COUNT}'
            values = [value for (value,) in connection.exec_driver_sql(query)]
        found[breaks] = {
            "row_count": row[0],
            "null_count": null_counts[column],
            "unexpected_count": count,
            "unexpected_values": values,
        }
    return found


def _counts_or_reason(connection: Connection, table: str, breaks: str, column: str) -> Counts | str:
    connection.rollback()
    try:
        return _counts(connection, table, {breaks: column})[breaks]
    except Exception as reason:
        return str(getattr(reason, "orig", None) or reason)
