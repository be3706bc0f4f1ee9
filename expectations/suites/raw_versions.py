"""The part of gate `raw` on versions of rows: keys are keys, and a correction corrects rather than replaces."""

from __future__ import annotations

from collections.abc import Iterator

from great_expectations.expectations.expectation import Expectation

from expectations.newest_versions import newest, superseded
from expectations.suites.rules import Severity, no_rows, unique
from expectations.thresholds import RawThresholds
from warehouse.base.definitions import load_definitions
from warehouse.tables.contract import Contract, Table

_RENAMED = (
    "Look at the newest file's columns: one was renamed or is no longer exported. A row without a value corrects too."
)
_OF_NEWEST_FILE = (
    "(loads.table_name, loads.loaded_at) in (select (table_name, max(loaded_at)) from quality.file_loads "
    "where rows_read > 0 group by table_name)"
)


def version_rules(name: str, table: Table, thresholds: RawThresholds) -> Iterator[Expectation]:
    """On one raw table."""
    key = ", ".join(table.key)
    several = f"({key}) in (select ({key}) from raw.{name} where rowid in (select row_id from {superseded(name)}))"
    yield unique(
        [*table.key, "_arrival_number"],
        f"One file brings each {key} once, so it is clear which version of a row of {name} is the newest.",
        "Look at the file named in _file_name; load it again into an empty build file if the loader was interrupted.",
        among=" or ".join([several, *(f"{column} is null" for column in table.key)]),
    )
    yield no_rows(
        "versions_differ",
        f"""
            select {key}, _file_name, _row_number
            from (
                select *, lead(_row_hash) over versions as earlier_hash, lead(_is_gone) over versions as was_gone
                from {{batch}} as of_table
                where {several}
                window versions as (partition by {key} order by {load_definitions().newest_first})
            ) as with_earlier
            where _row_hash = earlier_hash and not _is_gone and not was_gone
        """,
        f"A further row with the same {key} is a correction: it differs from the one before it.",
        "A file was loaded twice. Report it; the marts are not harmed, for they keep the newest row.",
    )
    yield no_rows(
        "corrected_share",
        f"""
            select count(*) as row_count, (select count(*) from {superseded(name)}) as corrected_count
            from {{batch}} as versions
            having (select count(*) from {superseded(name)}) > :share * count(*)
        """,
        f"No more than {thresholds.corrected_share_warning:.0%} of the rows of {name} are corrections of earlier ones.",
        f"Ask whoever exports {name} whether keys are used again for other things.",
        severity="warning",
        share=thresholds.corrected_share_warning,
    )


def correction_rules(contract: Contract, thresholds: RawThresholds) -> Iterator[Expectation]:
    """On `quality.file_loads`: what corrections took away, as the loader counted it."""
    yield from _rekeyed_rules(thresholds)
    yield no_rows(
        "no_column_is_lost",
        f"""
            select file_name, table_name, lost_columns
            from {{batch}} as loads
            where lost_columns <> '' and {_OF_NEWEST_FILE}
        """,
        "The newest file of a table lacks no column that the rows it replaces had values in.",
        _RENAMED,
        severity="warning",
    )
    yield _emptied_columns_rule(contract, thresholds)
    yield from _gone_rules(contract, thresholds)


def _rekeyed_rules(thresholds: RawThresholds) -> Iterator[Expectation]:
    share = thresholds.rekeyed_share_maximum
    kinds: list[tuple[str, str, str, Severity]] = [
        ("keys_are_not_used_again", "true", "No file", "warning"),
        (
            "keys_of_newest_file_are_not_used_again",
            f"rows_read >= :minimum and {_OF_NEWEST_FILE}",
            "No newest file of a table",
            "critical",
        ),
    ]
    for rule, condition, which, severity in kinds:
        yield no_rows(
            rule,
            f"""
                select file_name, table_name, rows_rekeyed, rows_read
                from {{batch}} as loads
                where rows_rekeyed > :share * rows_read and {condition}
            """,
            f"{which} replaces, by more than {share:.0%} of its rows, earlier ones of another customer, order or day.",
            "Ask whoever exports the file whether keys are used again for other things; a row number, for example, is "
            "no key. If the new rows are right, take the older files out of landing and start over.",
            severity=severity,
            share=share,
            minimum=thresholds.minimum_row_count_for_shares,
        )


