"""Running dbt on a source's build file in a process of its own, so that its hold on the file ends with it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import date

from warehouse.base.connections import open_build_file, refuse_if_held
from warehouse.base.definitions import DBT_PROJECT
from warehouse.base.errors import DbtFailed
from warehouse.base.memory_need import is_want_of_memory, line_count_of, want_of_memory
from warehouse.base.settings import CHECKOUT, Settings
from warehouse.marts.increments import Increment, mart_build
from warehouse.marts.parsed_project import parsed_file
from warehouse.marts.spark.hand_over import TABLES_TAKEN
from warehouse.marts.spark.make import tables_made
from warehouse.source_definitions.in_build_file import read_source_definitions, write_source_definitions
from warehouse.tables.build_state import forget_builds

MART_SELECTION = ("path:seeds", "path:models/staging", "path:models/intermediate", "path:models/marts")
ACTIVATION_SELECTION = ("path:models/activation", "path:models/relationship")
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def dbt_environment(settings: Settings, source: str) -> dict[str, str]:
    """What `profiles.yml` reads, and dbt's own folders, kept under home."""
    return {
        "CLIENTELE_BUILD_FILE": str(settings.build_file(source)),
        "CLIENTELE_MEMORY_LIMIT": settings.memory_limit,
        "CLIENTELE_THREADS": str(settings.threads),
        "DBT_PROFILES_DIR": str(DBT_PROJECT),
        "DBT_TARGET_PATH": str(settings.dbt_target_folder / "target"),
        "DBT_LOG_PATH": str(settings.dbt_target_folder / "logs"),
        # To write down each statement as well takes a tenth of a build; `debug` does.
        "DBT_LOG_LEVEL_FILE": os.environ.get("DBT_LOG_LEVEL_FILE", "info"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def build(
    settings: Settings,
    source: str,
    as_of_date: date,
    select: tuple[str, ...] = MART_SELECTION,
    *,
    variables: Mapping[str, object] | None = None,
    data_tests: bool = True,
    full: bool = False,
) -> None:
    """`dbt build` of a selection: seeds, models and data tests in order.

    The marts as a whole are built in increments (`warehouse.marts.increments`), any other selection from scratch.

    Parameters
    ----------
    variables
        Vars of dbt_project.yml to be set otherwise for this build.
    data_tests
        False for a build whose data were tested when they were first built.
    full
        Build everything, whatever the last build made.

    Raises
    ------
    DbtFailed
        With the models and tests that failed, in dbt's words.
    WantOfMemory
        If DuckDB may take too little memory for this shop.
    """
    with (
        planned_build(settings, source, as_of_date, select, variables=variables, full=full) as increment,
        made_elsewhere(settings, source, as_of_date, select, variables=variables) as taken,
    ):
        arguments = build_arguments(select, increment, data_tests=data_tests)
        done = run_dbt(settings, source, as_of_date, variables or {}, arguments, environment=taken)
        if done.returncode != 0:
            refuse_if_held(settings.build_file(source), done.stdout)
            refuse_want_of_memory(settings, source, _what_failed(done.stdout))
            raise DbtFailed(
                f"dbt could not build {', '.join(select)} of source {source!r}:\n{_what_failed(done.stdout)}",
                f"See {settings.dbt_target_folder / 'logs' / 'dbt.log'}; the marts published before stay in place.",
            )


def refuse_want_of_memory(settings: Settings, source: str, words: str) -> None:
    """Raise WantOfMemory, with the limit that would do, if dbt's words of what failed say so."""
    if is_want_of_memory(words):
        with open_build_file(settings, source, read_only=True) as connection:
            line_count = line_count_of(connection)
        raise want_of_memory(words, settings.memory_limit, line_count)


def build_arguments(select: tuple[str, ...], increment: Increment, *, data_tests: bool = True) -> list[str]:
    """Those of dbt's command line for a build, but for the vars; parameters as `build`."""
    left_out = ["unit_test"]  # they test the SQL, not the data: make test runs them
    left_out += [] if data_tests else ["test"]
    kinds = [word for kind in left_out for word in ("--exclude-resource-type", kind)]
    command = ["--no-use-colors", "build", "--project-dir", str(DBT_PROJECT)]
    return [*command, "--select", *select, *kinds, *increment.dbt_arguments]


def build_variables(as_of_date: date, variables: Mapping[str, object] | None = None) -> dict[str, object]:
    """The vars of a build: the run's date, and what is set otherwise for it."""
    return {**(variables or {}), "as_of_date": as_of_date.isoformat()}


def planned_build(
    settings: Settings,
    source: str,
    as_of_date: date,
    select: tuple[str, ...],
    *,
    variables: Mapping[str, object] | None = None,
    full: bool = False,
) -> AbstractContextManager[Increment]:
    """What of a selection is to be built; dbt runs in the block, which is recorded as a build if all marts are built.

    A selection that is neither all marts nor the activation leaves models of several dates behind: the next build of
    the marts starts from scratch.
    """
    if select == MART_SELECTION:
        full = full or settings.engine == "spark"
        return mart_build(settings, source, as_of_date, variables=variables, full=full)
    if select != ACTIVATION_SELECTION:
        with open_build_file(settings, source) as connection:
            forget_builds(connection)
            write_source_definitions(connection, read_source_definitions(settings, source))
    what = "What is made from the scores is small and" if select == ACTIVATION_SELECTION else "A part of the marts"
    return nullcontext(Increment(is_full=True, reason=f"{what} is always made from scratch."))


@contextmanager
def made_elsewhere(
    settings: Settings,
    source: str,
    as_of_date: date,
    select: tuple[str, ...],
    *,
    variables: Mapping[str, object] | None = None,
) -> Iterator[dict[str, str]]:
    """What dbt's environment says of tables that Spark has made for it to take, in the block; nothing without Spark.

    All marts and the activation are made by the engine of the settings, any other selection by DuckDB.
    """
    if settings.engine == "duckdb" or select not in (MART_SELECTION, ACTIVATION_SELECTION):
        yield {}
        return
    environment, of_run = dbt_environment(settings, source), build_variables(as_of_date, variables)
    with tables_made(settings, source, select, environment, of_run) as folder:
        yield {TABLES_TAKEN: str(folder)}


def run_dbt(
    settings: Settings,
    source: str,
    as_of_date: date,
    variables: Mapping[str, object],
    arguments: list[str],
    *,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run dbt with these arguments in a process of its own; its environment has ours, then the given one, on top."""
    parsed = parsed_file(settings, source, variables)
    command = [sys.executable, "-m", "warehouse.marts.dbt_process", str(parsed)]
    command += [json.dumps(build_variables(as_of_date, variables)), *arguments]
    paths = os.pathsep.join(filter(None, (str(CHECKOUT), os.environ.get("PYTHONPATH"))))
    of_process = {**os.environ, **dbt_environment(settings, source), **(environment or {}), "PYTHONPATH": paths}
    return subprocess.run(command, env=of_process, capture_output=True, text=True, check=False)


def _what_failed(output: str) -> str:
    lines = [_COLOURS.sub("", line) for line in output.splitlines()]
    failures = [line for line in lines if re.search(r"\b(FAIL|ERROR|Error|Failure)\b", line)]
    return "\n".join(failures[:20] or lines[-20:])
