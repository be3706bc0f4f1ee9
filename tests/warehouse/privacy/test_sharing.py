"""Shared figures: noise of the stated size, bounded contributions, a budget that runs out."""

from __future__ import annotations

import csv
import json
import math
import random
from datetime import date
from fractions import Fraction

import duckdb
import pytest

from tests.warehouse.privacy.shop_with_people import SOURCE
from warehouse.connections import open_build_file
from warehouse.errors import SettingsError
from warehouse.privacy import noise
from warehouse.privacy.noise import discrete_laplace, noisy
from warehouse.privacy.shared_file import share
from warehouse.privacy.sharing import SharingRules, country_bound, load_sharing_rules, noisy_figures
from warehouse.quality_tables import create_quality_tables
from warehouse.settings import Settings

AS_OF = date(2024, 5, 1)
NO_NOISE = 10**9  # an epsilon beside which the noise is nothing: the figures are those that noise is put on


def fill(connection: duckdb.DuckDBPyConnection, orders: list[tuple], countries: dict[str, int]) -> None:
    """Marts with these orders (order_id, customer_id, ordered_at, net_amount) and customers by country."""
    connection.execute("create schema marts")
    connection.execute("create table marts.dim_customers (customer_id varchar, country varchar)")
    for country, count in countries.items():
        connection.execute(
            "insert into marts.dim_customers select concat(?::varchar, i), ? from range(?) as numbers(i)",
            [country, country, count],
        )
    connection.execute(
        "create table marts.customer_rfm as "
        "select 'a' as customer_id, 'loyal' as rfm_segment_name, ?::date as as_of_date",
        [AS_OF],
    )
    connection.execute(
        "create table marts.fct_orders (order_id varchar, customer_id varchar, ordered_at timestamp, "
        "net_amount decimal(18, 2), order_kind varchar default 'sale', cancelled_at timestamp)"
    )
    for order in orders:
        connection.execute(
            "insert into marts.fct_orders (order_id, customer_id, ordered_at, net_amount) values (?, ?, ?, ?)", order
        )


def figures(orders: list[tuple], countries: dict[str, int] | None = None, epsilon: float = NO_NOISE) -> dict:
    with duckdb.connect() as connection:
        fill(connection, orders, countries or {})
        rules = load_sharing_rules()
        repeating = random.Random(5)  # noqa: S311 - draws that repeat
        found = noisy_figures(connection, AS_OF, epsilon, rules, repeating)
    return {(figure.figure, figure.key): figure.value for figure in found}


def test_noise_is_discrete_laplace_of_the_stated_scale() -> None:
    generator = random.Random(20240501)  # noqa: S311 - draws that repeat
    scale, draws = Fraction(7, 2), 20_000
    drawn = [discrete_laplace(scale, generator) for _ in range(draws)]
    ratio = math.exp(-1 / float(scale))
    for value in (0, 1, -1, 3, -6):
        expected = (1 - ratio) / (1 + ratio) * ratio ** abs(value)
        deviation = math.sqrt(expected * (1 - expected) / draws)
        assert abs(drawn.count(value) / draws - expected) < 4 * deviation
    variance = 2 * ratio / (1 - ratio) ** 2
    assert abs(sum(drawn) / draws) < 4 * math.sqrt(variance / draws)
    assert sum(one * one for one in drawn) / draws == pytest.approx(variance, rel=0.08)


def test_noise_grows_with_what_one_customer_can_change() -> None:
    generator = random.Random(3)  # noqa: S311 - draws that repeat
    sizes = {
        sensitivity: sum(abs(noisy(0, sensitivity, Fraction(1, 2), generator)) for _ in range(3000)) / 3000
        for sensitivity in (1, 100)
    }
    assert sizes[1] == pytest.approx(2, rel=0.1)  # mean absolute noise: about sensitivity / epsilon
    assert sizes[100] == pytest.approx(200, rel=0.1)
    with pytest.raises(ValueError, match="budget above 0"):
        noisy(1, 1, Fraction(0))


def test_noise_has_no_seed() -> None:
    assert isinstance(noise.SECURE, random.SystemRandom)
    first = [noisy(0, 1000, Fraction(1)) for _ in range(20)]
    assert first != [noisy(0, 1000, Fraction(1)) for _ in range(20)]


