"""Data Docs: pages of the newest run, and only as many earlier runs as settled.

GX renders every page anew and reads every stored result for its index, so that a long history makes each run
slower. The whole history is in ``quality.validation_results``.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from expectations.gx.context import SITE, site_in
from expectations.gx.data_docs_site import renewed_site
from warehouse.base.settings import Settings

if TYPE_CHECKING:
    from great_expectations.checkpoint import CheckpointResult
    from great_expectations.data_context import EphemeralDataContext


def run_name_of(source: str, gate: str, as_of_date: date) -> str:
    """Name of a run in Data Docs. Source names have no hyphen, so the parts stay apart."""
    return f"{source}-{gate}-{as_of_date.isoformat()}"


def update_data_docs(
    settings: Settings,
    context: EphemeralDataContext,
    outcome: CheckpointResult,
    *,
    source: str,
    gate: str,
    runs_kept: int,
) -> None:
    """Drop the runs beyond the newest of this source and gate, write the new run's pages and the index.

    Readers see the former pages until all of the new ones are written, then the new ones.
    """
    with renewed_site(settings) as folder:
        new_pages = [*_store_results(context, outcome), *_store_suites(context, outcome, gate)]
        _prune(context, run_name_of(source, gate, date.min).removesuffix(date.min.isoformat()), runs_kept)
        context.update_data_docs_site(SITE, site_in(folder))  # pyrefly: ignore[bad-argument-type] (it reads a dictionary)
        context.build_data_docs(site_names=[SITE], resource_identifiers=new_pages)


def _store_results(context: EphemeralDataContext, outcome: CheckpointResult) -> list[Any]:
    """The pages are made of what is stored."""
    for key, result in outcome.run_results.items():
        context.stores["results"].set(key, result)
    return list(outcome.run_results)


def _store_suites(context: EphemeralDataContext, outcome: CheckpointResult, gate: str) -> list[Any]:
    """In place of those that an earlier run of this gate left."""
    store = context.stores["suites"]
    for key in [key for key in store.list_keys() if key.name.startswith(f"{gate}.")]:
        store.remove_key(key)
    suites = [definition.suite for definition in outcome.checkpoint_config.validation_definitions]
    for suite in suites:
        store.add(key=store.get_key(name=suite.name), value=suite)
    return [store.get_key(name=suite.name) for suite in suites]


def _prune(context: EphemeralDataContext, prefix: str, runs_kept: int) -> None:
    store = context.stores["results"]
    keys = [key for key in store.list_keys() if key.run_id.run_name.startswith(prefix)]
    kept = sorted({key.run_id.run_time for key in keys}, reverse=True)[:runs_kept]
    for key in keys:
        if key.run_id.run_time not in kept:
            store.remove_key(key)
