"""How figures, dates and ages are written, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_MINUS = "\N{MINUS SIGN}"
NOTHING = "–"
_MINUTE_SECONDS, _HOUR_SECONDS, _DAY_SECONDS = 60, 3_600, 86_400
_LARGE = 1_000


@dataclass(frozen=True)
class Numbers:
    """Writes figures.

    Parameters
    ----------
    language
        ``en`` or ``zh``.
    currency
        Of the shop's amounts; empty where it has none or several.
    """

    language: str
    currency: str = ""

    def written(self, value: Any, unit: str) -> str:
        """Return a value with its unit: ``amount``, ``share``, ``count``, ``ratio``, ``points``, ``days`` or none."""
        if _is_missing(value):
            return NOTHING
        write = {"amount": self.amount, "share": self.share, "count": self.count, "points": self.points}
        return write.get(unit, self.ratio)(float(value))

    def amount(self, value: float) -> str:
        """Money: whole units from a thousand on, hundredths below."""
        digits = 0 if abs(value) >= _LARGE else 2
        return _signed(f"{value:,.{digits}f}") + (f" {self.currency}" if self.currency else "")

    def count(self, value: float) -> str:
        """A number of things."""
        return _signed(f"{value:,.0f}")

    def share(self, value: float) -> str:
        """A share of 0–1, in percent."""
        return _signed(f"{100 * value:,.1f}") + " %"

    def ratio(self, value: float) -> str:
        """Anything else, to the hundredth."""
        return _signed(f"{value:,.2f}")

    def points(self, value: float) -> str:
        """Points of a score."""
        return _signed(f"{value:,.0f}")

    def interval(self, lower: Any, upper: Any, unit: str) -> str:
        """Return an interval, or nothing where there is none."""
        if _is_missing(lower) or _is_missing(upper):
            return ""
        return f"{self.written(lower, unit)} … {self.written(upper, unit)}"

    def change(self, now: Any, before: Any, unit: str) -> str:
        """Return by how much a figure has changed: shares in percentage points, the rest in percent of what it was."""
        if _is_missing(now) or _is_missing(before):
            return ""
        if unit == "share":
            return _plus(100 * (float(now) - float(before)), 1) + (" 个百分点" if self.language == "zh" else " points")
        if unit == "points":
            return _plus(float(now) - float(before), 0)
        return _plus(100 * (float(now) / float(before) - 1), 1) + " %" if float(before) else ""

    def day(self, value: date) -> str:
        """Return a date in words."""
        if self.language == "zh":
            return f"{value.year}年{value.month}月{value.day}日"
        return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"

    def month(self, value: date) -> str:
        """Return a month in words."""
        return f"{value.year}年{value.month}月" if self.language == "zh" else f"{_MONTHS[value.month - 1]} {value.year}"

    def age(self, since: datetime, now: datetime) -> str:
        """Return how long ago something was, both without a time zone in UTC."""
        seconds = max((now - since).total_seconds(), 0.0)
        for name, chinese, length in (
            ("day", "天", _DAY_SECONDS),
            ("hour", "小时", _HOUR_SECONDS),
            ("minute", "分钟", _MINUTE_SECONDS),
        ):
            count = int(seconds // length)
            if count:
                return f"{count} {chinese}前" if self.language == "zh" else f"{count} {name}{'s' * (count > 1)} ago"
        return "刚刚" if self.language == "zh" else "just now"


def _is_missing(value: Any) -> bool:
    return bool(pandas.isna(value))


def _signed(text: str) -> str:
    return text.replace("-", _MINUS)


def _plus(value: float, digits: int) -> str:
    return _signed(f"{value:+,.{digits}f}")
