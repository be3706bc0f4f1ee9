"""Share: noisy figures as a CSV with a statement of how they were made, within the privacy budget of the source."""

from __future__ import annotations

import json
import math
import random
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

import duckdb

from warehouse.connections import open_build_file
from warehouse.csv_writing import csv_text
from warehouse.durable_files import write_text_durably
from warehouse.errors import SettingsError
from warehouse.privacy.noise import SECURE
from warehouse.privacy.sharing import SharingRules, country_bound, load_sharing_rules, noisy_figures
from warehouse.quality_tables import create_quality_tables
from warehouse.settings import Settings


@dataclass(frozen=True)
class ShareReport:
    """What was written, and what it cost."""

    path: Path
    epsilon: float
    spent_epsilon: float  # of this source, this file included
    budget_epsilon: float


def share(
    settings: Settings,
    source: str,
    epsilon: float,
    *,
    folder: Path,
    shared_by: str,
    generator: random.Random = SECURE,
) -> ShareReport:
    """Write noisy figures of the marts, and record the budget they spend; it is spent before anything is written.

    Raises
    ------
    SettingsError
        If the budget of the source does not suffice, epsilon is no budget, or there are no marts.
    WarehouseBusy
        If another process holds the build file.
    """
    if not (math.isfinite(epsilon) and epsilon > 0):
        raise SettingsError(f"epsilon is {epsilon}.", "Give a number above 0; 1 is usual, less is more private.")
    rules = load_sharing_rules()
    shared_at = datetime.now(UTC).replace(tzinfo=None)
    with open_build_file(settings, source) as connection:
        create_quality_tables(connection)
        as_of_date = _date_of_marts(connection, source)
        path = folder / f"{source}-{as_of_date}-{shared_at:%Y%m%dT%H%M%S%f}.csv"
        spent = _spend(connection, settings.privacy_budget_epsilon, (shared_at, source, path.name, epsilon, shared_by))
        figures = noisy_figures(connection, as_of_date, epsilon, rules, generator)
    folder.mkdir(parents=True, exist_ok=True)
    rows = [tuple(asdict(figure).values()) for figure in figures]
    write_text_durably(path, csv_text(("figure", "key", "value", "unit"), rows))
    statement = _statement(
        source, as_of_date, epsilon=epsilon, spent=spent, budget=settings.privacy_budget_epsilon, rules=rules
    )
    write_text_durably(path.with_suffix(".json"), json.dumps(statement, indent=2) + "\n")
    return ShareReport(path, epsilon, spent, settings.privacy_budget_epsilon)


def spent_epsilon(connection: duckdb.DuckDBPyConnection, source: str) -> Fraction:
    """Budget spent on a source so far."""
    rows = connection.execute("select epsilon from quality.privacy_budget where source = ?", [source]).fetchall()
    return sum((Fraction(str(epsilon)) for (epsilon,) in rows), Fraction())


def _spend(connection: duckdb.DuckDBPyConnection, budget: float, row: tuple) -> float:
    _, source, _, epsilon, _ = row
    spent = spent_epsilon(connection, source)
    total = spent + Fraction(str(epsilon))
    if total > Fraction(str(budget)):
        raise SettingsError(
            f"The privacy budget of {source!r} is {budget:g}, of which {float(spent):g} are spent: {epsilon:g} more "
            "are too much.",
            "Share less (--epsilon), use a file shared before, or decide on a larger CLIENTELE_PRIVACY_BUDGET_EPSILON.",
        )
    connection.execute(
        "insert into quality.privacy_budget (shared_at, source, file_name, epsilon, shared_by) values (?, ?, ?, ?, ?)",
        list(row),
    )
    return float(total)


def _date_of_marts(connection: duckdb.DuckDBPyConnection, source: str) -> date:
    try:
        [(newest,)] = connection.execute("select max(as_of_date) from marts.customer_rfm").fetchall()
    except duckdb.CatalogException:
        newest = None
    if newest is None:
        raise SettingsError(f"There are no marts of {source!r} to share figures of.", "Build them: warehouse marts.")
    return newest


def _statement(
    source: str, as_of_date: date, *, epsilon: float, spent: float, budget: float, rules: SharingRules
) -> dict[str, object]:
    shares = {name: epsilon * share for name, share in rules.budget_shares.items()}
    country_share = Fraction(str(epsilon)) * Fraction(str(rules.budget_shares["customers_by_country"]))
    return {
        "source": source,
        "as_of_date": as_of_date.isoformat(),
        "protected_unit": "one customer with all orders, or one order of a guest (added or removed)",
        "mechanism": "discrete Laplace noise (Canonne, Kamath and Steinke 2020), drawn from the operating system",
        "epsilon": epsilon,
        "epsilon_by_figure": shares,
        "delta": rules.delta,
        "epsilon_spent_on_this_source": spent,
        "epsilon_budget_of_this_source": budget,
        "composition": "budgets add up, those of earlier files of this source included",
        "bounds": {
            "customers_by_country": "a customer counts once; a country is named from a noisy count of "
            f"{country_bound(country_share, rules.delta)} on",
            "customers_by_segment": "a customer counts once; every segment is named",
            "sales_by_month": f"{rules.month_count} months; at most {rules.amount_per_customer} for a customer over "
            "all of them, more is scaled down",
            "mean_order_amount": f"the newest {rules.orders_per_customer} orders of a customer, each from 0 to "
            f"{rules.amount_per_order}; half of its budget for the sum, half for the count",
        },
        "reading": "counts and amounts are noisy and may be negative; noise does not grow with the figure",
    }
