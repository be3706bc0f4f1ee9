"""Planning a run: which source, as of which date, under which id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

import duckdb

from warehouse.base.connections import one_row, open_build_file
from warehouse.base.errors import SettingsError, WarehouseBusy, WarehouseUnreadable
from warehouse.base.settings import Settings
from warehouse.base.time_zones import local_now
from warehouse.publishing.publication_recovery import known_history
from warehouse.source_definitions.folders import load_source, source_names
from warehouse.tables.newest_versions import newest_versions

LATEST = "latest"


@dataclass(frozen=True)
class RunPlan:
    """What the stages of one pipeline run share."""

    source: str
    as_of_date: date  # knows everything before that day, nothing of it or after
    pipeline_run_id: str
    force_retrain: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The plan as plain data, to travel between processes."""
        return asdict(self) | {"as_of_date": self.as_of_date.isoformat()}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> RunPlan:
        """The plan that `as_dict` made plain; what else it travels with is left out."""
        day = date.fromisoformat(plain["as_of_date"])
        return cls(plain["source"], day, plain["pipeline_run_id"], bool(plain["force_retrain"]))


def resolve_source(settings: Settings, source: str | None) -> str:
    """The named source, or for ``latest`` (or nothing) the one that is live; before that, the only one with data.

    Which file was touched last says nothing of whose data are meant: a refused file touches one too.

    Raises
    ------
    SettingsError
        If nothing is live, and no source has data or several have.
    SourceError
        If there is no such source.
    """
    if source and source != LATEST:
        return load_source(settings, source).name
    live = known_history(settings).live
    if live and settings.build_file(live.source).exists():
        return live.source
    known = [name for name in source_names(settings) if _has_data(settings, name)]
    if not known:
        raise SettingsError("Nothing has been loaded yet, so there is no latest source.", "Run: make demo")
    if len(known) > 1:
        raise SettingsError(
            f"Nothing is published, and several sources have been loaded: {', '.join(known)}.", "Name the one you mean."
        )
    return known[0]


def _has_data(settings: Settings, source: str) -> bool:
    """Whether something to model was loaded; of a build file that is held, that is assumed."""
    if not settings.build_file(source).exists():
        return False
    try:
        _known_days(settings, source, "UTC")
    except (SettingsError, WarehouseUnreadable, duckdb.Error):
        return False
    except WarehouseBusy:
        pass
    return True


def plan_run(
    settings: Settings,
    source: str | None,
    as_of_date: date | None = None,
    *,
    force_retrain: bool = False,
    pipeline_run_id: str | None = None,
) -> RunPlan:
    """Settle the source and the as-of date of a run.

    The default as-of date is the day after the newest complete day: the newest day with an order that was over
    when the order was loaded. In a source without orders, starts and ends of subscriptions take their place. Days are
    the shop's own.

    Raises
    ------
    SettingsError
        If the date lies outside what the data can answer.
    """
    name = resolve_source(settings, source)
    zone = load_source(settings, name).time_zone
    first, newest = _known_days(settings, name, zone)
    chosen = as_of_date or newest
    if chosen <= first:
        raise SettingsError(
            f"as_of_date {chosen} lies before the first day with data is over ({first}).",
            f"Choose a date from {first} on; the data of {name!r} end with {newest}.",
        )
    if chosen > local_now(zone).date():
        raise SettingsError(f"as_of_date {chosen} lies in the future.", f"The data of {name!r} end with {newest}.")
    run_id = pipeline_run_id or f"{name}-{chosen}-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    return RunPlan(name, chosen, run_id, force_retrain)


# Days on which something happened; starts and ends of subscriptions only count where there are no orders.
_KNOWN_DAYS = """
select
    min(happened_at)::date,
    max(least(happened_at::date + 1, (_loaded_at at time zone 'UTC' at time zone $zone)::date))
from ({}) as happenings where happened_at is not null
"""


_WHY_REFUSED = """
select count(*), file_name, reason from quality.quarantined_rows
where table_name in ('orders', 'subscriptions') group by file_name, reason order by count(*) desc, reason limit 1
"""


def _known_days(settings: Settings, source: str, zone: str) -> tuple[date, date]:
    orders = newest_versions("raw.orders", "order_id", "ordered_at as happened_at, _loaded_at")
    starts_and_ends = "unnest([started_at, ended_at]) as happened_at, _loaded_at"
    with open_build_file(settings, source, read_only=True) as connection:
        first, newest = one_row(connection, _KNOWN_DAYS.format(orders), {"zone": zone})
        if first is None:
            contracts = newest_versions("raw.subscriptions", "subscription_id", starts_and_ends)
            first, newest = one_row(connection, _KNOWN_DAYS.format(contracts), {"zone": zone})
        refused = connection.execute(_WHY_REFUSED).fetchone() if first is None else None
    if first is None:
        why = "Most refused rows, {} in {}, say: {}".format(*refused) if refused else "No row was refused either."
        raise SettingsError(
            f"Source {source!r} has no orders and no subscriptions, so there is nothing to model. {why}",
            "Look at quality.quarantined_rows in its build file for the reasons, mend the file and load it again."
            if refused
            else "Hand in files with orders or subscriptions.",
        )
    return first, newest


def read_date(text: str | None) -> date | None:
    """The as-of date that a person wrote; None where it is left out.

    Raises
    ------
    SettingsError
        If it is no date.
    """
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise SettingsError(f"as_of_date {text!r} is not a date.", "Write it as YYYY-MM-DD.") from error
