"""A source folder made by a test, and files handed in to it."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from warehouse.base.connections import open_build_file
from warehouse.base.settings import Settings
from warehouse.landing.landing_folder import land_input
from warehouse.loading.ingest import IngestReport, ingest_source

SOURCE = "kiosk"


@dataclass(frozen=True)
class Kiosk:
    """One's own source, with its landing folder and build file."""

    settings: Settings
    given: Path

    @classmethod
    def create(cls, settings: Settings, folder: Path, source_yml: str, selects: Mapping[str, str]) -> Kiosk:
        place = folder / "sources" / SOURCE
        place.mkdir(parents=True)
        (place / "source.yml").write_text(textwrap.dedent(source_yml), encoding="utf-8")
        for table, select in selects.items():
            (place / f"{table}.sql").write_text(textwrap.dedent(select), encoding="utf-8")
        given = folder / "given"
        given.mkdir()
        return cls(settings.model_copy(update={"sources_folder": folder / "sources"}), given)

    def hand_in(self, **files: str) -> IngestReport:
        """Hand in files together (`day_1="…"` is day_1.csv) and load them."""
        for path in self.given.iterdir():
            path.unlink()
        for name, content in files.items():
            (self.given / f"{name}.csv").write_text(textwrap.dedent(content), encoding="utf-8")
        land_input(self.settings, SOURCE, self.given)
        return ingest_source(self.settings, SOURCE)

    def rows(self, query: str) -> list[tuple]:
        with open_build_file(self.settings, SOURCE, read_only=True) as connection:
            return connection.execute(query).fetchall()

    def newest(self, table: str, key: str, columns: str) -> list[tuple]:
        """The newest versions in raw, in order of the key."""
        return self.rows(
            f"select {columns} from (select * from raw.{table} "
            f"qualify row_number() over (partition by {key} order by _arrival_number desc, _row_number desc) = 1) "
            f"where not _is_gone order by {key}"
        )
