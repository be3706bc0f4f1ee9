"""What an expectation of ours asks GX to measure: one metric of the table that it is about."""

from __future__ import annotations

from typing import Any

from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.expectations.expectation import Expectation
from great_expectations.validator.metric_configuration import MetricConfiguration
from great_expectations.validator.validator import ValidationDependencies


def metric_of_batch(
    expectation: Any, metric_name: str, values: dict[str, Any], runtime_configuration: dict | None
) -> ValidationDependencies:
    """The one metric that an expectation needs; GX would read the expectation anew to find what is said here."""
    found = Expectation.get_validation_dependencies(expectation, runtime_configuration=runtime_configuration)
    metric = MetricConfiguration(metric_name, {"batch_id": expectation.batch_id}, values)
    found.set_metric_configuration(metric_name, metric)
    return found


def table_of_batch(execution_engine: Any, metric_domain_kwargs: dict) -> str:
    """The table of a metric, as it stands in a query after ``from``."""
    batch = execution_engine.get_compute_domain(metric_domain_kwargs, domain_type=MetricDomainTypes.TABLE)[0]
    return f"({batch.compile(dialect=execution_engine.dialect, compile_kwargs={'literal_binds': True})})"
