"""The expectation behind most rules: a query finds the rows that break it."""

from __future__ import annotations

from typing import Any

import sqlalchemy
from great_expectations.compatibility import pydantic
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.query_metric_provider import QueryMetricProvider
from great_expectations.render.components import LegacyDiagnosticRendererType, RenderedTableContent
from great_expectations.render.renderer.renderer import renderer
from great_expectations.validator.validator import ValidationDependencies

from expectations.failing_rows import CANNOT_JUDGE, FAILING_ROW_COUNT, shown
from expectations.gx.dependencies import metric_of_batch, table_of_batch
from expectations.results import EXAMPLE_COUNT, finding

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
        table = table_of_batch(execution_engine, metric_domain_kwargs)
        query = metric_value_kwargs["unexpected_rows_query"].format(batch=table)
        counted = f"select count(*) over () as count_of_rows, found.* from ({query}) as found limit {FAILING_ROW_COUNT}"
        rows = [row._asdict() for row in execution_engine.execute_query(sqlalchemy.text(counted)).fetchall()]
        counts = [row.pop("count_of_rows") for row in rows]
        return (counts[0] if counts else 0), rows


class ExpectNoRowsBreakingRule(UnexpectedRowsExpectation):
    """No row breaks the rule; if some do, their number and the first few are kept.

    The queries select keys and figures only; columns that the contract calls personal are taken out nevertheless,
    so that rows may be shown. Where there is too little to go by, the rule holds and says that it could not judge.
    """

    metric_dependencies = (_METRIC,)

    def get_validation_dependencies(
        self, execution_engine: Any = None, runtime_configuration: dict | None = None
    ) -> ValidationDependencies:
        """The rows that the query finds."""
        query = {"unexpected_rows_query": self.unexpected_rows_query}
        return metric_of_batch(self, _METRIC, query, runtime_configuration)

    @pydantic.validator("unexpected_rows_query")
    def _validate_query(cls, query: str) -> str:  # noqa: N805 (GX makes it a class method)
        """In place of GX's, which asks for ``{batch}`` in every query: rules on newest versions name their view."""
        return query

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.OBSERVED_VALUE)
    # pyrefly: ignore[bad-override] (by keyword only, as GX calls it)
    def _diagnostic_observed_value_renderer(cls, configuration: Any = None, result: Any = None, **_: Any) -> str:
        if result is None or not result.result:
            return "not checked"
        found = finding(result.result)
        return found if result.success else f"{found}. First step: {result.expectation_config.meta['first_step']}"

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.UNEXPECTED_TABLE)
    # pyrefly: ignore[bad-override]
    def _diagnostic_unexpected_table_renderer(
        cls, configuration: Any = None, result: Any = None, **_: Any
    ) -> list[RenderedTableContent] | None:
        rows = (result.result or {}).get("rows") if result is not None else None
        if not rows:
            return None
        table = {
            "content_block_type": "table",
            "header_row": list(rows[0]),
            "table": [list(row.values()) for row in rows],
            "styling": {"body": {"classes": ["table-bordered", "table-sm", "mt-3"]}},
        }
        return [RenderedTableContent(**table)]

    def _validate(self, metrics: dict, runtime_configuration: Any = None, execution_engine: Any = None) -> dict:
        count, rows = metrics[_METRIC]
        reason = next((row[CANNOT_JUDGE] for row in rows if row.get(CANNOT_JUDGE)), None)
        rows = [] if reason else [shown(row) for row in rows]
        return {
            "success": count == 0 or reason is not None,
            "result": {
                "observed_value": 0 if reason else count,
                "examples": [_as_text(row) for row in rows[:EXAMPLE_COUNT]],
                "rows": rows,
                CANNOT_JUDGE: reason,
            },
        }


def _as_text(row: dict[str, Any]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in row.items())
