"""A person erased from the landed files and the build file of a source, which follow each other."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb

from warehouse.base.connections import open_build_file, open_duckdb
from warehouse.base.durable_files import flush_file, rename_durably
from warehouse.base.settings import Settings
from warehouse.base.transactions import transaction
from warehouse.erasure.kept_rows import erase_kept_rows
from warehouse.erasure.renewal import copy_afresh
from warehouse.erasure.table_erasure import erase_everywhere, erase_raw
from warehouse.landing.landing_folder import landed_files
from warehouse.landing.refused_files import delete_refused
from warehouse.privacy.landing_erasure import Rewritten, rewritten
from warehouse.privacy.subject import Subject, write_note
from warehouse.privacy.suppression import Suppressed
from warehouse.source_definitions.folders import Source


def erase_landing_and_raw(
    settings: Settings, source: Source, name: str, subject: Subject, suppressed: Suppressed
) -> Counter[str]:
    """Rewrite the landed files, erase the tables in one transaction, then put the files in place.

    The fingerprints of the rewritten files are noted before: killed between the transaction and the last file, the
    rest is recognised all the same.
    """
    counts: Counter[str] = Counter()
    delete_refused(settings.landing_of(source.name))
    with open_build_file(settings, source.name) as connection:
        changed = list(_rewritten_files(settings, source, connection, subject, suppressed))
        digests = {one.former_sha256: one.sha256 for one in changed}
        subject = replace(subject, digests={**subject.digests, **digests})
        write_note(settings, name, subject)
        records = [
            (one.former_sha256, number) for one in changed for number in one.affected.dropped | one.affected.made_guest
        ]
        with transaction(connection):
            counts += erase_raw(connection, subject, records, suppressed.secret)
            erase_kept_rows(connection, source, subject, suppressed.secret)
            counts += erase_everywhere(connection, subject, suppressed.secret)
            for former, new in subject.digests.items():
                connection.execute("update quality.file_loads set file_sha256 = ? where file_sha256 = ?", [new, former])
        for one in changed:
            one.put_in_place(settings.landing_of(source.name))
    counts["landed_files"] = len(changed)
    counts["landed_rows"] = sum(len(one.affected) for one in changed)
    return counts


def _rewritten_files(
    settings: Settings, source: Source, connection: duckdb.DuckDBPyConnection, subject: Subject, suppressed: Suppressed
) -> Iterator[Rewritten]:
    for file in landed_files(settings, source):
        limit = settings.unpacked_file_limit_bytes
        found = rewritten(connection, source, file, suppressed, limit_bytes=limit, subject=subject)
        if found:
            yield found


def renew_build_file(settings: Settings, source: str) -> None:
    """Rewrite the build file: deleted rows must not stay in its free pages."""
    path = settings.build_file(source)
    for left in path.parent.glob(".erasing-*"):  # by an erasure that was killed
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(prefix=".erasing-", dir=path.parent) as folder:
        staged = Path(folder) / path.name  # views name the file they are in
        with open_duckdb(path, settings, read_only=False) as connection:
            connection.execute("checkpoint")
            copy_afresh(connection, staged)
            flush_file(staged)
            # From here on the former file is nobody's; it must not write into the new one's log.
            connection.execute("pragma disable_checkpoint_on_shutdown")
            rename_durably(staged, path)
