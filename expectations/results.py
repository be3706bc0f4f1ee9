"""What a gate found, as data: taken from Great Expectations, told in words, kept in the warehouse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from warehouse.connections import open_build_file
from warehouse.quality_tables import create_quality_tables
from warehouse.settings import Settings

EXAMPLE_COUNT = 3


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
        for title, found in (("stop", self.failures), ("warning", self.warnings)):
            for check in found:
                yield f"  {title}: {check.in_words()}"
        yield f"  Data Docs: {self.data_docs}"

    def as_dict(self) -> dict[str, Any]:
        """What a task may hand on: plain values, without the expectations that hold."""
        return {
            "gate": self.gate,
            "source": self.source,
            "as_of_date": self.as_of_date.isoformat(),
            "validated_at": self.validated_at.isoformat(),
            "data_docs": str(self.data_docs),
            "check_count": len(self.checks),
            "failures": [asdict(check) for check in self.failures],
            "warnings": [asdict(check) for check in self.warnings],
        }


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
        )


def write_checks(settings: Settings, result: GateResult, pipeline_run_id: str | None) -> None:
    """Append the outcome to ``quality.validation_results`` of the source's build file."""
    common = {
        "pipeline_run_id": pipeline_run_id,
        "gate": result.gate,
        "as_of_date": result.as_of_date,
        "validated_at": result.validated_at,
    }
    rows = [{**common, **asdict(check)} for check in result.checks]
    names = tuple(rows[0])
    places = ", ".join(f"${name}" for name in names)
    statement = f"insert into quality.validation_results ({', '.join(names)}) values ({places})"
    with open_build_file(settings, result.source) as connection:
        create_quality_tables(connection)
        connection.execute("begin")
        for row in rows:
            connection.execute(statement, row)
        connection.execute("commit")


def in_words(count: int, examples: list[str]) -> str:
    """How many rows broke the rule, with examples."""
    if count == 0:
        return "no row"
    rows = "1 row" if count == 1 else f"{count:,} rows"
    if not examples:
        return rows
    return f"{rows}: {examples[0]}" if count == 1 else f"{rows}, for example: {'; '.join(examples)}"


def _observed(found: Mapping[str, Any], exception: Mapping[str, Any]) -> tuple[int | None, str]:
    message = _exception_message(exception)
    if message:
        return None, f"could not be checked: {message}"
    if "examples" in found:  # a rule on rows
        return found["observed_value"], in_words(found["observed_value"], found["examples"])
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
