"""What became of the rows of every landed file of a source, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from warehouse.loading.file_loading import TableLoad
from warehouse.loading.load_words import counts_in_words, lost_lines_in_words

_GUIDE = "docs/adding-a-source.md#which-row-counts"


@dataclass(frozen=True)
class IngestReport:
    """What became of the rows of every landed file of a source."""

    source: str
    loads: tuple[TableLoad, ...]
    known_files: tuple[str, ...]  # read before, byte for byte
    notices: tuple[str, ...] = ()  # on the files as a whole
    unlike_ids: tuple[str, ...] = ()  # references between tables that differ in spelling only

    @property
    def rows_loaded(self) -> int:
        return sum(load.rows_loaded for load in self.loads)

    def lines(self) -> Iterator[str]:
        """The report in words, a line per file and table."""
        yield from self.notices
        for load in self.loads:
            yield counts_in_words(load)
            yield from lost_lines_in_words(load)
            yield from _replaced(load)
            yield from _questioned(load)
            if load.ignored_columns:
                yield f"  columns not in the contract, ignored: {', '.join(load.ignored_columns)}"
            yield from (f"  {note.line()}" for note in load.notes)
            if load.rows_read == 0:
                yield "  the file has no rows"
        for name in self.known_files:
            yield f"{name}: loaded before, nothing to do"
        yield from (f"WARNING: {words}" for words in self.unlike_ids)


def _replaced(load: TableLoad) -> Iterator[str]:
    """What the rows of a file did to rows loaded before, and to each other."""
    if load.rows_corrected:
        yield f"  {load.rows_loaded:,} loaded, of which {load.rows_corrected:,} replace rows loaded before"
    if load.rows_superseded:
        yield f"  {load.rows_superseded:,} older states of rows of the same file give way to the newest ({_GUIDE})"
    if load.rows_gone:
        yield f"  {load.rows_gone:,} rows loaded before are gone: {load.why_gone} ({_GUIDE})"
    elif load.why_gone and not load.is_derived:
        yield f"  no row loaded before is taken as gone: {load.why_gone}"


def _questioned(load: TableLoad) -> Iterator[str]:
    """What may be wrong with that."""
    if 2 * load.rows_rekeyed > load.rows_loaded + load.rows_already_loaded:
        share = load.rows_rekeyed / load.rows_read
        yield (
            f"  WARNING: {load.rows_rekeyed:,} of {load.rows_read:,} rows ({share:.0%}) of {load.table_name} have the "
            f"key of a row of another customer, order or day and replace it, such as {load.rekeyed_key}. If the key is "
            f"used again for other things, make it unique over all files of the source ({_GUIDE})."
        )
    for column, count in load.lost_columns:
        yield (
            f"  WARNING: no row of the file has a value in {column}, but {count:,} of the rows that it replaces have "
            "one, which is lost. If the column has another name in this file, mend it and hand the file in again."
        )
