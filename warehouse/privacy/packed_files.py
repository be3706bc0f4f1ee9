"""Opening a file as it is unpacked."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import BinaryIO


def open_unpacked(path: Path) -> BinaryIO:
    """The file's bytes, unpacked if its name ends in .gz."""
    return gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb")
