"""Where exports lie, and the files of each: CSV, Parquet, and a manifest that says what is in them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.audiences.manifest import Column, ExportedFile, Manifest
from warehouse.base.csv_writing import csv_text
from warehouse.base.durable_files import write_durably
from warehouse.base.settings import Settings
from warehouse.files.digests import file_sha256

CSV, PARQUET_FILE, MANIFEST = "members.csv", "members.parquet", "manifest.json"


def exports_of(settings: Settings, source: str) -> Path:
    """The folder of a source's exports."""
    return settings.audience_exports_folder / source


def exports_in(folder: Path) -> list[Path]:
    """Every export that is kept of one audience, by its folder; `current` is none of them."""
    return sorted(one for one in folder.glob("[!.]*_*") if one.is_dir() and not one.is_symlink())


def export_folders(settings: Settings, source: str) -> list[Path]:
    """Every export that is kept, of all audiences of a source."""
    return [one for audience in sorted(exports_of(settings, source).glob("*/")) for one in exports_in(audience)]


def remove_left_over(folder: Path) -> None:
    """Remove what an export of one audience that was killed has left in its folder."""
    for left in folder.glob(".*.new"):
        shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()


def write_export(folder: Path, manifest: Manifest, rows: pa.Table) -> Manifest:
    """Write the three files of an export; each is whole or as it was before.

    Returns
    -------
    Manifest
        With the columns and files.
    """
    write_durably(folder / CSV, _csv(rows).encode())
    buffer = pa.BufferOutputStream()
    pq.write_table(rows, buffer, compression="zstd")
    write_durably(folder / PARQUET_FILE, buffer.getvalue().to_pybytes())
    files = tuple(_described(folder / name, len(rows)) for name in (CSV, PARQUET_FILE))
    columns = tuple(Column(name=field.name, type=str(field.type)) for field in rows.schema)
    manifest = manifest.model_copy(update={"files": files, "columns": columns})
    write_durably(folder / MANIFEST, (manifest.model_dump_json(indent=2) + "\n").encode())
    return manifest


def read_export(folder: Path) -> tuple[Manifest, pa.Table]:
    """What an export holds, from its Parquet file."""
    manifest = Manifest.model_validate_json((folder / MANIFEST).read_text(encoding="utf-8"))
    return manifest, pq.read_table(folder / PARQUET_FILE)


def is_whole(folder: Path, manifest: Manifest) -> bool:
    """Whether the files are those that the manifest tells of."""
    return all(file_sha256(folder / file.name) == file.sha256 for file in manifest.files)


def _described(path: Path, rows: int) -> ExportedFile:
    return ExportedFile(name=path.name, rows=rows, bytes=path.stat().st_size, sha256=file_sha256(path))


def _csv(rows: pa.Table) -> str:
    return csv_text(rows.column_names, _cells(rows))


def _cells(rows: pa.Table) -> Iterator[tuple[Any, ...]]:
    columns = (column.to_pylist() for column in rows.columns)
    for row in zip(*columns, strict=True):
        yield tuple(str(value).lower() if isinstance(value, bool) else value for value in row)
