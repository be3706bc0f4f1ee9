"""The part of `make bench` that measures purchase models and jobs: a program of `ml`, which services may not import."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from services.environment import base_environment, folders_to_make
from services.processes import child_environment
from warehouse.base.settings import CHECKOUT, Settings

PARTS = ("models", "jobs")


def measure(settings: Settings, parts: Sequence[str], folder: Path) -> int:
    """Measure the parts one after another, show what is said, and return the greatest exit code.

    The program limits its own time (`python -m ml.benchmark --help`), each part for itself.
    """
    for needed in folders_to_make(settings):
        needed.mkdir(parents=True, exist_ok=True)
    environment = child_environment(base_environment(settings))
    commands = [command(part, folder) for part in parts]
    return max(subprocess.run(words, cwd=CHECKOUT, env=environment, check=False).returncode for words in commands)


def command(part: str, folder: Path) -> list[str]:
    """Return the command that measures one part at all sizes and writes its report into the folder."""
    return [sys.executable, "-m", "ml.benchmark", "--parts", part, "--report", str(folder)]
