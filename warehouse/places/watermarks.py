"""How far each table or object of a place was fetched, kept hidden in the landing folder beside what was fetched.

It is written after the files are landed. If a process is killed in between, the same rows are fetched again, and the
loader knows them: nothing is lost, nothing counts twice. Without it, everything is fetched again.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from warehouse.base.durable_files import write_text_durably

FILE_NAME = ".fetched.json"


def read_watermarks(folder: Path) -> dict[str, Any]:
    """What was noted; nothing if the file is missing or damaged."""
    try:
        found = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_watermarks(folder: Path, noted: dict[str, Any]) -> None:
    """Note how far it is, in one step."""
    write_text_durably(folder / FILE_NAME, json.dumps(noted, indent=1, sort_keys=True) + "\n")
