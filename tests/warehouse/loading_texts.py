"""Loading files that a test writes as texts, in contract form."""

from __future__ import annotations

from warehouse.base.connections import open_build_file
from warehouse.base.settings import Settings
from warehouse.loading.ingest import IngestReport, ingest_source


def load_texts(settings: Settings, source: str = "files", **files: str) -> IngestReport:
    """Land ``<table>=<text of the CSV>`` and load it; an underscore and more behind the table's name may follow."""
    folder = settings.landing_of(source)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return ingest_source(settings, source)


def found(settings: Settings, query: str, source: str = "files") -> list[tuple]:
    """What a query on the build file gives."""
    with open_build_file(settings, source, read_only=True) as connection:
        return connection.execute(query).fetchall()


def said(report: IngestReport) -> str:
    """The report in words."""
    return "\n".join(report.lines())
