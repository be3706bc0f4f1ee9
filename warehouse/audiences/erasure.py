"""A person taken out of the exports of a source; each is written anew with a manifest that fits."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Collection
from pathlib import Path

import pyarrow as pa
from pydantic import ValidationError

from warehouse.audiences.export_files import (
    export_folders,
    exports_of,
    is_whole,
    read_export,
    remove_left_over,
    write_export,
)
from warehouse.base.durable_files import flush_folder
from warehouse.base.errors import LandingError
from warehouse.base.settings import Settings


def erase_from_exports(settings: Settings, source: str, ids: Collection[str]) -> Counter[str]:
    """Take a person's rows out of every export that is kept; counts of rows, and of exports rewritten or removed.

    Killed at any moment, it goes on where it is called again. An export that cannot be read is removed, and so is what
    an export that was killed has left.

    Parameters
    ----------
    ids
        Of the person, as exports have them: pseudonyms, too.
    """
    counts: Counter[str] = Counter()
    for audience in exports_of(settings, source).glob("*/"):
        remove_left_over(audience)
    for folder in export_folders(settings, source):
        try:
            counts += _erase_from(folder, ids)
        except (OSError, ValueError, ValidationError, pa.ArrowException, LandingError):
            shutil.rmtree(folder)
            flush_folder(folder.parent)
            counts["exports_removed"] += 1
    return counts


def _erase_from(folder: Path, ids: Collection[str]) -> Counter[str]:
    manifest, rows = read_export(folder)
    kept = rows.filter(pa.array([customer not in ids for customer in rows["customer_id"].to_pylist()], pa.bool_()))
    if len(kept) == len(rows) and is_whole(folder, manifest):
        return Counter()
    written = manifest.files[0].rows + manifest.erased_count  # when it was exported
    write_export(folder, manifest.model_copy(update={"erased_count": written - len(kept)}), kept)
    return Counter(rows_erased=len(rows) - len(kept), exports_rewritten=1)
