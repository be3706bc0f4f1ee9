"""The next order: scores and quantiles by hand, the purchase models' curves by simulation, and a known shop."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest

from ml.competition.results import Refused
from ml.configuration import load_configuration
from ml.jobs.next_order.amount_ways import amount_ways
from ml.jobs.next_order.configuration import NextOrderConfiguration
from ml.jobs.next_order.curves import by_day, crps_days, grid_days, quantile_days
from ml.jobs.next_order.date_ways import DateWays
from ml.jobs.next_order.judged import date_figures
from ml.jobs.next_order.order_days import histories, next_orders
from ml.jobs.next_order.season import season_clock
from ml.jobs.registry import load_batch_job
from ml.purchase_models import ParetoNBD
from ml.purchase_models.next_order import never_again_probability, next_order_curves

SETTINGS = load_configuration(NextOrderConfiguration, "next_order")
DAY = date(2026, 1, 1)


def order_days(*orders: tuple[str, int, float]) -> pd.DataFrame:
    """Customer, days before the day (negative: after), amount."""
    frame = pd.DataFrame(orders, columns=["customer_id", "ago", "order_amount"])
    frame["order_date"] = pd.Timestamp(DAY) - pd.to_timedelta(frame.pop("ago"), unit="D")
    return frame.sort_values(["customer_id", "order_date"], ignore_index=True)


def test_histories_and_what_came_after_by_hand() -> None:
    orders = order_days(("a", 100, 10), ("a", 70, 30), ("a", 20, 20), ("a", 0, 7), ("b", 5, 0), ("c", -3, 9))
    rows = histories(orders, DAY)
    assert rows.index.tolist() == ["a", "b"]
    a = rows.loc["a"]
    assert (a["repeat_order_count"], a["first_to_last_order_days"], a["tenure_days"]) == (2, 80, 100)
    assert (a["days_since_last_order"], a["mean_gap_days"], a["median_gap_days"]) == (20, 40, 40)
    assert a["gap_variation"] == pytest.approx(np.sqrt(200) / 40)
    assert (a["mean_order_amount"], a["amount_count"], rows.loc["b", "amount_count"]) == (20, 3, 0)
    after = next_orders(orders, rows.index.append(pd.Index(["c"])), DAY)
    assert after["days"].tolist() == [1, np.inf, 4]
    assert after["order_amount"].fillna(-1).tolist() == [7, -1, 9]


def test_scores_and_quantiles_by_hand() -> None:
    curves = np.array([[0.2, 0.5, 0.6, 0.8], [0.0, 0.0, 0.0, 0.0]])
    # Order on the third day: .04 + .25 + .16 + .04; never, and none promised: 0.
    assert crps_days(curves, np.array([3.0, np.inf])) == pytest.approx([0.49, 0.0])
    # Of the .8 who order: a tenth (.08) by the first day, half (.4) by the second, nine tenths (.72) by the fourth.
    assert [int(quantile_days(curves, level)[0]) for level in (0.1, 0.5, 0.9)] == [1, 2, 4]


def test_curves_by_day_go_straight_between_the_days_of_the_grid() -> None:
    curve = np.array([[0.1, 0.3, 0.4]])
    assert by_day(curve, np.array([1.0, 3.0, 4.0]), np.arange(1.0, 5.0))[0] == pytest.approx([0.1, 0.2, 0.3, 0.4])
    # A season twice as fast reaches the end of the grid after two days, and stays there.
    assert by_day(curve, np.array([1.0, 3.0, 4.0]), np.array([2.0, 4.0, 6.0]))[0] == pytest.approx([0.2, 0.4, 0.4])
    assert grid_days(90)[-1] == 180


def test_what_was_promised_and_kept() -> None:
    """Two of three order, both inside their interval from the first day to the fourth; one and a half are promised."""
    curves = np.array([[0.1, 0.5, 0.8, 1.0], [0.05, 0.25, 0.4, 0.5], [0.0, 0.0, 0.0, 0.0]])
    found = date_figures(curves, np.array([1.0, 4.0, np.inf]), SETTINGS)
    assert (found["interval_coverage"], found["interval_width_days"]) == (1.0, 4.0)
    assert (found["level_ratio"], found["ordered_share"]) == pytest.approx((0.75, 2 / 3))
    assert (found["by_date_promised_share"], found["by_date_ordered_share"]) == pytest.approx((0.375, 0.5))
    assert found["ordered_if_not_expected_share"] == 0


def test_the_curve_of_pareto_nbd_is_that_of_simulated_customers() -> None:
    """Customers drawn from the process with the history of interest: accepted by rejection, followed on."""
    random = np.random.default_rng(4)
    model = ParetoNBD()
    model.r_, model.alpha_, model.s_, model.beta_ = 0.8, 40.0, 0.7, 120.0
    model.log_likelihood_ = 0.0
    count, tenure = 600_000, 100.0
    rate, death = random.gamma(0.8, 1 / 40.0, count), random.gamma(0.7, 1 / 120.0, count)
    life, gaps = random.exponential(1 / death), random.exponential(1 / rate, (2, count))
    once = (gaps[0] <= life) & (gaps[0] > 55) & (gaps[0] < 65)  # a repeat order about 40 days ago
    kept = once & ((gaps.sum(axis=0) > tenure) | (gaps.sum(axis=0) > life))
    following = np.where(gaps.sum(axis=0) <= life, gaps.sum(axis=0) - tenure, np.inf)[kept]
    history = {"repeat_order_count": [1], "first_to_last_order_days": [60.0], "tenure_days": [tenure]}
    curve = next_order_curves(model, pd.DataFrame(history), [10, 30, 90, 400])[0]
    assert kept.sum() > 10_000
    assert curve == pytest.approx([(following <= days).mean() for days in (10, 30, 90, 400)], abs=0.012)
    never = never_again_probability(model, pd.DataFrame(history))[0]
    assert never == pytest.approx(np.isinf(following).mean(), abs=0.012)


def test_rules_by_hand() -> None:
    """Gap of 30 days and 10 of silence: the 21st day. Overdue: the first. Silent for more than three gaps: never."""
    orders = order_days(
        *[("due", ago, 5) for ago in (70, 40, 10)],
        *[("overdue", ago, 5) for ago in (110, 80, 50)],
        *[("gone", ago, 5) for ago in (400, 370, 340)],
    )
    ways = DateWays(orders, DAY, SETTINGS)
    curves = dict(ways.curves(only=()))["own_mean_gap"](ways.histories)
    starts = pd.Series(curves.argmax(axis=1) + 1, ways.histories.index).where(curves[:, -1] > 0)
    assert starts.fillna(-1).to_dict() == {"due": 21, "overdue": 1, "gone": -1}


def test_the_season_of_last_year_is_found() -> None:
    """Regular customers who buy twice as often in the second half of the year."""
    random = np.random.default_rng(6)
    rows = []
    for number in range(300):
        days = [ago for ago in range(1, 730) if random.random() < (0.04 if (ago % 364) < 182 else 0.02)]
        rows += [(f"c{number}", ago, 5.0) for ago in days]
    clock = season_clock(order_days(*rows), DAY, 180, SETTINGS.season)
    assert clock is not None
    # The coming half year is the slow one: 2/3 of 180 days. At either end the smoothing lets in 14 days' worth of the
    # fast half, on average a quarter of them, at 2/3 more: 2.3 days each.
    assert clock[-1] == pytest.approx(120 + 2 * 2.3, rel=0.06)
    assert season_clock(order_days(("c", 300, 1.0), ("c", 1, 1.0)), DAY, 180, SETTINGS.season) is None


def test_amounts_are_drawn_to_what_is_usual_and_cover_what_they_promise() -> None:
    """Log-normal amounts with known spreads, about a known own level; held against fresh draws."""
    random = np.random.default_rng(8)
    levels = random.normal(4, 0.6, 800)
    rows = [
        (f"c{number:04d}", int(ago), float(np.exp(level + random.normal(0, 0.4))))
        for number, level in enumerate(levels)
        for ago in random.choice(300, random.integers(1, 8), replace=False) + 1
    ]
    orders = order_days(*rows)
    known = histories(orders, DAY)
    fresh = np.exp(levels + random.normal(0, 0.4, 800))
    ways = dict(amount_ways(orders, known))
    assert set(ways) == {"everybody_alike", "own_mean", "gamma_gamma", "log_amounts"}
    for name in ("everybody_alike", "log_amounts"):
        ends = ways[name].quantiles(known, (0.1, 0.9))
        assert ((fresh >= ends[:, 0]) & (fresh <= ends[:, 1])).mean() == pytest.approx(0.8, abs=0.05), name
    width = {name: np.diff(np.log(way.quantiles(known, (0.1, 0.9)))).mean() for name, way in ways.items()}
    assert width["log_amounts"] < width["own_mean"]
    assert width["log_amounts"] < width["everybody_alike"]
    assert ways["log_amounts"].expected(known).mean() == pytest.approx(fresh.mean(), rel=0.06)


def test_gamma_gamma_covers_amounts_of_its_own_kind() -> None:
    """p, q, v = 6.25, 3.74, 15.45, as fitted to CDNOW (Fader & Hardie 2013); fresh amounts of the same customers."""
    random = np.random.default_rng(3)
    scales = 1 / random.gamma(3.74, 1 / 15.45, 3000)
    rows = [
        (f"c{number:04d}", ago, float(random.gamma(6.25, scale)))
        for number, scale in enumerate(scales)
        for ago in range(1, 2 + number % 8)
    ]
    orders = order_days(*rows)
    known = histories(orders, DAY)
    way = dict(amount_ways(orders, known))["gamma_gamma"]
    ends, fresh = way.quantiles(known, (0.1, 0.9)), random.gamma(6.25, scales)
    assert (fresh < ends[:, 0]).mean() == pytest.approx(0.1, abs=0.03)
    assert (fresh > ends[:, 1]).mean() == pytest.approx(0.1, abs=0.03)


@pytest.fixture
def shop() -> duckdb.DuckDBPyConnection:
    """Customers of a Pareto/NBD process over two years and a quarter, in the form of the ledger."""
    random = np.random.default_rng(12)
    rows = []
    for number in range(300):
        first, rate, life = random.integers(0, 700), random.gamma(1.0, 1 / 45), random.exponential(350)
        gaps = random.exponential(1 / rate, 80).cumsum()
        days = np.unique(np.floor(np.concatenate([[first], first + gaps[gaps < life]])).astype(int))
        rows += [(f"c{number:04d}", int(day), float(random.lognormal(3, 0.6))) for day in days if day < 820]
    frame = pd.DataFrame(rows, columns=["customer_id", "day", "gross_amount"])
    frame["occurred_at"] = pd.Timestamp(DAY) - pd.to_timedelta(730 - frame.pop("day"), unit="D")
    frame = frame.assign(
        order_date=frame["occurred_at"],
        is_demand=True,
        movement_part="sale",
        counts_from_at=frame["occurred_at"],
        counts_until_at=pd.Series(pd.NaT, frame.index, dtype="datetime64[ns]"),
    )
    connection = duckdb.connect()
    connection.execute("create schema intermediate")
    connection.register("ledger", frame)
    connection.execute("create table intermediate.int_customer_movements as select * from ledger")
    return connection


def test_the_job_on_a_known_shop_and_without_its_future(shop: duckdb.DuckDBPyConnection) -> None:
    job = load_batch_job("next_order")
    found = job.results(shop, DAY)
    rows = found.rows.set_index("customer_id")
    assert found.choices[0].serving not in (None, "own_mean_gap", "everybody_alike")
    assert 0.75 < found.figures["interval_coverage"] < 0.87
    assert 0.75 < found.figures["amount_coverage"] < 0.85
    expected = rows[rows["is_order_expected"]]
    assert (expected["earliest_next_order_date"] <= expected["expected_next_order_date"]).all()
    assert (expected["expected_next_order_date"] <= expected["latest_next_order_date"]).all()
    assert rows.loc[~rows["is_order_expected"], "expected_next_order_date"].isna().all()
    # What happened afterwards, which the marts of this date know and the job must not.
    after = shop.execute(
        "select distinct customer_id from intermediate.int_customer_movements where order_date >= ?", [DAY]
    )
    ordered = rows.index.isin(after.df()["customer_id"])
    assert rows.loc[ordered, "next_order_probability"].mean() > 2 * rows.loc[~ordered, "next_order_probability"].mean()
    shop.execute("delete from intermediate.int_customer_movements where occurred_at >= ?", [DAY])
    shop.execute("create or replace table l as select * from intermediate.int_customer_movements order by random()")
    shop.execute("create or replace table intermediate.int_customer_movements as select * from l")
    pd.testing.assert_frame_equal(found.rows, job.results(shop, DAY).rows)


def test_a_short_history_is_refused_in_words(shop: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(Refused, match=r"180 to judge by are needed\. It will work as of"):
        load_batch_job("next_order").results(shop, DAY - timedelta(days=430))
    with pytest.raises(Refused, match="customers ordered before"):
        load_batch_job("next_order").results(shop, DAY - timedelta(days=720))
