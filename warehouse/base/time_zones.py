"""The zone of a shop's days: every time in raw is the local time of the shop."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones


def time_zone_problem(name: str) -> str | None:
    """What is wrong with the name of a zone, in words; None if it is one."""
    # The machine's own zone is no zone: two machines would read one file otherwise.
    if name == "UTC" or (name in available_timezones() and name != "localtime"):
        return None
    return f"{name!r} is not the name of a time zone"


def local_time(moment: datetime, zone: str) -> datetime:
    """What the clock of the shop shows at a moment that is given in UTC, without zone."""
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def local_now(zone: str) -> datetime:
    """What the clock of the shop shows now."""
    return local_time(datetime.now(UTC).replace(tzinfo=None), zone)
