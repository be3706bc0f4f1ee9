"""An erasure that is killed (SIGKILL) goes on where the same command is given again."""

from __future__ import annotations

import json
import subprocess
import sys

from warehouse.base.settings import CHECKOUT, Settings

# Between two landed files, while the former version still lies beside the rewritten one, and before the build file is
# replaced. `python -m tests.warehouse.privacy.killing_erasure HOME` is the whole campaign.
_KILLED_BEFORE = (
    ("os.rename", "landing", "2"),
    ("shutil.rmtree", "published/versions", "3"),
    ("os.rename", "warehouse", "1"),
)


def test_killed_anywhere_the_next_erase_ends_as_if_nothing_had_happened(settings: Settings) -> None:
    points = [part for point in _KILLED_BEFORE for part in ("--before", *point)]
    module = "tests.warehouse.privacy.killing_erasure"
    done = subprocess.run(
        [sys.executable, "-m", module, str(settings.home), "--versions", "1", *points],
        cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    attempts = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(attempts) == len(_KILLED_BEFORE)
    for attempt in attempts:
        assert attempt["kills"] >= 1, attempt
        assert (attempt["status"], attempt["person"], attempt["differences"]) == (0, {}, []), attempt
        assert set(attempt["versions"]) <= {3, 5}, attempt
