"""`python -m tests.chaos [--minutes M] [--seed N] [--customers C] [--short]`: the crash campaign; 0 when nothing broke.

It works in a temporary folder, on a file system of its own where the user may mount one, and writes
chaos-report/<moment>.md.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from services.environment import base_environment, folders_to_make
from services.scheduler import PRELOADED, preload
from tests.chaos import parts
from tests.chaos.campaign import Campaign, Reference
from tests.chaos.damages import Ground
from tests.chaos.report import Report, write_report
from tests.chaos.shop import land_part, make_parts
from tests.chaos.stages import stages_of
from warehouse.base.settings import CHECKOUT, Settings

FIRST_DATE, SECOND_DATE = "2026-03-01", "2026-06-30"
# What is done to which stage in the short campaign.
SHORT_PLAN = {"ingest": ("moment",), "marts": ("moment",), "publish": ("step", "boundary")}
_DISK_SIZE = "800m"
_OWN_DISK = "CLIENTELE_CHAOS_DISK"


def main() -> int:
    """Run the campaign; 1 if anything was violated."""
    options = _options()
    if _OWN_DISK not in os.environ:
        with tempfile.TemporaryDirectory(prefix="clientele-chaos-") as folder:
            return _run_on_own_disk(Path(folder))
    work = Path(os.environ[_OWN_DISK])
    report = _campaign(work, options)
    print("\n" + "\n".join(report.lines()))
    if not options.short:
        print(f"\n{write_report(CHECKOUT / 'chaos-report', report)}")
    return 1 if report.violations else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=15, help="no new run begins after so many (default: 15)")
    parser.add_argument("--seed", type=int, default=1, help="of the damages and the shop (default: 1)")
    parser.add_argument("--customers", type=int, default=400, help="of the generated shop (default: 400)")
    parser.add_argument("--readers", type=int, default=2, help="that read during the runs (default: 2)")
    parser.add_argument("--runs", type=int, default=0, help="disturbed runs at most (default: by time)")
    parser.add_argument("--crash-only", action="store_true", help="only the crash campaign, not the other ones")
    parser.add_argument("--short", action="store_true", help="one disturbed run without models; no report file")
    return parser.parse_args()


def _run_on_own_disk(folder: Path) -> int:
    """Run this program again with a small file system of its own, or without where that is not permitted."""
    disk = folder / "disk"
    disk.mkdir()
    command = [sys.executable, "-m", "tests.chaos", *sys.argv[1:]]
    if subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode == 0:
        script = f'mount -t tmpfs -o size={_DISK_SIZE} tmpfs {disk} && touch {disk}/.own && exec "$@"'
        command = ["unshare", "-rm", "sh", "-c", script, "sh", *command]
    return subprocess.run(command, cwd=CHECKOUT, env={**os.environ, _OWN_DISK: str(folder)}, check=False).returncode


def _campaign(work: Path, options: argparse.Namespace) -> Report:
    began = time.monotonic()
    home = work / "disk" / "home"
    ground = Ground(home, (work / "disk" / ".own").exists(), work / "stage.log")
    settings = _enter(home)
    first, later = make_parts(work, options.customers, options.seed)
    with_models = not options.short
    second = stages_of(SECOND_DATE, with_models=with_models)
    plan = SHORT_PLAN if options.short else None
    campaign = Campaign(ground, settings, second, lambda line: print(line, flush=True), plan)
    land_part(settings, first)
    if options.short:
        land_part(settings, later)
        reference = _run_that_is_repeated(campaign)
    else:
        print(f"First run, as of {FIRST_DATE}:", flush=True)
        campaign.run_undisturbed(stages_of(FIRST_DATE))
        land_part(settings, later)
        campaign.keep_base()
        print(f"Second run, as of {SECOND_DATE}, with late files, undisturbed:", flush=True)
        reference = campaign.make_reference()
    number, minutes = 0, options.minutes
    while number < (options.runs or sys.maxsize) and (number == 0 or time.monotonic() - began < minutes * 60):
        print(f"Disturbed run {number + 1}:", flush=True)
        rng = random.Random(f"{options.seed}/{number}")  # noqa: S311 - repeatable, not secret
        campaign.disturbed_run(number, rng, reference, options.readers)
        number += 1
    others = [] if options.short or options.crash_only else list(parts.other_campaigns(work, options.seed))
    return Report(options.seed, time.monotonic() - began, ground.is_own_disk, campaign.findings, others)


def _run_that_is_repeated(campaign: Campaign) -> Reference:
    """Run once; the disturbed run does the same again, which must change nothing."""
    print(f"Run as of {SECOND_DATE}, undisturbed:", flush=True)
    reference = campaign.make_reference()
    campaign.keep_base()
    return reference


def _enter(home: Path) -> Settings:
    """Make the home that of this process and its forks, with the libraries loaded that every stage needs."""
    home.mkdir(parents=True)
    os.environ.update({"CLIENTELE_HOME": str(home), "CLIENTELE_MEMORY_LIMIT": "1GB", "CLIENTELE_THREADS": "1"})
    os.environ.update({"CLIENTELE_MLFLOW_TRACKING_URI": "", "CLIENTELE_ALERT_WEBHOOK_URL": ""})
    os.environ.update(base_environment(Settings()))
    for folder in folders_to_make(Settings()):
        folder.mkdir(parents=True, exist_ok=True)
    preload(tuple(name for name in PRELOADED if not name.startswith("cosmos")))  # which brings Airflow with it
    return Settings()


if __name__ == "__main__":
    sys.exit(main())
