"""Increments against full rebuilds of random shops: `python -m tests.chaos.increments FIRST_SEED COUNT`.

The test of the dbt project with other seeds. Prints one JSON line: the runs compared, and the violations.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from warehouse.base.settings import CHECKOUT


class _Folders:
    """Makes folders as pytest's tmp_path_factory does."""

    def __init__(self, base: Path) -> None:
        self.base = base

    def mktemp(self, name: str) -> Path:
        """Make a folder and return it."""
        folder = self.base / name
        folder.mkdir()
        return folder


def main() -> int:
    """Try the seeds; 1 if an increment ends elsewhere than a rebuild."""
    sys.path.insert(0, str(CHECKOUT / "tests" / "dbt"))
    from dbt_build_file import BuildFile
    from test_dbt_increments import assert_increments_end_where_a_full_rebuild_ends

    first, count = int(sys.argv[1]), int(sys.argv[2])
    violations = []
    for seed in range(first, first + count):
        with TemporaryDirectory() as folder:
            try:
                folders = _Folders(Path(folder))
                shop = BuildFile.create(folders.mktemp("shop"))
                assert_increments_end_where_a_full_rebuild_ends(shop, folders, seed)
            except AssertionError as error:
                violations.append(f"increments of the shop of seed {seed}: {error}"[:2000])
    sys.stdout.write(json.dumps({"runs_compared": count, "violations": violations}) + "\n")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
