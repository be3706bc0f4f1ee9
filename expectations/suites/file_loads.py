"""The part of gate `raw` on how files were loaded: nothing was lost, and not too much was refused."""

from __future__ import annotations

from collections.abc import Iterator

from great_expectations.expectations.expectation import Expectation

from expectations.suites.raw_versions import correction_rules
from expectations.suites.rules import TableSuite, no_rows
from expectations.suites.volume import file_volume_rules
from expectations.thresholds import RawThresholds, Thresholds
from warehouse.tables.contract import Contract


def file_loads_suite(contract: Contract, thresholds: Thresholds) -> TableSuite:
    """`quality.file_loads`: the counts of each file."""
    columns = ("load_id", "file_name", "table_name", "is_derived", "rows_read", "rows_loaded")
    columns += ("rows_quarantined", "rows_already_loaded", "loaded_at")
    columns += ("rows_rekeyed", "rows_gone", "lost_columns")
    rules = (
        *_balance_rules(contract),
        *_quarantine_rules(thresholds.raw),
        *file_volume_rules(thresholds.volume),
        *correction_rules(contract, thresholds.raw),
        *_value_rules(thresholds.raw),
    )
    return TableSuite("quality", "file_loads", columns, rules)


def _balance_rules(contract: Contract) -> Iterator[Expectation]:
    lost = "Rows were lost or counted twice: report it, and load the source again into an empty build file."
    yield no_rows(
        "rows_balance",
        """
            select file_name, table_name, rows_read, rows_loaded, rows_quarantined, rows_already_loaded
            from {batch} as loads
            where rows_read <> rows_loaded + rows_quarantined + rows_already_loaded
                or least(rows_loaded, rows_quarantined, rows_already_loaded) < 0
        """,
        "For every file: rows read = rows loaded + rows quarantined + rows already loaded.",
        lost,
    )
    yield no_rows(
        "loaded_rows_are_in_raw",
        f"""
            select
                coalesce(l.file_name, r._file_name) as file_name,
                coalesce(l.table_name, r.table_name) as table_name,
                coalesce(l.rows_loaded, 0) as rows_loaded,
                coalesce(r.row_count, 0) as rows_in_raw
            from {{batch}} as l
            full outer join ({_raw_row_counts(contract)}) as r
                on r._load_id = l.load_id and r.table_name = l.table_name
            where coalesce(l.rows_loaded, 0) <> coalesce(r.row_count, 0)
        """,
        "Every row that was counted as loaded stands in raw, and no other.",
        lost,
    )
    yield no_rows(
        "quarantined_rows_are_kept",
        """
            select l.file_name, l.table_name, l.rows_quarantined, coalesce(q.row_count, 0) as rows_in_quarantine
            from {batch} as l
            left join (
                select load_id, table_name, count(*) as row_count
                from quality.quarantined_rows
                group by load_id, table_name
            ) as q
                on q.load_id = l.load_id and q.table_name = l.table_name
            where l.rows_quarantined <> coalesce(q.row_count, 0)
        """,
        "Every row that was counted as quarantined stands in quality.quarantined_rows with its reason.",
        lost,
    )


def _raw_row_counts(contract: Contract) -> str:
    return " union all ".join(
        f"select _load_id, '{name}' as table_name, any_value(_file_name) as _file_name, count(*) as row_count "
        f"from raw.{name} where not _is_gone group by _load_id"
        for name in contract.tables
    )


def _quarantine_rules(thresholds: RawThresholds) -> Iterator[Expectation]:
    reasons = "Read the reasons: select reason, count(*) from quality.quarantined_rows group by reason order by 2 desc."
    shown = "table_name, sum(rows_quarantined) as rows_quarantined, sum(rows_read) as rows_read"
    too_many = "sum(rows_read) >= :minimum and sum(rows_quarantined) > :share * sum(rows_read)"
    limits = {"share": thresholds.quarantined_share_maximum, "minimum": thresholds.minimum_row_count_for_shares}
    yield no_rows(
        "quarantined_share_of_newest_file",
        f"""
            select any_value(file_name) as file_name, {shown}
            from {{batch}} as loads
            where (table_name, loaded_at) in (select (table_name, max(loaded_at))
                from quality.file_loads where rows_read > 0 group by table_name)
            group by table_name
            having {too_many}
        """,
        f"At most {thresholds.quarantined_share_maximum:.0%} of the rows of each table's newest file are quarantined.",
        reasons + " Then land a mended file.",
        **limits,
    )
    yield no_rows(
        "quarantined_share_of_all_files",
        f"select {shown} from {{batch}} as loads group by table_name having {too_many}",
        f"At most {thresholds.quarantined_share_maximum:.0%} of all rows ever read for a table are quarantined.",
        reasons + " Then mend the source's mapping.",
        # Not critical: a mended file could never make good the rows of the bad one before it.
        severity="warning",
        **limits,
    )
    yield no_rows(
        "quarantined_share",
        """
            select file_name, table_name, rows_quarantined, rows_read
            from {batch} as loads
            where rows_quarantined > :share * rows_read
        """,
        f"At most {thresholds.quarantined_share_warning:.0%} of the rows of any file are quarantined.",
        reasons,
        severity="warning",
        share=thresholds.quarantined_share_warning,
    )


def _value_rules(thresholds: RawThresholds) -> Iterator[Expectation]:
    """What the loader could not take as it stands; the rows themselves are loaded."""
    kinds = [
        ("emptied", thresholds.emptied_value_share_warning, "could not be read and are empty"),
        ("rounded", thresholds.rounded_value_share_warning, "have more decimals than are kept and are rounded"),
    ]
    for kind, share, words in kinds:
        yield no_rows(
            f"values_{kind}",
            """
                select loads.file_name, loads.table_name, notes.column_name, notes.value_count, loads.rows_read,
                    notes.example
                from {batch} as loads
                inner join quality.value_notes as notes
                    on notes.load_id = loads.load_id and notes.table_name = loads.table_name
                where notes.note_kind = :kind and notes.value_count > :share * loads.rows_read
            """,
            f"In no column of a file more than {share:.0%} of the values {words}.",
            "Read quality.value_notes for what was found; tell the source how it writes them (missing_tokens and "
            "spellings in source.yml), or mend the export.",
            severity="warning",
            kind=kind,
            share=share,
        )
