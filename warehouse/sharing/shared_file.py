"""Share: noisy figures as a CSV with a statement of how they were made, within the privacy budget of the source."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from warehouse.base.connections import open_build_file
from warehouse.base.csv_writing import csv_text
from warehouse.base.durable_files import write_text_durably
from warehouse.base.errors import SettingsError
from warehouse.base.rows import insert_rows
from warehouse.base.settings import Settings
from warehouse.sharing.contributions import contributions, months_before
from warehouse.sharing.noise import SECURE
from warehouse.sharing.share import budgets, country_bound, noisy_figures
from warehouse.sharing.sharing_budget import Budget, read_budget
from warehouse.sharing.sharing_rules import SharingRules, load_sharing_rules
from warehouse.tables.quality_tables import create_quality_tables


@dataclass(frozen=True)
class ShareReport:
    """What was written, and what it cost."""

    path: Path
    epsilon: float
    budget: Budget  # this file included

    def in_words(self) -> str:
        return f"{self.path}: {self.epsilon:g} spent; {self.budget.in_words()}"


def what_sharing_would_do(settings: Settings, source: str) -> list[str]:
    """The offer in words; nothing is spent and nothing written."""
    with open_build_file(settings, source) as connection:
        create_quality_tables(connection)
        budget = read_budget(connection, source, settings.privacy_budget_epsilon)
    rules = load_sharing_rules()
    return [
        f"Nothing was shared, for no budget is named: {budget.in_words()}.",
        f"What would be written: {', '.join(rules.budget_shares)}, with noise, into one file.",
        f"What to do: make share SOURCE={source} EPSILON=1 spends 1 of it; with less, figures are more private.",
    ]


def share(
    settings: Settings,
    source: str,
    epsilon: float,
    *,
    end: date,
    folder: Path,
    shared_by: str,
    tell: Callable[[str], None] = lambda _: None,
    generator: random.Random = SECURE,
) -> ShareReport:
    """Write noisy figures, and record the budget they spend; it is spent before anything is drawn or written.

    Parameters
    ----------
    end
        First day of a month; the months before it are counted. Must not be chosen by looking at the data.
    tell
        Called with what will be spent, before it is.

    Raises
    ------
    SettingsError
        If the budget of the source does not suffice, epsilon is no budget, or the marts do not reach the date.
    WarehouseBusy
        If another process holds the build file.
    """
    rules = load_sharing_rules()
    shared_at = datetime.now(UTC).replace(tzinfo=None)
    path = folder / f"{source}-{end:%Y-%m}-{shared_at:%Y%m%dT%H%M%S%f}.csv"
    with open_build_file(settings, source) as connection:
        create_quality_tables(connection)
        budget = read_budget(connection, source, settings.privacy_budget_epsilon)
        budget.check(epsilon)
        _check_marts(connection, source, end)
        found = contributions(connection, end, rules)
        folder.mkdir(parents=True, exist_ok=True)
        tell(f"{epsilon:g} will be spent: {budget.in_words()}.")
        spent = {"shared_at": shared_at, "source": source, "file_name": path.name}
        insert_rows(connection, "quality.privacy_budget", [spent | {"epsilon": epsilon, "shared_by": shared_by}])
        budget = read_budget(connection, source, settings.privacy_budget_epsilon)
    figures = noisy_figures(found, epsilon, rules, generator)
    rows = [tuple(asdict(figure).values()) for figure in figures]
    write_text_durably(path, csv_text(("figure", "key", "value", "unit"), rows))
    statement = _statement(end, epsilon, budget, rules)
    write_text_durably(path.with_suffix(".json"), json.dumps(statement, indent=2) + "\n")
    return ShareReport(path, epsilon, budget)


def end_of_months(text: str, today: date) -> date:
    """The month up to which is shared: the one named, or the present one by the clock; never one read off the data.

    Raises
    ------
    SettingsError
        If the text is no date, or not the first day of a month.

    >>> end_of_months("", date(2024, 5, 17)), end_of_months("2024-03-01", date(2024, 5, 17))
    (datetime.date(2024, 5, 1), datetime.date(2024, 3, 1))
    """
    if not text:
        return today.replace(day=1)
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise SettingsError(f"The date {text!r} is not a date.", "Write it as YYYY-MM-DD.") from error
    if day.day != 1:
        raise SettingsError(
            f"Whole months are shared, and {day} is not the first day of one.",
            f"Give the day after the last month: {day.replace(day=1)}.",
        )
    return day


def _check_marts(connection: duckdb.DuckDBPyConnection, source: str, end: date) -> None:
    """Orders that the marts do not reach would be missing, and how far they reach may tell of one customer."""
    try:
        [(reached,)] = connection.execute("select max(as_of_date) from intermediate.int_snapshot_dates").fetchall()
    except duckdb.CatalogException:
        reached = None
    if reached is None:
        raise SettingsError(
            f"There are no marts of {source!r} to share figures of. Nothing was spent.",
            f"Build them: make run SOURCE={source}",
        )
    if reached < end:
        raise SettingsError(
            f"The marts of {source!r} reach up to {reached}, and the months before {end} are asked for. Nothing was "
            "spent.",
            "Name the first day of an earlier month (AS_OF=YYYY-MM-01), or load what came since. Take a month that you "
            "would have taken whoever is among the customers.",
        )


def _statement(end: date, epsilon: float, budget: Budget, rules: SharingRules) -> dict[str, object]:
    months = months_before(end, rules.month_count)
    spent = budgets(epsilon, rules)
    bound = country_bound(spent["customers_by_country"], rules.delta)
    return {
        "source": budget.source,
        "months": [f"{months[0]:%Y-%m}", f"{months[-1]:%Y-%m}"],
        "protected_unit": "one customer account with all orders, or one order of a guest (added or removed)",
        "mechanism": "discrete Laplace noise (Canonne, Kamath and Steinke 2020), drawn from the operating system",
        "epsilon": epsilon,
        "epsilon_by_figure": {name: epsilon * share for name, share in rules.budget_shares.items()},
        "delta": rules.delta,
        "epsilon_spent_on_this_source": float(budget.spent),
        "delta_spent_on_this_source": rules.delta * budget.file_count,
        "epsilon_budget_of_this_source": float(budget.whole),
        "composition": "budgets add up, those of earlier files of this source included",
        "bounds": {
            "customers_by_country": f"a customer counts once; a country is named from a noisy count of {bound} on",
            "customers_by_order_count": "a customer counts once, in a class fixed beforehand; every class is named",
            "sales_by_month": f"{rules.month_count} months; at most {rules.amount_per_customer} for a customer over "
            "all of them, more is scaled down",
            "mean_order_amount": f"the newest {rules.orders_per_customer} orders of a customer in these months, each "
            f"from 0 to {rules.amount_per_order}; half of its budget for the sum, half for the count",
        },
        "reading": "counts and amounts are noisy and may be negative; noise does not grow with the figure",
    }
