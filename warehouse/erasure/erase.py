"""Erase: a person removed from landing, raw, marts, scores and published versions, and the proof of it.

Orders are part of the books: they stay, as orders of nobody. Everything else of the person goes.

Each step can be repeated. A private note keeps the person's ids and values until the proof is there, so that an
erasure that was killed goes on where the same command is given again.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import duckdb

from warehouse.arrivals.arrived_rows import forget_arrived
from warehouse.audiences.erasure import erase_from_exports
from warehouse.base.connections import open_build_file, refuse_missing
from warehouse.base.erasure_lock import erasure_lock
from warehouse.base.errors import ErasureIncomplete
from warehouse.base.settings import Settings
from warehouse.erasure.build_file_erasure import erase_landing_and_raw, renew_build_file
from warehouse.erasure.damaged_versions import damaged_versions, remove_damaged
from warehouse.erasure.erasure_report import ErasureReport, record_erasure
from warehouse.erasure.erasure_start import begin_erasure
from warehouse.erasure.proof import search_home
from warehouse.erasure.published_erasure import erase_published
from warehouse.erasure.text_redaction import erase_truth, redact_texts
from warehouse.landing.watched_folder import forget_taken
from warehouse.marts import dbt
from warehouse.marts.build import build_marts
from warehouse.marts.spark.make import forget_made
from warehouse.privacy.pseudonyms import Pseudonyms
from warehouse.privacy.subject import remove_note
from warehouse.source_definitions.folders import load_source
from warehouse.values.id_readings import read_customer_id

NO_REASON = "no reason given"


def erase(
    settings: Settings, source_name: str, customer_id: str, decided_by: str, reason: str = "", *, rebuild: bool = True
) -> ErasureReport:
    """Erase a person with all merged accounts from everything under the home, then search for what is left.

    Parameters
    ----------
    customer_id
        Any of the person's ids, as the source has it.
    rebuild
        Whether the marts are rebuilt; else the next pipeline run does it.

    Raises
    ------
    SettingsError
        If nobody has this id, or the reason names the person.
    PublishError
        If the live version is damaged; nothing was erased then.
    WarehouseBusy
        If something else uses the build file or the published versions.
    ErasureIncomplete
        If something is found afterwards; the message says where.
    """
    source = load_source(settings, source_name)
    refuse_missing(settings, source.name)
    damaged = damaged_versions(settings, source.name)
    with erasure_lock(settings):
        name, subject, suppressed = begin_erasure(
            settings, source, read_customer_id(customer_id), reason.strip() or NO_REASON
        )
        remove_damaged(settings, damaged)
        forget_arrived(settings, source.name)
        forget_taken(settings, source.name)
        forget_made(settings, source.name)
        counts = erase_landing_and_raw(settings, source, name, subject, suppressed)
        counts += erase_published(settings, subject, suppressed.secret)
        names = Pseudonyms(source.name, suppressed.secret)
        everywhere = (*subject.ids, *map(names.of, subject.ids))
        counts += erase_from_exports(settings, source.name, everywhere)
        counts["damaged_versions_removed"] = len(damaged)
        counts += Counter(rows_erased=erase_truth(settings, subject), texts_redacted=redact_texts(settings, subject))
        _rebuild(settings, source.name, rebuild=rebuild)
        renew_build_file(settings, source.name)
        sought = replace(subject, ids=everywhere)
        search = search_home(settings, source, sought, suppressed)
        report = ErasureReport(name, len(subject.ids), subject.shared_value_count, counts, search)
        record_erasure(settings, source.name, report, decided_by, subject.reason)
        if search.found:
            places = "\n  ".join(f"{place}: {count:,}" for place, count in sorted(search.found.items()))
            raise ErasureIncomplete(
                f"The person is still found in:\n  {places}",
                "Look at these places, mend them and run the same command again; it goes on from there.",
            )
        remove_note(settings, name)
    return report


def _rebuild(settings: Settings, source: str, *, rebuild: bool) -> None:
    """Rebuild marts and profiles, as of the date for which they were built."""
    as_of_date = _built_as_of(settings, source)
    if rebuild and as_of_date is not None:
        build_marts(settings, source, as_of_date, full=True)
        dbt.build(settings, source, as_of_date, dbt.ACTIVATION_SELECTION)


def _built_as_of(settings: Settings, source: str) -> date | None:
    with open_build_file(settings, source, read_only=True) as connection:
        try:
            [(newest,)] = connection.execute("select max(as_of_date) from marts.customer_360").fetchall()
        except (duckdb.CatalogException, duckdb.BinderException):
            return None
    return newest
