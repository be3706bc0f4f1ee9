"""From raw to marts: who is who, then dbt."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from warehouse.base.settings import Settings
from warehouse.identity.report import IdentitySummary
from warehouse.identity.resolve import resolve_identities
from warehouse.marts import dbt


def build_marts(
    settings: Settings,
    source: str,
    as_of_date: date,
    select: tuple[str, ...] = dbt.MART_SELECTION,
    *,
    variables: Mapping[str, object] | None = None,
    data_tests: bool = True,
    full: bool = False,
) -> IdentitySummary:
    """Resolve the identities known on the date and build the marts on them.

    Parameters are those of `warehouse.marts.dbt.build`.

    Raises
    ------
    SettingsError
        If identity rules or overrides make no sense.
    DbtFailed
        With the models and tests that failed.
    """
    summary = resolve_identities(settings, source, as_of_date)
    dbt.build(settings, source, as_of_date, select, variables=variables, data_tests=data_tests, full=full)
    return summary
