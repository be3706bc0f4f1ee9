"""`make lint` for SQL: dbt compiles it for sqruff, a quarter of a minute; what was found clean is left alone.

What is checked is identified by its content: dbt's project, sqruff's settings and the locked packages.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from warehouse.base.settings import CHECKOUT

_CHECKED = ("dbt_project", ".sqruff", "requirements/lock.txt")
_MADE_BY_DBT = ("target", "logs", "dbt_packages")


def checked_sha256(checkout: Path) -> str:
    """Hash the names and contents of all files that the result depends on."""
    files = [
        path
        for name in _CHECKED
        for path in sorted([checkout / name, *(checkout / name).rglob("*")])
        if path.is_file() and not {*path.relative_to(checkout).parts} & {*_MADE_BY_DBT}
    ]
    contents = [f"{path.relative_to(checkout)} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in files]
    return hashlib.sha256("\n".join(contents).encode()).hexdigest()


def lint(command: list[str], checkout: Path, stamp: Path) -> int:
    """Lint the SQL unless the stamp names what lies here; a clean result is stamped.

    Parameters
    ----------
    command
        Prints what is wrong and returns another code than 0 then.
    stamp
        Holds the hash of what was found clean last.
    """
    checked = checked_sha256(checkout)
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == checked:
        return 0
    scratch = checkout / "var" / "dbt"
    scratch.mkdir(parents=True, exist_ok=True)
    folders = {"DBT_TARGET_PATH": str(scratch / "lint"), "DBT_LOG_PATH": str(scratch / "lint")}
    environment = {**os.environ, "CLIENTELE_BUILD_FILE": str(scratch / "lint.duckdb"), **folders}
    done = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        stamp.write_text(checked, encoding="utf-8")
    else:
        print(done.stdout + done.stderr)
    return done.returncode


if __name__ == "__main__":
    sqruff = [str(Path(sys.executable).parent / "sqruff"), "lint", "dbt_project/models"]
    sys.exit(lint(sqruff, CHECKOUT, CHECKOUT / ".venv" / ".sql-found-clean"))
