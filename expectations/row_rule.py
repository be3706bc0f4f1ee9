"""The expectation behind most rules: a query finds the rows that break it."""

from __future__ import annotations

from typing import Any

import sqlalchemy
from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.query_metric_provider import QueryMetricProvider
from great_expectations.render.components import LegacyDiagnosticRendererType
from great_expectations.render.renderer.renderer import renderer

from expectations.results import EXAMPLE_COUNT, in_words

_METRIC = "rows_breaking_rule"


class RowsBreakingRule(QueryMetricProvider):
    """How many rows the query finds, and the first few: one pass over the data.

    GX's own metrics run the query twice, and write the table with or without an alias depending on whether
    the query has a join; here ``{batch}`` is always the bare table, so that the query names it itself.
    """

    metric_name = _METRIC
    value_keys = ("unexpected_rows_query",)

    @metric_value(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(
        cls,  # noqa: N805 (GX makes it a class method)
        execution_engine: SqlAlchemyExecutionEngine,
        metric_domain_kwargs: dict,
        metric_value_kwargs: dict,
        metrics: dict,
        runtime_configuration: dict,
    ) -> tuple[int, list[dict[str, Any]]]:
        batch = execution_engine.get_compute_domain(metric_domain_kwargs, domain_type=MetricDomainTypes.TABLE)[0]
        table = batch.compile(dialect=execution_engine.dialect, compile_kwargs={"literal_binds": True})
        query = metric_value_kwargs["unexpected_rows_query"].format(batch=f"({table})")
        counted = f"select count(*) over () as count_of_rows, found.* from ({query}) as found limit {EXAMPLE_COUNT}"
        rows = [row._asdict() for row in execution_engine.execute_query(sqlalchemy.text(counted)).fetchall()]
        counts = [row.pop("count_of_rows") for row in rows]
        return (counts[0] if counts else 0), rows


class ExpectNoRowsBreakingRule(UnexpectedRowsExpectation):
    """No row breaks the rule; if some do, their number and the first few are kept.

    The queries select keys and figures only, never personal columns, so that examples may be shown.
    """

    metric_dependencies = (_METRIC,)

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.OBSERVED_VALUE)
    def _diagnostic_observed_value_renderer(cls, configuration: Any = None, result: Any = None, **_: Any) -> str:
        if result is None or not result.result:
            return "not checked"
        found = in_words(result.result["observed_value"], result.result["examples"])
        return found if result.success else f"{found}. First step: {result.expectation_config.meta['first_step']}"

    def _validate(self, metrics: dict, runtime_configuration: Any = None, execution_engine: Any = None) -> dict:
        count, rows = metrics[_METRIC]
        return {
            "success": count == 0,
            "result": {"observed_value": count, "examples": [_as_text(row) for row in rows]},
        }


def _as_text(row: dict[str, Any]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in row.items())
