"""When runs of sources start by the clock, as a setting says it: `my_shop: 0 5 * * *; till: 30 6 * * mon-fri`."""

from __future__ import annotations

from warehouse.base.errors import SettingsError

_FIELD_COUNT = 5  # minute, hour, day of the month, month, day of the week
_EXAMPLE = "Write it as my_shop: 0 5 * * * (every day at five), several with ; between; docs/arrival.md."


def read_schedules(text: str) -> dict[str, str]:
    """The cron expression of each source.

    Raises
    ------
    SettingsError
        If an entry has no source or no expression, or one that cannot be read.

    >>> read_schedules("my_shop: 0 5 * * *; till: @hourly")
    {'my_shop': '0 5 * * *', 'till': '@hourly'}
    """
    schedules: dict[str, str] = {}
    for entry in filter(None, (part.strip() for part in text.split(";"))):
        source, colon, expression = (part.strip() for part in entry.partition(":"))
        if not (source and colon and expression):
            raise _refused(f"{entry!r} is no source and a cron expression")
        if source in schedules:
            raise _refused(f"{source} stands there twice")
        if problem := cron_problem(expression):
            raise _refused(f"{expression!r}, for {source}, {problem}")
        schedules[source] = expression
    return schedules


def cron_problem(expression: str) -> str:
    """What is wrong with a cron expression, in words; empty if it can be read.

    >>> cron_problem("0 25 * * *")
    'cannot be read: [0 25 * * *] is not acceptable, out of range'
    """
    from croniter import CroniterError, croniter

    fields = expression.split()
    if not expression.startswith("@") and len(fields) != _FIELD_COUNT:
        return f"has {len(fields)} fields and not five: minute, hour, day of the month, month, day of the week"
    try:
        croniter(expression)
    except CroniterError as error:
        return f"cannot be read: {error}"
    return ""


def _refused(what: str) -> SettingsError:
    return SettingsError(f"CLIENTELE_SCHEDULE: {what}.", _EXAMPLE)
