"""Run one gate: check the tables read-only, keep the outcome, stop the run when something critical fails."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import duckdb

from expectations.gx.context import calm_great_expectations, open_context
from expectations.gx.data_docs import run_name_of, update_data_docs
from expectations.measures.measure import measure_gate
from expectations.results import Check, GateResult, checks_of, with_failing_rows, write_checks
from expectations.thresholds import load_thresholds
from warehouse.base.build_file import BuildFile
from warehouse.base.errors import GateFailed, SettingsError
from warehouse.base.settings import Settings
from warehouse.jobs.registry import job_specs, jobs_on
from warehouse.source_definitions.folders import load_source, source_names
from warehouse.tables.contract import load_contract
from warehouse.tables.score_review import accept_scores

if TYPE_CHECKING:
    from great_expectations import Checkpoint
    from great_expectations.checkpoint import CheckpointResult
    from great_expectations.data_context import EphemeralDataContext

    from expectations.gx.duckdb_engine import DuckDBDatasource
    from expectations.suites.rules import TableSuite

log = logging.getLogger(__name__)

GATES = ("raw", "marts", "scores", "activation")


def run_gate(
    settings: Settings, source: str, gate: str, as_of_date: date, pipeline_run_id: str | None = None
) -> GateResult:
    """Check what one gate guards; write the outcome to the warehouse and to Data Docs.

    Scores that pass theirs are accepted (`warehouse.tables.score_review`).

    Parameters
    ----------
    source
        The source whose build file is checked.
    gate
        One of `GATES`.
    as_of_date
        The run's date: everything known lies before its first minute.
    pipeline_run_id
        Stored with the outcome.

    Raises
    ------
    GateFailed
        If a critical expectation does not hold, after the outcome has been kept.
    WarehouseMissing, WarehouseBusy
        If there is no build file, or another process holds it.
    """
    calm_great_expectations()
    off = _tables_of_jobs_off(settings)
    suites = [
        suite
        for suite in build_suites(gate, as_of_date, _reporting_currency(settings, source))
        if suite.schema != "scores" or suite.table not in off
    ]
    context, validated_at = open_context(settings), datetime.now(UTC).replace(tzinfo=None)
    thresholds, index = load_thresholds().data_docs, settings.data_docs_folder / "index.html"
    # Held from the first figure to the verdict, so that all of it is about one state of the tables.
    with BuildFile(settings, source).opened() as connection:
        measure_gate(connection, gate, as_of_date, validated_at)
        outcome = _checked(connection, context, suites, gate=gate, source=source, as_of_date=as_of_date)
        tables = {suite.name_in(gate): suite.table_name for suite in suites}
        checks = with_failing_rows(connection, _checks(outcome, tables))
        result = GateResult(gate, source, as_of_date, validated_at, index, checks)
        write_checks(connection, result, pipeline_run_id, thresholds.runs_kept)
        if result.is_passed and gate == "scores":
            accept_scores(connection, as_of_date)
    _write_pages(settings, context, outcome, source, gate)
    if not result.is_passed:
        raise _failure(result)
    return result


def _checked(
    connection: duckdb.DuckDBPyConnection,
    context: EphemeralDataContext,
    suites: Sequence[TableSuite],
    *,
    gate: str,
    source: str,
    as_of_date: date,
) -> CheckpointResult:
    """Let Great Expectations look at the tables that are there.

    A missing table fails the first suite, on the structure; its own rules then have nothing to look at.
    """
    import great_expectations as gx

    rows = connection.execute("select table_schema, table_name from information_schema.tables").fetchall()
    present = {*rows, ("information_schema", "columns")}
    looked_at = [suite for suite in suites if (suite.schema, suite.table) in present]
    datasource = _open_datasource(context, connection, source)
    try:
        checkpoint = _checkpoint(datasource, gate, looked_at)
        return checkpoint.run(run_id=gx.RunIdentifier(run_name=run_name_of(source, gate, as_of_date)))
    finally:
        datasource.close()


def _tables_of_jobs_off(settings: Settings) -> set[str]:
    """Score tables that nobody fills, and that say nothing of today."""
    return {spec.scores.table for spec in job_specs()} - {spec.scores.table for spec in jobs_on(settings)}


def build_suites(gate: str, as_of_date: date, reporting_currency: str | None = None) -> list[TableSuite]:
    """The suites of a gate, in the order in which they are checked; the currency is the one that the source names.

    Raises
    ------
    SettingsError
        If there is no such gate.
    """
    from expectations.suites.distribution import distribution_suite
    from expectations.suites.structure import structure_suite

    thresholds = load_thresholds()
    if gate == "raw":
        from expectations.suites.raw import raw_suites

        suites = raw_suites(load_contract(), thresholds, as_of_date, reporting_currency)
    elif gate == "marts":
        from expectations.suites.marts import marts_suites

        suites = marts_suites(thresholds, as_of_date)
    elif gate == "scores":
        from expectations.suites.scores import scores_suites

        suites = scores_suites(thresholds.scores)
    elif gate == "activation":
        from expectations.suites.activation import activation_suites

        suites = activation_suites(as_of_date)
    else:
        raise SettingsError(f"There is no gate {gate!r}.", f"Use one of {', '.join(GATES)}.")
    if gate != "activation":
        suites = [*suites, distribution_suite(gate, thresholds)]
    return [suite.as_of(as_of_date) for suite in (structure_suite(suites), *suites)]


def _reporting_currency(settings: Settings, source: str) -> str | None:
    """What source.yml names; nothing where the source's folder is gone, which the gate has no need of."""
    return load_source(settings, source).reporting_currency if source in source_names(settings) else None