def _gone_rules(contract: Contract, thresholds: RawThresholds) -> Iterator[Expectation]:
    left = " union all ".join(
        f"select '{name}' as table_name, count(*) as row_count from {newest(name)}" for name in contract.tables
    )
    limits: list[tuple[str, float, int, Severity]] = [
        ("rows_gone", thresholds.gone_share_warning, 0, "warning"),
        ("most_rows_stand", thresholds.gone_share_maximum, thresholds.minimum_row_count_for_shares, "critical"),
    ]
    for rule, share, minimum, severity in limits:
        yield no_rows(
            rule,
            f"""
                select file_name, loads.table_name, rows_gone, remaining.row_count as rows_left
                from {{batch}} as loads
                inner join ({left}) as remaining on remaining.table_name = loads.table_name
                where rows_gone > :share * (rows_gone + remaining.row_count)
                    and rows_gone + remaining.row_count >= :minimum and {_OF_NEWEST_FILE}
            """,
            f"The newest file of a table takes away at most {share:.0%} of the rows that were there.",
            "Look whether the full export is complete; what it lacks counts no longer. Land a complete one.",
            severity=severity,
            share=share,
            minimum=minimum,
        )


def _emptied_columns_rule(contract: Contract, thresholds: RawThresholds) -> Expectation:
    """A column that former files had is missed, even where the new file replaces none of their rows."""
    share = thresholds.emptied_column_former_share
    filled = " union all ".join(_filled(name, table) for name, table in contract.tables.items())
    return no_rows(
        "columns_of_former_files_are_filled",
        f"""
            with
            filled as ({filled}),
            newest as (
                select table_name, max(loaded_at) as loaded_at from filled group by table_name
            ),
            compared as (
                select
                    filled.table_name, filled.column_name,
                    sum(filled.row_count) filter (filled.loaded_at = newest.loaded_at) as row_count,
                    sum(filled.filled_count) filter (filled.loaded_at = newest.loaded_at) as filled_count,
                    sum(filled.row_count) filter (filled.loaded_at < newest.loaded_at) as former_row_count,
                    sum(filled.filled_count) filter (filled.loaded_at < newest.loaded_at) as former_filled_count
                from filled inner join newest on newest.table_name = filled.table_name
                group by filled.table_name, filled.column_name
            )
            select
                table_name, column_name, row_count,
                round(former_filled_count / former_row_count, 3) as former_filled_share
            from compared
            where filled_count = 0 and former_filled_count >= :share * former_row_count
                -- by chance in fewer than one of a thousand files
                and row_count * ln(1 - least(former_filled_count / former_row_count, 0.95)) < ln(0.001)
        """,
        f"No column is empty in all rows of a table's newest file that {share:.0%} of the rows before had filled.",
        _RENAMED,
        severity="warning",
        share=share,
    )


def _filled(name: str, table: Table) -> str:
    """How many rows of each load have each of the columns that may be empty: one look at the table."""
    columns = [column for column, spec in table.columns.items() if not spec.required and spec.default is None]
    counts = ", ".join(f"count({column})" for column in columns)
    names = ", ".join(f"'{column}'" for column in columns)
    return f"""
        select '{name}' as table_name, unnest([{names}]) as column_name, loaded_at, row_count,
            unnest(filled_counts) as filled_count
        from (
            select max(_loaded_at) as loaded_at, count(*) as row_count, [{counts}] as filled_counts
            from raw.{name} group by _load_id
        ) as loads
    """