def test_one_customer_changes_the_sums_by_no_more_than_the_bound() -> None:
    rules = load_sharing_rules()
    others = [(f"o{n}", f"c{n}", f"2024-0{n}-03", 10.5) for n in range(1, 5)]
    large = [(f"x{n}", "giant", f"2024-0{1 + n % 4}-05", 10_000 * (-1) ** (n // 4) + n / 100) for n in range(9)]
    with_giant, without = figures(others + large), figures(others)
    months = [key for key in without if key[0] == "sales_by_month"]
    assert len(months) == rules.month_count
    change = sum(abs(with_giant[key] - without[key]) for key in months)
    assert 0.9 * rules.amount_per_customer < change <= rules.amount_per_customer
    assert with_giant["sales_by_month", "2024-01"] != without["sales_by_month", "2024-01"]


def test_the_mean_is_of_bounded_orders() -> None:
    rules = load_sharing_rules()
    orders = [(f"x{n}", "giant", f"2024-01-{n:02d}", 1e6) for n in range(1, 20)] + [("o", "c", "2024-01-01", 100)]
    found = figures([*orders, ("g", None, "2024-02-01", -5)])
    count = rules.orders_per_customer + 2
    mean = (rules.orders_per_customer * rules.amount_per_order + 100) / count
    assert found["mean_order_amount", "bounded orders"] == count
    assert found["mean_order_amount", "mean"] == pytest.approx(mean, abs=0.01)


def test_without_noise_the_figures_are_the_true_ones() -> None:
    orders = [("1", "a", "2024-04-30", 20), ("2", None, "2024-04-01", 5), ("3", "a", "2024-05-01", 7)]
    found = figures(orders, {"NO": 90})
    assert found["sales_by_month", "2024-04"] == 25
    assert found["sales_by_month", "2023-05"] == 0
    assert ("sales_by_month", "2024-05") not in found
    assert found["customers_by_segment", "loyal"] == 1
    assert found["customers_by_segment", "champions"] == 0  # nobody is in it, and it is told all the same


def test_a_country_is_named_only_where_one_customer_could_not_bring_it_in() -> None:
    found = figures([], {"NO": 2000, "VA": 1}, epsilon=1.0)
    assert ("customers_by_country", "NO") in found
    assert ("customers_by_country", "VA") not in found
    bound = country_bound(Fraction(1, 5), 1e-6)
    assert math.exp(-(bound - 1) / 5) <= 1e-6 < math.exp(-(bound - 2) / 5)


def test_the_budget_is_accumulated_and_runs_out(settings: Settings) -> None:
    with open_build_file(settings, SOURCE) as connection:
        create_quality_tables(connection)
        fill(connection, [("1", "a", "2024-04-30", 20)], {"=cmd()": 4000})
    folder = settings.home / "shared"
    first = share(settings, SOURCE, 1.0, folder=folder, shared_by="ada")
    share(settings, SOURCE, 1.9, folder=folder, shared_by="ada")
    with pytest.raises(SettingsError, match=r"2\.9 are spent"):
        share(settings, SOURCE, 0.2, folder=folder, shared_by="ada")
    last = share(settings, SOURCE, 0.1, folder=folder, shared_by="ada")
    assert last.spent_epsilon == 3.0  # in exact fractions: 1 + 1.9 + 0.1 is not more than 3
    statement = json.loads(first.path.with_suffix(".json").read_text())
    assert statement["epsilon"] == 1.0
    assert sum(statement["epsilon_by_figure"].values()) == pytest.approx(1.0)
    assert {"sales_by_month", "mean_order_amount"} <= set(statement["bounds"])
    with first.path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["key"] for row in rows if row["figure"] == "customers_by_country"] == ["'=cmd()"]  # no formula
    for wrong in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(SettingsError, match="epsilon is"):
            share(settings, SOURCE, wrong, folder=folder, shared_by="ada")


def test_budget_is_split_to_the_last_part() -> None:
    rules = load_sharing_rules().model_dump()
    with pytest.raises(ValueError, match="add up to 1"):
        SharingRules(**{**rules, "budget_shares": {"customers_by_country": 0.5}})
