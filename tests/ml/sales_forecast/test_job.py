"""The job as a whole on a small shop: rows that fit together, nothing of the future, refusals in words."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from ml.competition.results import Refused
from ml.jobs.batch import Results
from ml.jobs.sales_forecast.job import SalesForecastJob
from tests.ml.sales_forecast.shop import add_order, busy_shop, empty_shop

FIRST, AS_OF_DATE = date(2022, 6, 6), date(2024, 8, 7)  # a Wednesday, in the middle of a month


def quick_job() -> SalesForecastJob:
    """One that tries its ways at two origins only."""
    job = SalesForecastJob()
    frequencies = {
        name: settings.model_copy(update={"maximum_origin_count": 2})
        for name, settings in job.configuration.frequencies.items()
    }
    job.configuration = job.configuration.model_copy(update={"frequencies": frequencies})
    return job


@pytest.fixture(scope="module")
def results() -> Results:
    return quick_job().results(busy_shop(FIRST, (AS_OF_DATE - FIRST).days), AS_OF_DATE)


def test_every_series_has_every_step(results: Results) -> None:
    rows = results.rows
    weeks, months = (rows[rows["frequency"] == name] for name in ("week", "month"))
    assert weeks["period_start_date"].min() == "2024-08-05"
    assert months["period_start_date"].min() == "2024-08-01"
    assert set(weeks.groupby(["measure_name", "level_name", "series_name"]).size()) == {13}
    assert set(months.groupby(["measure_name", "level_name", "series_name"]).size()) == {3}
    # Norway has too few orders for a series
    assert set(rows.loc[rows["level_name"] == "country", "series_name"]) == {"France", "Germany", "others"}
    assert not rows.duplicated(["measure_name", "level_name", "series_name", "frequency", "period_start_date"]).any()


def test_parts_add_up_to_the_cent(results: Results) -> None:
    rows = results.rows.assign(cents=lambda rows: np.rint(rows["forecast_value"] * 100))
    sums = rows.groupby(["measure_name", "frequency", "period_start_date", "level_name"])["cents"].sum().unstack()
    assert (sums["country"] == sums["total"]).all()
    assert (sums.loc["revenue", "category"] == sums.loc["revenue", "total"]).all()


def test_the_forecast_is_near_the_truth(results: Results) -> None:
    rows = results.rows
    weekly = rows[(rows["frequency"] == "week") & (rows["measure_name"] == "orders") & (rows["level_name"] == "total")]
    days = pd.date_range("2024-08-05", periods=91)
    truth = 9 * np.exp(0.35 * np.cos(2 * np.pi * (days.dayofyear - 350) / 365.25)).to_numpy().reshape(13, 7).sum(axis=1)
    assert weekly["forecast_value"].sum() == pytest.approx(truth.sum(), rel=0.1)
    inside = (weekly["lower_95_value"] <= truth) & (truth <= weekly["upper_95_value"])
    assert inside.mean() > 0.9


def test_the_season_is_used_and_beats_the_rules(results: Results) -> None:
    orders = next(choice for choice in results.choices if choice.about == "orders by week")
    assert not orders.contender(orders.serving).is_baseline
    assert orders.contender(orders.serving).figures["mase"] < orders.contender("naive").figures["mase"]
    assert 0.7 < results.figures["coverage_80"] < 0.9


def test_nothing_of_the_future_is_read(results: Results) -> None:
    longer = busy_shop(FIRST, (AS_OF_DATE - FIRST).days)
    # so many that they would give Norway a series, move the shares, and fill weeks and months
    for number, day in enumerate([*pd.date_range(AS_OF_DATE, periods=90), *[pd.Timestamp(AS_OF_DATE)] * 60]):
        add_order(
            longer, f"later{number}", f"{day:%Y-%m-%d}", [("C", 500.0)], customer_id=f"C{number}", country="Norway"
        )
    # what is cancelled or reversed later stood on the date
    longer.execute("update intermediate.int_orders_netted set cancelled_at = '2024-08-08' where order_id like 'O0000%'")
    longer.execute(
        "update intermediate.int_customer_movements set counts_until_at = '2024-08-07' where order_id like 'O0001%'"
    )
    again = quick_job().results(longer, AS_OF_DATE)
    pd.testing.assert_frame_equal(again.rows, results.rows)


def test_short_or_silent_histories_are_refused_in_words() -> None:
    job = quick_job()
    with pytest.raises(Refused, match="no orders"):
        job.results(empty_shop(), AS_OF_DATE)
    with pytest.raises(Refused, match="The last order is of"):
        job.results(busy_shop(FIRST, 600), date(2024, 6, 1))
    few = empty_shop()
    for number, day in enumerate(pd.date_range(FIRST, "2024-08-05", freq="4D")):
        add_order(few, str(number), day.strftime("%Y-%m-%d"), [("C", 5.0)])
    with pytest.raises(Refused, match="too few"):
        job.results(few, AS_OF_DATE)


def test_a_short_history_is_told_from_when_on_it_works() -> None:
    shop = busy_shop(FIRST, 400)
    with pytest.raises(Refused, match="It will work as of 2023-04-17"):
        quick_job().results(shop, date(2023, 4, 16))
    rows = quick_job().results(shop, date(2023, 4, 17)).rows
    assert set(rows["frequency"]) == {"week"}  # ten months are too few
    assert not rows["method_name"].str.contains("season").any()
