"""dbt in a process of its own, for `warehouse.marts.dbt`.

`python -m warehouse.marts.dbt_process PARSED_FILE VARS ARGUMENT …`

The command line of dbt, but for the project, which is read back as parsed before (`warehouse.marts.parsed_project`).
"""

from __future__ import annotations

import gc
import json
import sys
from pathlib import Path

from warehouse.marts.dbt_contexts import make_contexts_lighter
from warehouse.marts.parsed_project import parsed_project
from warehouse.marts.spark.hand_over import take_tables


def main(file: str, variables: str, *arguments: str) -> int:
    """Run dbt; 0 when it went well, 1 when not, as dbt does."""
    from dbt.cli.main import dbtRunner

    manifest = parsed_project(Path(file), json.loads(variables))
    take_tables(manifest)
    make_contexts_lighter()
    gc.freeze()  # the project lives as long as the process: looking through it for garbage takes a tenth of a build
    return 0 if dbtRunner(manifest).invoke([*arguments, "--vars", variables]).success else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
