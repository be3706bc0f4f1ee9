"""dbt's pages of a publication: dbt's formats, the tables that are there, and nothing that is asked of the network."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from dbt.artifacts.schemas.catalog import CatalogArtifact

from pipeline import stages
from services.endpoints import addresses
from services.summary import address_lines
from tests.warehouse.small_warehouse import SOURCE, make_marts, published_run
from warehouse.base.settings import Settings
from warehouse.marts import dbt_docs
from warehouse.marts.dbt_docs import page_of_dbt, write_dbt_docs
from warehouse.runs.planning import RunPlan

HOSTILE = "</script><script>document.title = 'taken over'</script>"


def node(name: str, **more: Any) -> dict[str, Any]:
    described = {"database": "files", "schema": "marts", "name": name, "alias": name, "description": HOSTILE}
    described |= {"resource_type": "model", "package_name": "clientele", "original_file_path": f"models/{name}.sql"}
    return {**described, "build_path": "/home/somebody/run.sql", **more}


@pytest.fixture
def built(settings: Settings) -> Settings:
    """A home with the manifest that a build leaves, of two models that are there, one that is not, and a test."""
    names = ("dim_customers", "customer_360", "never_built")
    nodes = {f"model.clientele.{name}": node(name) for name in names}
    nodes["test.clientele.unique"] = node("fct_orders", resource_type="test")
    overview = {"block_contents": "Where to start."}
    manifest = {"nodes": nodes, "sources": {}, "docs": {"doc.clientele.__overview__": overview}}
    target = settings.dbt_target_folder / "target"
    (target / "compiled" / "clientele" / "models").mkdir(parents=True)
    (target / "manifest.json").write_text(json.dumps(manifest))
    (target / "compiled" / "clientele" / "models" / "dim_customers.sql").write_text("select 1 as as_it_ran")
    make_marts(settings, 3)
    return settings


def inside(page: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Manifest and catalogue as a browser reads them out of the page."""
    text = page.read_text(encoding="utf-8")
    start = text.index('{"nodes": {"model.clientele.dim_customers"')
    manifest, length = json.JSONDecoder().raw_decode(text[start:])
    catalog, _ = json.JSONDecoder().raw_decode(text[text.index('{"metadata": {"dbt_schema_version"', start + length) :])
    return manifest, catalog


def test_the_catalogue_is_dbts_and_of_the_tables_that_are_there(built: Settings) -> None:
    page = write_dbt_docs(built, SOURCE, "version-1")
    assert page is not None
    manifest, catalog = inside(page)
    CatalogArtifact.validate(catalog)
    assert set(catalog["nodes"]) == {"model.clientele.dim_customers", "model.clientele.customer_360"}
    found = catalog["nodes"]["model.clientele.dim_customers"]
    assert found["columns"]["customer_id"]["type"] == "VARCHAR"
    assert found["stats"]["rows"]["value"] == 3
    assert catalog["nodes"]["model.clientele.customer_360"]["metadata"]["type"] == "view"
    compiled = {name: one.get("compiled_code") for name, one in manifest["nodes"].items()}
    assert compiled["model.clientele.dim_customers"] == "select 1 as as_it_ran"
    assert compiled["model.clientele.customer_360"] is None
    overview = manifest["docs"]["doc.clientele.__overview__"]["block_contents"]
    assert "`version-1`" in overview
    assert overview.endswith("Where to start.")


def test_nothing_in_it_is_asked_of_the_network_or_names_this_machine(built: Settings) -> None:
    page = write_dbt_docs(built, SOURCE, "version-1")
    assert page is not None
    text = page.read_text(encoding="utf-8")
    loaded = re.findall(r"""<(?:script|img|iframe|source|audio|video|embed)\b[^>]*\bsrc=["']([^"']+)""", text)
    loaded += re.findall(r"""<(?:link|use)\b[^>]*\shref=["']([^"']+)""", text)
    loaded += re.findall(r"""(?:@import|url\()\s*["']?((?:https?:)?//[^"')]+)""", text)
    assert [address for address in loaded if address.startswith(("http", "//", "${"))] == []
    assert "taken over" in text
    assert HOSTILE not in text
    assert "/home/somebody" not in text


def test_a_publication_writes_it_and_its_address_is_told(built: Settings) -> None:
    plan = RunPlan(SOURCE, date(2024, 1, 1), "run-1")
    before = list(address_lines(built, addresses(built)))
    version = stages.publish(built, plan).version
    _, catalog = inside(page_of_dbt(built))
    assert catalog["nodes"]
    assert version in page_of_dbt(built).read_text(encoding="utf-8")
    told = [line for line in address_lines(built, addresses(built)) if line not in before]
    assert [line.split()[1] for line in told] == [page_of_dbt(built).as_uri()]


def test_what_fails_in_it_fails_no_publication(
    built: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (built.dbt_target_folder / "target" / "manifest.json").write_text("{")
    assert stages.publish(built, RunPlan(SOURCE, date(2024, 1, 1), "run-1")).version
    assert "dbt's pages could not be written" in caplog.text
    assert not page_of_dbt(built).exists()


def test_without_a_build_by_dbt_there_is_no_page(settings: Settings) -> None:
    published_run(settings, 2)
    assert write_dbt_docs(settings, SOURCE, "version-1") is None


def test_the_template_still_has_the_places_that_are_filled() -> None:
    template = dbt_docs.files("dbt").joinpath(*dbt_docs._TEMPLATE).read_text(encoding="utf-8")
    for part in (dbt_docs._MANIFEST, dbt_docs._CATALOG):
        assert template.count(part) == 1
    assert all(part in template for part in dbt_docs._MENDED)
