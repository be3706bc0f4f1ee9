"""Running dbt on a source's build file in a process of its own, so that its hold on the file ends with it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from warehouse.definitions import DBT_PROJECT
from warehouse.errors import DbtFailed
from warehouse.settings import Settings

MART_SELECTION = ("path:seeds", "path:models/staging", "path:models/intermediate", "path:models/marts")
ACTIVATION_SELECTION = ("path:models/activation",)
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def dbt_environment(settings: Settings, source: str) -> dict[str, str]:
    """What `profiles.yml` reads, and dbt's own folders, kept under home."""
    return {
        "CLIENTELE_BUILD_FILE": str(settings.build_file(source)),
        "CLIENTELE_MEMORY_LIMIT": settings.memory_limit,
        "DBT_PROFILES_DIR": str(DBT_PROJECT),
        "DBT_TARGET_PATH": str(settings.dbt_target_folder / "target"),
        "DBT_LOG_PATH": str(settings.dbt_target_folder / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def build(
    settings: Settings,
    source: str,
    as_of_date: str,
    select: tuple[str, ...] = MART_SELECTION,
    *,
    variables: Mapping[str, object] | None = None,
    data_tests: bool = True,
) -> None:
    """`dbt build` of a selection: seeds, models and data tests in order.

    Parameters
    ----------
    variables
        Vars of dbt_project.yml to be set otherwise for this build.
    data_tests
        False for a build whose data were tested when they were first built.

    Raises
    ------
    DbtFailed
        With the models and tests that failed, in dbt's words.
    """
    program = Path(sys.executable).with_name("dbt")
    command = [str(program), "--no-use-colors", "build", "--project-dir", str(DBT_PROJECT)]
    command += ["--vars", json.dumps({**(variables or {}), "as_of_date": as_of_date}), "--select", *select]
    command += ["--exclude-resource-type", "unit_test"]  # they test the SQL, not the data: make test runs them
    command += [] if data_tests else ["--exclude-resource-type", "test"]
    environment = {**os.environ, **dbt_environment(settings, source)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise DbtFailed(
            f"dbt could not build {', '.join(select)} of source {source!r}:\n{_what_failed(done.stdout)}",
            f"See {settings.dbt_target_folder / 'logs' / 'dbt.log'}; the marts published before stay in place.",
        )


def _what_failed(output: str) -> str:
    lines = [_COLOURS.sub("", line) for line in output.splitlines()]
    failures = [line for line in lines if re.search(r"\b(FAIL|ERROR|Error|Failure)\b", line)]
    return "\n".join(failures[:20] or lines[-20:])
