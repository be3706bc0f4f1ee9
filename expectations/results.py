"""What a gate found, as data: taken from Great Expectations, put into words, kept in the warehouse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from expectations.failing_rows import CANNOT_JUDGE, rows_of, write_failing_rows
from expectations.measures.profiles import accept_profiles
from warehouse.base.rows import insert_rows
from warehouse.base.transactions import transaction
from warehouse.tables.quality_tables import create_quality_tables

EXAMPLE_COUNT = 3
_NOT_JUDGED = "cannot judge: "


@dataclass(frozen=True)
class Check:
    """The outcome of one expectation; named as the columns of ``quality.validation_results``."""

    suite: str
    table_name: str
    column_name: str | None
    expectation: str
    severity: str
    success: bool
    observed_value: str | None
    unexpected_count: int | None
    description: str
    first_step: str
    # What follows is kept elsewhere: the rows in quality.failing_rows.
    failing_rows: tuple[dict[str, str | None], ...] = ()
    breaks: str | None = None  # SQL condition of the rows, where GX does not tell them

    @property
    def is_judged(self) -> bool:
        """False where there was too little history to go by."""
        return not (self.observed_value or "").startswith(_NOT_JUDGED)

    def as_row(self) -> dict[str, Any]:
        """The columns of ``quality.validation_results``."""
        return {name: value for name, value in asdict(self).items() if name not in ("failing_rows", "breaks")}

    def in_words(self) -> str:
        """Table, rule, what was found and the first step, in three lines."""
        where = f"{self.table_name}.{self.column_name}" if self.column_name else self.table_name
        return f"{where} – {self.description}\n    found: {self.observed_value}\n    first step: {self.first_step}"


@dataclass(frozen=True)
class GateResult:
    """The outcome of one gate run."""

    gate: str
    source: str
    as_of_date: date
    validated_at: datetime  # UTC, without zone
    data_docs: Path
    checks: tuple[Check, ...]

    @property
    def failures(self) -> tuple[Check, ...]:
        """Critical expectations that do not hold."""
        return tuple(check for check in self.checks if not check.success and check.severity == "critical")

    @property
    def warnings(self) -> tuple[Check, ...]:
        """Other expectations that do not hold."""
        return tuple(check for check in self.checks if not check.success and check.severity != "critical")

    @property
    def is_passed(self) -> bool:
        return not self.failures

    def lines(self) -> Iterator[str]:
        """The outcome in words, for a terminal or a task log."""
        word = "passed" if self.is_passed else "FAILED"
        held = sum(check.success for check in self.checks)
        yield f"Gate {self.gate} of {self.source} as of {self.as_of_date}: {word}"
        yield f"  {held} of {len(self.checks)} expectations hold"
        waiting = sum(not check.is_judged for check in self.checks)
        if waiting:
            yield f"  {waiting} of them go by history and cannot judge yet"
        for title, found in (("stop", self.failures), ("warning", self.warnings)):
            for check in found:
                yield f"  {title}: {check.in_words()}"
        yield f"  Data Docs: {self.data_docs}"

    def as_of_run(self, pipeline_run_id: str | None) -> dict[str, Any]:
        """What rows of this gate run have in common."""
        run = {"pipeline_run_id": pipeline_run_id, "gate": self.gate}
        return {**run, "as_of_date": self.as_of_date, "validated_at": self.validated_at}


def checks_of(suite: str, table: str, results: Sequence[Any]) -> Iterator[Check]:
    """Translate the expectation results of one suite."""
    for result in results:
        config = result.expectation_config
        meta = config.meta or {}
        count, observed = _observed(result.result or {}, result.exception_info or {})
        yield Check(
            suite=suite,
            table_name=meta.get("table", table),
            column_name=meta.get("column"),
            expectation=meta.get("rule", config.type),
            severity=str(getattr(config.severity, "value", config.severity)),
            success=bool(result.success),
            observed_value=observed,
            unexpected_count=count,
            description=meta.get("means", config.type),
            first_step=meta.get("first_step", ""),
            failing_rows=tuple((result.result or {}).get("rows") or ()),
            breaks=None if result.success else meta.get("breaks"),
        )


def with_failing_rows(connection: duckdb.DuckDBPyConnection, checks: Sequence[Check]) -> tuple[Check, ...]:
    """Look up the rows of the checks on columns that do not hold."""
    return tuple(
        replace(check, failing_rows=rows_of(connection, check)) if check.breaks and check.unexpected_count else check
        for check in checks
    )


def write_checks(
    connection: duckdb.DuckDBPyConnection, result: GateResult, pipeline_run_id: str | None, runs_kept: int
) -> None:
    """Append the outcome to ``quality.validation_results``, with rows of what fails."""
    rows = ({**result.as_of_run(pipeline_run_id), **check.as_row()} for check in result.checks)
    create_quality_tables(connection)
    with transaction(connection):
        insert_rows(connection, "quality.validation_results", rows)
        write_failing_rows(connection, result, pipeline_run_id, runs_kept)
        if result.is_passed:
            accept_profiles(connection, result.gate, result.as_of_date)


def in_words(count: int, examples: list[str]) -> str:
    """How many rows broke the rule, with examples."""
    if count == 0:
        return "no row"
    rows = "1 row" if count == 1 else f"{count:,} rows"
    if not examples:
        return rows
    return f"{rows}: {examples[0]}" if count == 1 else f"{rows}, for example: {'; '.join(examples)}"


def finding(found: Mapping[str, Any]) -> str:
    """What a rule on rows found."""
    if found.get(CANNOT_JUDGE):
        return _NOT_JUDGED + found[CANNOT_JUDGE]
    return in_words(found["observed_value"], found["examples"])


def _observed(found: Mapping[str, Any], exception: Mapping[str, Any]) -> tuple[int | None, str]:
    message = _exception_message(exception)
    if message:
        return None, f"could not be checked: {message}"
    if "examples" in found:  # a rule on rows
        return found["observed_value"], finding(found)
    if "observed_value" in found:  # a rule on the whole table
        return None, str(found["observed_value"])
    count = int(found.get("unexpected_count") or 0)  # a rule on a column; none where the table is empty
    examples = found.get("partial_unexpected_list", [])[:EXAMPLE_COUNT]
    return count, in_words(count, [str(example) for example in examples if example is not None])


def _exception_message(exception: Mapping[str, Any]) -> str | None:
    """GX gives either one exception or a mapping of metric to exception."""
    found = [exception] if "raised_exception" in exception else list(exception.values())
    for one in found:
        if one.get("raised_exception"):
            return str(one.get("exception_message")).splitlines()[0]
    return None
