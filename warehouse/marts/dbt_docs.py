"""dbt's pages for people who know dbt: models with their SQL, tests and columns, and the graph, as one file.

`dbt docs generate --static` would make it in ten seconds, most of which goes into parsing what is parsed already. The
page is put together here from what it would be made of: dbt's own template, the manifest of the last build, the SQL
that it compiled, and a catalogue of the tables that are there. It asks nothing of the network.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib.metadata import version as version_of
from importlib.resources import files
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection

from warehouse.base.connections import open_build_file
from warehouse.base.durable_files import write_text_durably
from warehouse.base.settings import Settings
from warehouse.tables.descriptions import published_tables

_TEMPLATE = ("task", "docs", "index.html")
# What the template has in the place of the two files.
_MANIFEST, _CATALOG = '"MANIFEST.JSON INLINE DATA"', '"CATALOG.JSON INLINE DATA"'
# Addresses that the template's own program fills in later, or never: browsers ask for them as they stand, and complain.
_MENDED = {
    '<use xlink:href="{{': '<use ng-attr-xlink:href="{{',
    "${require('./assets/favicons/favicon.ico')}": "data:,",
}
_CATALOG_SCHEMA = "https://schemas.getdbt.com/dbt/catalog/v1.json"
_OVERVIEW = "doc.clientele.__overview__"
_PATHS = ("compiled_path", "build_path", "root_path")  # of this machine: nothing that a reader needs
_TABLES = """
select schema_name, table_name, 'table' as kind, estimated_size from duckdb_tables() where not internal
union all
select schema_name, view_name, 'view', null from duckdb_views() where not internal
"""
_COLUMNS = """
select schema_name, table_name, column_name, column_index, data_type
from duckdb_columns() where not internal order by all
"""


def page_of_dbt(settings: Settings) -> Path:
    """Where the page is, once something was published."""
    return settings.dbt_docs_folder / "index.html"


def write_dbt_docs(settings: Settings, source: str, version: str) -> Path | None:
    """Write the page of the project as it was built last for a source; None where no build left a manifest.

    Parameters
    ----------
    version
        The published version that was made of it, which the page names.
    """
    target = settings.dbt_target_folder / "target"
    if not (target / "manifest.json").is_file():
        return None
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    with open_build_file(settings, source, read_only=True) as connection:
        catalog = _catalog(connection, manifest)
    _fill_in_compiled(manifest, target / "compiled")
    words = f"Tables of **{source}**, published as version `{version}`.\n\n"
    overview = manifest["docs"].get(_OVERVIEW, {})
    overview["block_contents"] = words + overview.get("block_contents", "")
    template = files("dbt").joinpath(*_TEMPLATE).read_text(encoding="utf-8")
    for found, put in _MENDED.items():
        template = template.replace(found, put)
    page = template.replace(_MANIFEST, _inline(manifest), 1).replace(_CATALOG, _inline(catalog), 1)
    file = page_of_dbt(settings)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_text_durably(file, page)
    return file


def _inline(content: dict[str, Any]) -> str:
    """JSON inside a script of a page: no text in it can end the script."""
    return json.dumps(content).replace("<", "\\u003c")


def _catalog(connection: DuckDBPyConnection, manifest: dict[str, Any]) -> dict[str, Any]:
    """The tables of an open build file that the manifest knows, in dbt's format of a catalogue."""
    tables = {(schema, name): (kind, rows) for schema, name, kind, rows in connection.execute(_TABLES).fetchall()}
    columns: dict[tuple[str, str], dict[str, Any]] = {place: {} for place in tables}
    comments = {
        (table.schema, table.name, column.name): column.description
        for table in published_tables()
        for column in table.columns
    }
    for schema, table, name, index, kind in connection.execute(_COLUMNS).fetchall():
        said = comments.get((schema, table, name))
        columns[schema, table][name] = {"type": kind, "index": index, "name": name, "comment": said}

    def there(nodes: dict[str, Any]) -> dict[str, Any]:
        places = {name: (node["schema"], node.get("alias") or node["name"]) for name, node in nodes.items()}
        return {
            name: {
                "metadata": _about(nodes[name]["database"], place, tables[place][0]),
                "columns": columns[place],
                "stats": _stats(tables[place][1]),
                "unique_id": name,
            }
            for name, place in places.items()
            if place in tables and nodes[name]["resource_type"] in ("model", "seed", "source")
        }

    made = {"dbt_schema_version": _CATALOG_SCHEMA, "dbt_version": version_of("dbt-core"), "env": {}}
    made |= {"generated_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}", "invocation_id": None}
    return {"metadata": made, "nodes": there(manifest["nodes"]), "sources": there(manifest["sources"]), "errors": None}


def _about(database: str, place: tuple[str, str], kind: str) -> dict[str, Any]:
    return {"type": kind, "schema": place[0], "name": place[1], "database": database, "comment": None, "owner": None}


def _stats(rows: int | None) -> dict[str, Any]:
    """How many rows, where it is known; in dbt's format."""
    has = {"id": "has_stats", "label": "Has Stats?", "value": rows is not None, "include": False, "description": ""}
    if rows is None:
        return {"has_stats": has}
    count = {"id": "rows", "label": "Rows", "value": rows, "include": True, "description": "Rows of the table."}
    return {"has_stats": has, "rows": count}


def _fill_in_compiled(manifest: dict[str, Any], compiled: Path) -> None:
    """Give each model the SQL that was run: a build's manifest has that of its own selection only."""
    for node in manifest["nodes"].values():
        file = compiled / node["package_name"] / node["original_file_path"]
        if node["resource_type"] == "model" and file.is_file():
            node |= {"compiled": True, "compiled_code": file.read_text(encoding="utf-8")}
        for name in _PATHS:
            node.pop(name, None)
