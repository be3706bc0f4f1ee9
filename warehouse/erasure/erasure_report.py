"""What an erasure did and found: in words, and as a row of `quality.erasures`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from warehouse.base.connections import open_build_file
from warehouse.base.rows import insert_rows
from warehouse.base.settings import Settings
from warehouse.erasure.proof import Search


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
            f"{counts['texts_redacted']:,} logs and pages"
        )
        yield (
            f"Searched {searched['files']:,} files ({searched['bytes']:,} bytes), {searched['columns']:,} columns of "
            f"{searched['tables']:,} tables, {searched['landed_records']:,} landed records: "
            f"{self.search.occurrences:,} found"
        )
        if damaged := counts["damaged_versions_removed"]:
            yield f"{damaged:,} damaged published versions removed, with all that was in them"
        if self.shared_value_count:
            yield f"{self.shared_value_count} values also belong to other customers and were not searched for"


def record_erasure(settings: Settings, source: str, report: ErasureReport, decided_by: str, reason: str) -> None:
    """Add the row of `quality.erasures`; it names nobody but who decided."""
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
        insert_rows(connection, "quality.erasures", [row])
