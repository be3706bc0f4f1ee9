"""Erased people taken out of the landing folder; what stays is still recognised as loaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.base.durable_files import flush_file, rename_durably, staged_name
from warehouse.files.digests import file_sha256, reading_sha256
from warehouse.landing.arrival.noting import note_rewritten
from warehouse.landing.lock import landing_lock
from warehouse.landing.recognition import LandedFile
from warehouse.privacy.landed_rows import Affected, affected_rows
from warehouse.privacy.parquet_rewriting import rewrite_parquet
from warehouse.privacy.subject import Subject
from warehouse.privacy.suppression import Suppressed
from warehouse.privacy.text_rewriting import rewrite_text
from warehouse.source_definitions.folders import Source


@dataclass(frozen=True)
class Rewritten:
    """A landed file that is ready to be replaced."""

    file: LandedFile
    staged: Path
    affected: Affected
    former_content_sha256: str
    content_sha256: str
    salt: bytes  # what decides how it is read

    @property
    def former_sha256(self) -> str:
        """As in ``quality.file_loads``."""
        return reading_sha256(self.salt, self.former_content_sha256)

    @property
    def sha256(self) -> str:
        """As in ``quality.file_loads`` once the file is in place."""
        return reading_sha256(self.salt, self.content_sha256)

    def put_in_place(self, folder: Path) -> None:
        """Replace the file of a landing folder in one step; it keeps its place in the order of arrival."""
        with landing_lock(folder):
            note_rewritten(folder, self.file.name, self.former_content_sha256, self.content_sha256)
            rename_durably(self.staged, self.file.path)


def rewritten(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    file: LandedFile,
    suppressed: Suppressed,
    *,
    limit_bytes: int | None,
    subject: Subject | None = None,
) -> Rewritten | None:
    """Write a landed file without erased people beside it; None if there is nobody in it.

    Raises
    ------
    LandingError
        If it cannot be read or rewritten; the file stays as it is.
    """
    affected = affected_rows(connection, file, suppressed, limit_bytes, subject)
    if not len(affected):
        return None
    staged = staged_name(file.path)
    if file.kind.is_parquet:
        rewrite_parquet(file, affected, staged)
    else:
        rewrite_text(file, affected, staged, limit_bytes)
    staged.chmod(file.path.stat().st_mode & 0o777)
    flush_file(staged)
    return Rewritten(file, staged, affected, file_sha256(file.path), file_sha256(staged), source.fingerprint())
