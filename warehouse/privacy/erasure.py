"""Erase: a person removed from landing, raw, marts, scores and published versions, and the proof of it.

Orders are part of the books: they stay, as orders of nobody. Everything else of the person goes.

Each step can be repeated. A private note keeps the person's ids and values until the proof is there, so that an
erasure that was killed goes on where the same command is given again.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from warehouse import dbt
from warehouse.connections import open_build_file, open_duckdb
from warehouse.durable_files import flush_file, rename_durably
from warehouse.erasure_lock import erasure_lock
from warehouse.errors import ErasureIncomplete, SettingsError, WarehouseMissing
from warehouse.landing import landed_files
from warehouse.marts import build_marts
from warehouse.privacy.landing_erasure import Rewritten, rewritten
from warehouse.privacy.proof import Search, search_home
from warehouse.privacy.pseudonyms import Pseudonyms
from warehouse.privacy.published_erasure import erase_published
from warehouse.privacy.renewal import copy_afresh
from warehouse.privacy.subject import Subject, find_subject, read_note, remove_note, with_digests, write_note
from warehouse.privacy.suppression import Suppressed, read_suppressed, suppress
from warehouse.privacy.table_erasure import erase_everywhere, erase_raw
from warehouse.privacy.text_blotting import blot_texts, byte_pattern, erase_truth
from warehouse.quality_tables import create_quality_tables
from warehouse.raw_tables import create_raw_tables
from warehouse.settings import Settings
from warehouse.source_folders import Source, load_source

NO_REASON = "no reason given"


@dataclass(frozen=True)
class ErasureReport:
    """What was erased, and what the search for the person found afterwards."""

    subject_hash: str
    account_count: int
    shared_value_count: int
    counts: Counter[str]
    search: Search

    def lines(self) -> Iterator[str]:
        """The report in words, without anything personal."""
        counts, searched = self.counts, self.search.counts
        yield (
            f"Erased {self.subject_hash[:12]} ({self.account_count} accounts): {counts['rows_erased']:,} rows gone, "
            f"{counts['orders_made_anonymous']:,} orders made anonymous, {counts['landed_rows']:,} rows of "
            f"{counts['landed_files']:,} landed files, {counts['versions_rewritten']:,} published versions rewritten, "
            f"{counts['texts_blotted']:,} logs and pages"
        )
        yield (
            f"Searched {searched['files']:,} files ({searched['bytes']:,} bytes), {searched['columns']:,} columns of "
            f"{searched['tables']:,} tables, {searched['landed_records']:,} landed records: "
            f"{self.search.occurrences:,} found"
        )
        if self.shared_value_count:
            yield f"{self.shared_value_count} values also belong to other customers and were not searched for"


def erase(
    settings: Settings, source_name: str, customer_id: str, decided_by: str, reason: str = "", *, rebuild: bool = True
) -> ErasureReport:
    """Erase a person with all merged accounts from everything under the home, then search for what is left.

    Parameters
    ----------
    customer_id
        Any of the person's ids, as the source has it.
    rebuild
        Whether the marts are built anew; else the next pipeline run does it.

    Raises
    ------
    SettingsError
        If nobody has this id, or the reason names the person.
    WarehouseBusy
        If something else uses the build file or the published versions.
    ErasureIncomplete
        If something is found afterwards; the message says where.
    """
    source = load_source(settings, source_name)
    if not settings.build_file(source.name).exists():
        raise WarehouseMissing(f"There is no warehouse for source {source.name!r}.", "Check the source's name.")
    with erasure_lock(settings):
        name, subject, suppressed = _begun(settings, source, customer_id.strip(), reason.strip() or NO_REASON)
        counts = _erase_landing_and_raw(settings, source, name, suppressed)
        counts += erase_published(settings, subject, suppressed.secret)
        counts += Counter(rows_erased=erase_truth(settings, subject), texts_blotted=blot_texts(settings, subject))
        _rebuild(settings, source.name, rebuild=rebuild)
        _renew_build_file(settings, source.name)
        names = Pseudonyms(source.name, suppressed.secret)
        sought = replace(subject, ids=(*subject.ids, *map(names.of, subject.ids)))
        search = search_home(settings, source, sought, suppressed)
        report = ErasureReport(name, len(subject.ids), subject.shared_value_count, counts, search)
        _record(settings, source.name, report, decided_by, subject.reason)
        if search.found:
            places = "\n  ".join(f"{place}: {count:,}" for place, count in sorted(search.found.items()))
            raise ErasureIncomplete(
                f"The person is still found in:\n  {places}",
                "Look at these places, mend them and run the same command again; it goes on from there.",
            )
        remove_note(settings, name)
    return report


def _begun(settings: Settings, source: Source, customer_id: str, reason: str) -> tuple[str, Subject, Suppressed]:
    """The note of the erasure, new or left by a killed one; from here on nobody brings the person back."""
    known = read_suppressed(settings, source.name)
    hashed = (known or suppress(settings, source.name, [])).hash_of(customer_id)
    subject = read_note(settings, hashed)
    if subject is None:
        with open_build_file(settings, source.name) as connection:
            create_raw_tables(connection)
            create_quality_tables(connection)
            subject = find_subject(connection, source.name, customer_id, reason)
            is_known = known is not None and known.holds(customer_id)
            if not is_known and not _is_somewhere(connection, subject):
                raise SettingsError(
                    f"Source {source.name!r} has no customer with this id.", "Give the id as the source has it."
                )
        pattern = byte_pattern(subject)
        if pattern and pattern.search(reason.encode()):
            raise SettingsError("The reason names the person; it would be kept.", "Give a reason without names or ids.")
        write_note(settings, hashed, subject)
    return hashed, subject, suppress(settings, source.name, subject.ids)


def _is_somewhere(connection: duckdb.DuckDBPyConnection, subject: Subject) -> bool:
    tables = connection.execute(
        "select schema_name, table_name, column_name from duckdb_columns() where database_name = current_database() "
        "and column_name in ('customer_id', 'source_customer_id') and schema_name in ('raw', 'pii', 'scores')"
    ).fetchall()
    return any(
        connection.execute(
            f'select 1 from {schema}."{table}" where list_contains(?, {column}) limit 1', [list(subject.ids)]
        ).fetchone()
        for schema, table, column in tables
    )


def _erase_landing_and_raw(settings: Settings, source: Source, name: str, suppressed: Suppressed) -> Counter[str]:
    """Rewrite the landed files, erase the tables in one transaction, then put the files in place.

    The fingerprints of the rewritten files are noted before: killed between the transaction and the last file, the
    rest is recognised all the same.
    """
    counts: Counter[str] = Counter()
    with open_build_file(settings, source.name) as connection:
        changed = list(_rewritten_files(settings, source, connection, name, suppressed))
        subject = read_note(settings, name)
        subject = with_digests(subject, {one.former_sha256: one.sha256 for one in changed})
        write_note(settings, name, subject)
        records = [
            (one.former_sha256, number) for one in changed for number in one.affected.dropped | one.affected.made_guest
        ]
        connection.execute("begin")
        counts += erase_raw(connection, subject, records, suppressed.secret)
        counts += erase_everywhere(connection, subject, suppressed.secret)
        for former, new in subject.digests.items():
            connection.execute("update quality.file_loads set file_sha256 = ? where file_sha256 = ?", [new, former])
        connection.execute("commit")
        for one in changed:
            one.put_in_place()
    counts["landed_files"] = len(changed)
    counts["landed_rows"] = sum(len(one.affected) for one in changed)
    return counts


def _rewritten_files(
    settings: Settings, source: Source, connection: duckdb.DuckDBPyConnection, name: str, suppressed: Suppressed
) -> Iterator[Rewritten]:
    subject = read_note(settings, name)
    folder = settings.landing_of(source.name)
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    for file in landed_files(settings, source):
        limit = settings.unpacked_file_limit_bytes
        found = rewritten(connection, source, file, suppressed, limit_bytes=limit, values=subject.values)
        if found:
            yield found


def _rebuild(settings: Settings, source: str, *, rebuild: bool) -> None:
    """Build marts and profiles anew, as of the date for which they were built."""
    as_of_date = _built_as_of(settings, source)
    if rebuild and as_of_date is not None:
        build_marts(settings, source, as_of_date.isoformat(), full=True)
        dbt.build(settings, source, as_of_date.isoformat(), dbt.ACTIVATION_SELECTION)


def _built_as_of(settings: Settings, source: str) -> date | None:
    with open_build_file(settings, source, read_only=True) as connection:
        try:
            [(newest,)] = connection.execute("select max(as_of_date) from marts.customer_360").fetchall()
        except (duckdb.CatalogException, duckdb.BinderException):
            return None
    return newest


def _renew_build_file(settings: Settings, source: str) -> None:
    """Write the build file anew: deleted rows must not stay in its free pages."""
    path = settings.build_file(source)
    for left in path.parent.glob(".erasing-*"):  # by an erasure that was killed
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(prefix=".erasing-", dir=path.parent) as folder:
        staged = Path(folder) / path.name  # views name the file they are in
        with open_duckdb(path, settings, read_only=False) as connection:
            connection.execute("checkpoint")
            copy_afresh(connection, staged, settings)
            flush_file(staged)
            # From here on the former file is nobody's; it must not write into the new one's log.
            connection.execute("pragma disable_checkpoint_on_shutdown")
            rename_durably(staged, path)


def _record(settings: Settings, source: str, report: ErasureReport, decided_by: str, reason: str) -> None:
    row = {
        "erased_at": datetime.now(UTC).replace(tzinfo=None),
        "source": source,
        "subject_hash": report.subject_hash,
        "erased_by": decided_by,
        "reason": reason,
        "account_count": report.account_count,
        "erased_row_count": report.counts["rows_erased"],
        "anonymous_order_count": report.counts["orders_made_anonymous"],
        "landed_row_count": report.counts["landed_rows"],
        "rewritten_version_count": report.counts["versions_rewritten"],
        "searched_file_count": report.search.counts["files"],
        "searched_table_count": report.search.counts["tables"],
        "searched_byte_count": report.search.counts["bytes"],
        "shared_value_count": report.shared_value_count,
        "found_count": report.search.occurrences,
    }
    with open_build_file(settings, source) as connection:
        names = ", ".join(row)
        places = ", ".join(f"${name}" for name in row)
        connection.execute(f"insert into quality.erasures ({names}) values ({places})", row)
