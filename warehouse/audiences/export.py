"""Exports: the members of each audience as CSV and Parquet with a manifest, put in place in one step.

    audiences/<source>/<audience>/current → 2026-07-01_20260701T041500123456
    audiences/<source>/<audience>/2026-07-01_…/members.csv, members.parquet, manifest.json

Whoever follows `current` once finds three files that belong together. Who is held out is in none of them.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from warehouse.audiences.choice import MEMBERS, OVERVIEW
from warehouse.audiences.declaration import KEY_COLUMNS, Audience
from warehouse.audiences.export_files import exports_in, exports_of, remove_left_over, write_export
from warehouse.audiences.folder import Problem, declared_audiences
from warehouse.audiences.manifest import Manifest
from warehouse.audiences.select import newest_selection
from warehouse.audiences.selection import SELECTED
from warehouse.base.connections import open_build_file
from warehouse.base.durable_files import flush_folder, flush_tree, link_durably, rename_durably, staged_name
from warehouse.base.errors import AudienceError, ClienteleError
from warehouse.base.machine_faults import in_words
from warehouse.base.rows import as_dicts
from warehouse.base.settings import Settings
from warehouse.base.sql_text import quoted
from warehouse.privacy.pseudonyms import Pseudonyms, pseudonyms
from warehouse.privacy.secret import private_folder

CURRENT = "current"
_COUNTS = (
    "matched", "without_consent", "over_own_limit", "over_common_limit", "beyond_size", "held_out", "exported",
)  # fmt: skip


@dataclass(frozen=True)
class Exports:
    """What was exported, and why the rest was not."""

    manifests: tuple[Manifest, ...] = ()
    problems: tuple[Problem, ...] = ()
    skipped: str = ""

    def lines(self) -> Iterator[str]:
        """The outcome in words."""
        if self.skipped:
            yield self.skipped
        for one in self.manifests:
            yield f"exported: {one.audience}, {one.counts['exported']:,} customers, {one.folder}"
        for problem in self.problems:
            yield f"not exported: {problem.in_words()}"


def export_audiences(
    settings: Settings, source: str, as_of_date: date, *, version: str, pipeline_run_id: str = ""
) -> Exports:
    """Export what was selected as of a date; a fault of one audience stops no other, and none raises.

    Only the newest selection is exported. Where an audience has none, nobody finds a former list by `current`.

    Parameters
    ----------
    version
        The published version that has the same selection; empty where nothing is published.
    """
    declared = declared_audiences(settings, source)
    manifests: list[Manifest] = []
    problems: list[Problem] = []  # those of declarations were told when it was selected
    with open_build_file(settings, source, read_only=True) as connection:
        newest = newest_selection(connection)
        if newest is not None and newest > as_of_date:
            return Exports(skipped=f"No audiences are exported as of {as_of_date}: those of {newest} stand.")
        for audience in declared.audiences:
            try:
                counts = _selected(connection, audience, as_of_date)
                if counts is None:
                    continue  # told when it was selected
                names = None if audience.contact_columns else pseudonyms(settings, source)
                rows = _rows(connection, audience, as_of_date, names)
                if len(rows) != counts["exported"]:
                    raise AudienceError(
                        f"It has {len(rows):,} customers, and {counts['exported']:,} were selected.",
                        "Select and export it again: python -m warehouse audiences",
                    )
                manifest = _manifest(settings, source, audience, as_of_date, counts)
                manifest = manifest.model_copy(
                    update={"warehouse_version": version, "pipeline_run_id": pipeline_run_id}
                )
                manifests.append(_put_in_place(settings, manifest, rows))
            except (ClienteleError, OSError, duckdb.Error, pa.ArrowException) as error:
                problems.append(Problem(audience.file, audience.name, _told(error)))
    _withdraw_others(settings, source, {manifest.audience for manifest in manifests})
    return Exports(tuple(manifests), tuple(problems))


def _selected(connection: duckdb.DuckDBPyConnection, audience: Audience, as_of_date: date) -> dict[str, int] | None:
    """The counts of its selection; None where it failed or was declared since."""
    columns = ", ".join(f"{name}_count as {name}" for name in _COUNTS)
    found = connection.execute(
        f"select {columns} from {OVERVIEW} where audience_name = ? and as_of_date = ? and status = '{SELECTED}'",
        [audience.name, as_of_date],
    )
    return next(iter(as_dicts(found)), None)


def _rows(
    connection: duckdb.DuckDBPyConnection, audience: Audience, as_of_date: date, names: Pseudonyms | None
) -> pa.Table:
    """The rows of the export. Whoever has lost their consent or was erased since they were selected is in none."""
    customer_id = names.sql("members.customer_id") if names else "members.customer_id"
    keys = [customer_id + " as customer_id" if name == "customer_id" else f"members.{name}" for name in KEY_COLUMNS]
    columns = [f"customers.{quoted(name)}" for name in audience.columns]
    contacts = [f"contacts.{quoted(name)}" for name in audience.contact_columns]
    joined = "left join pii.customer_contacts as contacts using (customer_id)" if contacts else ""
    return connection.execute(
        f"select {', '.join([*keys, *columns, *contacts])} from {MEMBERS} as members "
        f"inner join marts.customer_360 as customers using (customer_id, as_of_date) {joined} "
        "where members.audience_name = $name and members.as_of_date = $day and not members.is_held_out "
        "and customers.may_be_contacted order by members.position",
        {"name": audience.name, "day": as_of_date, **(names.parameters() if names else {})},
    ).to_arrow_table()


def _manifest(
    settings: Settings, source: str, audience: Audience, as_of_date: date, counts: dict[str, int]
) -> Manifest:
    folder = exports_of(settings, source) / audience.name / f"{as_of_date}_{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    return Manifest(
        audience=audience.name,
        description=audience.description,
        owner=audience.owner,
        channel=audience.channel,
        condition=audience.condition,
        source=source,
        as_of_date=as_of_date,
        hold_out_share=audience.hold_out_share,
        counts=counts,
        has_personal_columns=bool(audience.contact_columns),
        exported_at=datetime.now(UTC),
        folder=folder.relative_to(settings.home).as_posix(),
    )


def _put_in_place(settings: Settings, manifest: Manifest, rows: pa.Table) -> Manifest:
    """Write the export beside the former ones, then let `current` lead to it: readers see the one or the other."""
    folder = settings.home / manifest.folder
    private_folder(folder.parent)
    remove_left_over(folder.parent)
    staged = staged_name(folder)
    staged.mkdir()
    try:
        manifest = write_export(staged, manifest, rows)
        flush_tree(staged)
        rename_durably(staged, folder)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    link_durably(folder.parent / CURRENT, folder.name)
    _prune(folder.parent, kept=settings.published_versions_kept)
    return manifest


def _prune(folder: Path, *, kept: int) -> None:
    """Remove the oldest exports of an audience."""
    written = sorted(exports_in(folder), key=lambda one: one.name.rpartition("_")[2])
    for old in written[:-kept]:
        shutil.rmtree(old)


def _withdraw_others(settings: Settings, source: str, exported: set[str]) -> None:
    """No `current` leads to a list that this run does not stand for: people may have withdrawn their consent since."""
    for link in exports_of(settings, source).glob(f"*/{CURRENT}"):
        if link.parent.name not in exported:
            with suppress(FileNotFoundError):
                link.unlink()
            flush_folder(link.parent)


def _told(error: BaseException) -> str:
    known = error if isinstance(error, ClienteleError) else in_words(error)
    return f"{known.message} {known.what_to_do}".strip() if known else type(error).__name__