def _open_datasource(
    context: EphemeralDataContext, connection: duckdb.DuckDBPyConnection, source: str
) -> DuckDBDatasource:
    from expectations.gx.duckdb_engine import LentConnection  # its module makes add_duckdb known to GX

    return context.data_sources.add_duckdb(
        name=source,
        connection_string="duckdb://",
        # The one that has measured: what `preparations` made for it is there for the rules.
        kwargs={"creator": lambda: LentConnection(connection)},
    )


def _checks(outcome: CheckpointResult, tables: dict[str, str]) -> tuple[Check, ...]:
    return tuple(
        check
        for validation in outcome.run_results.values()
        for check in checks_of(validation.suite_name, tables[validation.suite_name], validation.results)
    )


def _write_pages(
    settings: Settings, context: EphemeralDataContext, outcome: CheckpointResult, source: str, gate: str
) -> None:
    """Bring Data Docs up to date. The verdict stands without them, so a fault here stops nobody."""
    try:
        kept = load_thresholds().data_docs.runs_kept
        update_data_docs(settings, context, outcome, source=source, gate=gate, runs_kept=kept)
    except Exception:
        log.exception("Data Docs could not be written; the outcome is in quality.validation_results")


def _checkpoint(datasource: DuckDBDatasource, gate: str, suites: Sequence[TableSuite]) -> Checkpoint:
    import great_expectations as gx

    definitions = []
    for suite in suites:
        asset = datasource.add_table(suite.table_name)
        name = suite.name_in(gate)
        expectations = gx.ExpectationSuite(name=name, expectations=list(suite.expectations))
        table = asset.add_batch_definition_whole_table("whole table")
        definitions.append(gx.ValidationDefinition(name=name, data=table, suite=expectations))
    return gx.Checkpoint(name=gate, validation_definitions=definitions, result_format="SUMMARY")


def _failure(result: GateResult) -> GateFailed:
    listed = "\n".join(f"  - {check.in_words()}" for check in result.failures)
    return GateFailed(
        f"Gate {result.gate} of {result.source} as of {result.as_of_date} stops the run: "
        f"{len(result.failures)} of {len(result.checks)} expectations do not hold. "
        f"The tables published before stay in place.\n{listed}",
        f"Take the first steps above. The whole report: {result.data_docs}",
    )
