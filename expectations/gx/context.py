"""A Great Expectations context without a project folder: stores and Data Docs under the settings' home."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from expectations.gx.imports import import_great_expectations
from expectations.gx.repeated_work import leave_out_repeated_work
from warehouse.base.settings import Settings

if TYPE_CHECKING:
    from great_expectations.data_context import EphemeralDataContext

SITE = "validations"
_STORE_FOLDER = ".validation_store"


def calm_great_expectations() -> None:
    """Import GX, without usage statistics and chatter in task logs. To be called before any other import of it."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    import_great_expectations()


def open_context(settings: Settings) -> EphemeralDataContext:
    """Make the context of one gate run. Suites are code: they and the results are stored for Data Docs only."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import DataContextConfig

    leave_out_repeated_work()
    store = settings.data_docs_folder.parent / _STORE_FOLDER
    memory = {"class_name": "InMemoryStoreBackend"}
    stores = {
        "suites": {"class_name": "ExpectationsStore", "store_backend": _folder(store / "suites")},
        "results": {
            "module_name": "expectations.gx.stores",
            "class_name": "ResultsBesidePages",
            "store_backend": _folder(store / "results"),
        },
        "checkpoints": {"class_name": "CheckpointStore", "store_backend": memory},
        "validation_definition_store": {"class_name": "ValidationDefinitionStore", "store_backend": memory},
    }
    config = DataContextConfig(
        stores=stores,
        expectations_store_name="suites",
        validation_results_store_name="results",
        checkpoint_store_name="checkpoints",
        data_docs_sites={SITE: site_in(settings.data_docs_folder)},
        analytics_enabled=False,
        # pyrefly: ignore[bad-argument-type] (GX declares its class, and reads a dictionary)
        progress_bars={"globally": False, "metric_calculations": False},
    )
    return gx.get_context(mode="ephemeral", project_config=config)


def _folder(path: Path) -> dict[str, str]:
    return {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(path)}


def site_in(folder: Path) -> dict[str, Any]:
    """The configuration of Data Docs whose pages lie in a folder."""
    page = {"module_name": "expectations.pages.view", "class_name": "PageView"}
    return {
        "class_name": "SiteBuilder",
        "site_name": "Clientele",
        "show_how_to_buttons": False,
        "store_backend": _folder(folder),
        "site_index_builder": {
            "class_name": "DefaultSiteIndexBuilder",
            "view": {"module_name": "expectations.pages.view", "class_name": "IndexPageView"},
        },
        "site_section_builders": {
            "expectations": {"class_name": "DefaultSiteSectionBuilder", "view": page},
            "validations": {"class_name": "DefaultSiteSectionBuilder", "view": page},
            "profiling": "None",
        },
    }
