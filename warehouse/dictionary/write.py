"""All pages of the dictionary: their texts, and writing them."""

from __future__ import annotations

from pathlib import Path

from warehouse.dictionary.described import SCHEMAS, described_tables, place_of
from warehouse.dictionary.index import index
from warehouse.dictionary.lineage import models
from warehouse.dictionary.questions import DOCS
from warehouse.dictionary.table_page import BUILD_FILE_PAGE, PAGES, links, page_of, table_page
from warehouse.tables.descriptions import dbt_specs, in_one_line

_FOLDERS = {
    "staging": ("models/staging",),
    "intermediate": (
        "models/intermediate",
        "models/activation/intermediate",
        "models/relationship/intermediate",
    ),
}


def dictionary_pages() -> dict[Path, str]:
    """The text of each page, by its file."""
    pages = {DOCS / "data-dictionary.md": index(), PAGES / BUILD_FILE_PAGE: _build_file_page()}
    for schema in SCHEMAS:
        pages |= {PAGES / page_of(place_of(table)): table_page(table) for table in described_tables(schema)}
    return pages


def write_dictionary() -> list[Path]:
    """Write every page anew, remove those of tables that are gone, and return what there is now."""
    pages = dictionary_pages()
    PAGES.mkdir(exist_ok=True)
    for page, text in pages.items():
        page.write_text(text, encoding="utf-8")
    for former in PAGES.glob("*.md"):
        if former not in pages:
            former.unlink()
    return sorted(pages)


def _build_file_page() -> str:
    parts = ["# staging and intermediate"]
    parts.append(
        "The steps between [raw](../data-dictionary.md#raw-the-data-contract) and [marts](../data-dictionary.md#marts)"
        ", in the private build file only. Columns: the `.yml` beside each model."
    )
    for schema, folders in _FOLDERS.items():
        parts.append(f"## {schema}")
        for folder in folders:
            for spec in dbt_specs(folder):
                model = models()[f"{schema}.{spec['name']}"]
                parts += [f"### {spec['name']}", in_one_line(spec["description"])]
                parts.append(f"From {links(model.parents)}. Made by [`{model.file}`](../../{model.file}).")
    return "\n\n".join(parts) + "\n"
