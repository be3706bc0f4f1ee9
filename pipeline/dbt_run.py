"""dbt inside the process that calls it: it reports each model, and what its tests warn of is recorded."""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from warehouse.base.connections import open_build_file, refuse_if_held
from warehouse.base.errors import DbtFailed
from warehouse.base.settings import Settings
from warehouse.marts.dbt import (
    build_arguments,
    build_variables,
    dbt_environment,
    made_elsewhere,
    planned_build,
    refuse_want_of_memory,
)
from warehouse.marts.dbt_contexts import make_contexts_lighter
from warehouse.marts.dbt_tests import DbtTest, record_dbt_tests
from warehouse.marts.parsed_project import parsed_file, parsed_project
from warehouse.marts.spark.hand_over import take_tables
from warehouse.runs.planning import RunPlan


def run_dbt(
    settings: Settings, plan: RunPlan, selection: tuple[str, ...], on_event: Callable[[Any], None] | None = None
) -> list[str]:
    """Build the selected seeds and models with their tests; return in words what was built and what dbt warns of.

    The libraries of a task are loaded already, and the build file is free again at the end. Unit tests are left out:
    they test the code, not the data, and `make test` runs them.

    Parameters
    ----------
    on_event
        Called with each event of dbt.

    Raises
    ------
    DbtFailed
        With the nodes that failed, in dbt's words.
    WantOfMemory
        If DuckDB may take too little memory for this shop.
    """
    with (
        planned_build(settings, plan.source, plan.as_of_date, selection) as increment,
        made_elsewhere(settings, plan.source, plan.as_of_date, selection) as taken,
    ):
        results, tables = _invoke(settings, plan, build_arguments(selection, increment), taken, on_event)
        warnings = _record_tests(settings, plan, selection, results, tables)
    return [increment.reason, *warnings, f"{len(results)} models, seeds and tests"]


def _record_tests(
    settings: Settings, plan: RunPlan, selection: tuple[str, ...], results: list[Any], tables: dict[str, str]
) -> list[str]:
    """Put what came of dbt's tests beside the rules of the gates; return in words what they warn of."""
    tests = [
        _test(result, tables)
        for result in results
        if result.node.resource_type == "test" and result.status in ("pass", "warn")
    ]
    with open_build_file(settings, plan.source) as connection:
        record_dbt_tests(
            connection,
            tests,
            pipeline_run_id=plan.pipeline_run_id,
            as_of_date=plan.as_of_date,
            selection=" ".join(selection),
        )
    return [f"Warning: {test.name}: {test.row_count:,} rows" for test in tests if not test.holds]


def _test(result: Any, tables: dict[str, str]) -> DbtTest:
    return DbtTest(
        name=result.node.name,
        description=getattr(result.node, "description", ""),
        table_name=tables.get(getattr(result.node, "attached_node", None) or ""),
        file=result.node.original_file_path,
        # One of severity error that dbt only warns of has a limit for warnings of its own.
        is_critical=result.node.config.severity.lower() == "error" and result.status != "warn",
        holds=result.status == "pass",
        row_count=result.failures or 0,
    )


def _invoke(
    settings: Settings,
    plan: RunPlan,
    arguments: list[str],
    taken: dict[str, str],
    on_event: Callable[[Any], None] | None,
) -> tuple[list[Any], dict[str, str]]:
    """The results, and the tables of the project by the names that dbt has for its nodes."""
    from dbt.cli.main import dbtRunner

    variables = build_variables(plan.as_of_date)
    command = [*arguments, "--vars", json.dumps(variables)]
    with _environment({**dbt_environment(settings, plan.source), **taken}), _let_go_of_the_file():
        manifest = parsed_project(parsed_file(settings, plan.source), variables)
        take_tables(manifest)
        make_contexts_lighter()
        gc.freeze()  # the project is not garbage; looking through it each time takes a tenth of a build
        done = dbtRunner(manifest, callbacks=[on_event] if on_event else []).invoke(command)
    results = getattr(done.result, "results", [])
    if done.success:
        nodes = manifest.nodes.items() if manifest else ()
        return results, {name: f"{node.schema}.{node.name}" for name, node in nodes if node.resource_type != "test"}
    failed = [result for result in results if result.status in ("error", "fail", "runtime error")]
    words = [f"{result.node.name}: {result.message}" for result in failed] or [str(done.exception)]
    refuse_if_held(settings.build_file(plan.source), "\n".join(words))
    refuse_want_of_memory(settings, plan.source, "\n".join(words))
    raise DbtFailed(
        f"dbt stopped: {len(failed)} of {len(results)} models, seeds and tests failed.\n" + "\n".join(words),
        "Mend the model or the data; then clear this task with its downstream tasks.",
    )


@contextmanager
def _environment(added: dict[str, str]) -> Iterator[None]:
    former = {name: os.environ.get(name) for name in added}
    os.environ.update(added)
    try:
        yield
    finally:
        for name, value in former.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _let_go_of_the_file() -> Iterator[None]:
    """Close dbt's connection, which would be held as long as this process lives, and give its semaphores back.

    The process of a task ends without ceremony; semaphores that dbt still holds would be reported in red as leaked.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.adapters.factory import reset_adapters

    try:
        yield
    finally:
        DuckDBConnectionManager.close_all_connections()
        reset_adapters()
        gc.collect()
