"""Making the tables of a dbt selection with Spark, for dbt to take into the build file."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from warehouse.base.errors import DbtFailed
from warehouse.base.settings import CHECKOUT, Settings
from warehouse.marts.spark.hand_over import MADE
from warehouse.marts.spark.session import refuse_without_spark

_PROCESS = "warehouse.marts.spark.dbt_process"


@contextmanager
def tables_made(
    settings: Settings,
    source: str,
    select: tuple[str, ...],
    environment: Mapping[str, str],
    variables: Mapping[str, object],
) -> Iterator[Path]:
    """The folder of the tables that Spark makes of a selection, while the block runs.

    They hold personal data, and what is in the build file needs them no longer: nothing of them stays.

    Parameters
    ----------
    select
        Folders of the dbt project, as `path:models/staging`.
    environment
        Of dbt.
    variables
        All vars of the build.

    Raises
    ------
    SettingsError
        If Spark is not installed.
    DbtFailed
        With dbt's words, and Spark's in them.
    """
    refuse_without_spark()
    folder = settings.spark_folder_of(source)
    forget_made(settings, source)
    folder.mkdir(parents=True, mode=0o700)
    command = [sys.executable, "-m", _PROCESS, source, str(folder), json.dumps(variables), *select]
    of_process = {**os.environ, **environment, **_environment(settings)}
    try:
        done = subprocess.run(command, env=of_process, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise DbtFailed(
                f"Spark could not build {', '.join(select)} of source {source!r}:\n{_what_failed(done)}",
                f"See {_dbt_folder(settings) / 'logs' / 'dbt.log'}; the marts published before stay in place.",
            )
        yield folder / MADE
    finally:
        forget_made(settings, source)


def forget_made(settings: Settings, source: str) -> None:
    """Remove the tables, also those of a build that was killed."""
    shutil.rmtree(settings.spark_folder_of(source), ignore_errors=True)


def _environment(settings: Settings) -> dict[str, str]:
    """What the process reads beside the environment of dbt on the build file."""
    return {
        "CLIENTELE_HOME": str(settings.home),
        "CLIENTELE_SPARK_MASTER": settings.spark_master,
        "CLIENTELE_SPARK_MEMORY": settings.spark_memory,
        "DBT_TARGET": "spark",
        "DBT_TARGET_PATH": str(_dbt_folder(settings) / "target"),
        "DBT_LOG_PATH": str(_dbt_folder(settings) / "logs"),
        "PYTHONPATH": os.pathsep.join(filter(None, (str(CHECKOUT), os.environ.get("PYTHONPATH")))),
        "PYSPARK_PYTHON": sys.executable,  # of Spark's workers
    }


def _dbt_folder(settings: Settings) -> Path:
    return settings.dbt_target_folder / "spark"


def _what_failed(done: subprocess.CompletedProcess[str]) -> str:
    lines = done.stdout.splitlines()
    failed = [line for line in lines if re.search(r"\b(ERROR|Error|Failure)\b", line)]
    said = [line for line in done.stderr.splitlines() if not line.startswith("\tat ")]  # not where in Spark's own code
    return "\n".join(failed[:20] or lines[-20:] or said[-20:])
