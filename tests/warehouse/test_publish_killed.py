"""Publications and rollbacks killed at each step, and on a full disk: the former or the new version, never none."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.warehouse.small_warehouse import published_run, statuses
from warehouse.base.connections import open_published
from warehouse.base.settings import CHECKOUT, Settings


# Each so many-th step: a few, and in the campaign more; `python -m tests.warehouse.killing HOME ACTION` tries all.
@pytest.mark.parametrize(
    ("action", "every"),
    [
        ("publish", 19),
        ("rollback", 9),
        *(pytest.param(*one, marks=pytest.mark.campaign) for one in (("publish", 9), ("rollback", 3))),
    ],
)
def test_killed_at_any_step_the_former_or_the_new_version_is_live(settings: Settings, action: str, every: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.warehouse.killing", str(settings.home), action, str(every)],
        cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    attempts = [json.loads(line) for line in done.stdout.splitlines()]
    killed = [attempt for attempt in attempts if attempt["killed"]]
    assert len(killed) >= 5
    assert attempts[-1]["status"] == 0, "the attempt that nobody killed went well, among all that was left over"
    assert attempts[-1]["before"] != attempts[-1]["after"]
    assert killed[0]["before"] == killed[0]["after"]
    for attempt in killed:
        assert action == "rollback" or attempt["after"][1] in (attempt["before"][1], 2 + attempt["step"])
    # The next one clears up and leaves nothing but versions that were live, and tells what had failed.
    published_run(settings, 5000)
    assert [path for path in settings.published_folder.rglob(".*") if path.name != ".lock"] == []
    assert [path for path in settings.published_folder.rglob("attempts/*")] == []
    found = statuses(settings)
    assert [status for _, status in found].count("live") == 1
    with open_published(settings) as connection:
        query = "select published_version from quality.pipeline_runs where status <> 'failed'"
        were_live = {version for (version,) in connection.execute(query).fetchall()}
    assert {path.name for path in (settings.published_folder / "versions").iterdir()} <= were_live
    if action == "publish":
        # Each kill either went live or is told as failed; one before its note was written is not told.
        went_live = sum(attempt["before"] != attempt["after"] for attempt in attempts)
        failed = [status for _, status in found].count("failed")
        assert 3 <= failed <= len(killed)
        assert len(were_live) == 2 + len(killed) + went_live + 1


def test_a_full_disk_is_told_and_leaves_the_former_version(tmp_path: Path) -> None:
    """On a file system of 20 MiB of its own, where the user may make one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    script = f"mount -t tmpfs -o size=20m tmpfs {disk} && exec {sys.executable} -m tests.warehouse.full_disk {disk}"
    if subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a file system of its own (unshare -rm)")
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "is full (" in done.stdout
    assert "the former version stays live" in done.stdout
