"""Loyalty against scipy's survival curves, pandas, a bootstrap and plain loops."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest
from dbt_build_file import AS_OF_DATE, BuildFile
from scipy.stats import CensoredData, ecdf

RUN_DATE = date.fromisoformat(AS_OF_DATE)


def table(shop: BuildFile, sql: str) -> pd.DataFrame:
    with duckdb.connect(str(shop.path), read_only=True) as connection:
        return connection.execute(sql).df()


@pytest.fixture(scope="module")
def orders(built_shop: BuildFile) -> pd.DataFrame:
    frame = table(built_shop, "select * from marts.fct_orders where customer_id is not null order by ordered_at")
    frame["net_amount"] = frame.net_amount.astype(float)
    return frame


@pytest.fixture(scope="module")
def waits(orders: pd.DataFrame) -> pd.DataFrame:
    """Days from the first to the second purchase day; those without one by how long they were watched."""
    days = orders[orders.is_purchase].groupby("customer_id").order_date.apply(lambda d: sorted(set(d.dt.date)))
    first = days.map(lambda d: d[0])
    second = days.map(lambda d: (d[1] - d[0]).days if len(d) > 1 else np.nan)
    return pd.DataFrame({"first": first, "wait": second, "watched": [(RUN_DATE - d).days - 1 for d in first]})


def curve(waits: pd.DataFrame) -> pd.DataFrame:
    """Kaplan–Meier as scipy has it, with Greenwood's log-log interval."""
    bought = waits[waits.wait.notna()].wait
    function = ecdf(CensoredData(uncensored=bought, right=waits[waits.wait.isna()].watched)).sf
    interval = function.confidence_interval(0.95, method="log-log")
    return pd.DataFrame(
        {
            "day": function.quantiles,
            "share": function.probabilities,
            "lower": interval.low.probabilities,
            "upper": interval.high.probabilities,
        }
    )


@pytest.mark.filterwarnings("ignore:The confidence interval is undefined")  # where nobody is left, or nobody came back
def test_curves_are_those_of_scipy(built_shop: BuildFile, waits: pd.DataFrame) -> None:
    stored = table(built_shop, "select * from marts.second_order_survival where days_since_first_order > 0")
    channels = table(built_shop, "select customer_id, acquisition_channel from marts.dim_customers")
    waits = waits.join(channels.set_index("customer_id"))
    groups = {"all": waits} | {str(name): rows for name, rows in waits.groupby("acquisition_channel")}
    assert len(groups) == 3
    for name, rows in groups.items():
        mine = stored[stored.group_value == name].sort_values("days_since_first_order")
        theirs = curve(rows).query("day > 0")
        assert list(mine.days_since_first_order) == list(theirs.day)
        np.testing.assert_allclose(mine.survival_share, theirs.share, rtol=1e-9, atol=1e-12)
        told = (theirs.share > 0) & (theirs.share < 1)
        for end in ("lower", "upper"):
            np.testing.assert_allclose(mine[f"{end}_survival_share"][told.values], theirs[end][told], rtol=1e-9)
        assert mine[mine.survival_share == 0].lower_survival_share.isna().all()


def test_repeat_shares_wait_for_the_window(built_shop: BuildFile, waits: pd.DataFrame) -> None:
    stored = table(built_shop, "select * from marts.repeat_purchase")
    for row in stored.itertuples():
        cohort = waits[[day.replace(day=1) == row.cohort_month.date() for day in waits["first"]]]
        watched = cohort[cohort.watched >= row.window_days]
        assert (row.cohort_customer_count, row.watched_customer_count) == (len(cohort), len(watched))
        assert row.repeat_customer_count == (watched.wait <= row.window_days).sum()
    assert stored.is_complete.any()
    assert not stored.is_complete.all()


def test_frequency_and_retained_revenue(built_shop: BuildFile, orders: pd.DataFrame) -> None:
    """The years that end with December 2010 and, as the shop begins in January 2010, none before it."""
    year = orders[(orders.order_date >= "2010-02-01") & (orders.order_date < "2011-02-01")]
    bought = year[year.is_purchase]
    stored = table(built_shop, "select * from marts.loyalty_months where month = date '2011-01-01'").iloc[0]
    assert stored.order_count_12m == len(bought)
    assert stored.purchase_frequency == pytest.approx(len(bought) / bought.customer_id.nunique())
    assert stored.repeat_customer_share == pytest.approx(
        (bought.groupby("customer_id").order_date.nunique() > 1).mean()
    )
    assert float(stored.net_amount_12m) == pytest.approx(year.net_amount.sum())
    assert pd.isna(stored.net_revenue_retention_share)
    counts = orders[orders.is_purchase].groupby("customer_id").size().clip(upper=10).value_counts()
    frequency = table(built_shop, "select * from marts.purchase_frequency where order_count > 0")
    assert dict(zip(frequency.order_count, frequency.customer_count, strict=True)) == counts.to_dict()


def test_cohorts_in_money(built_shop: BuildFile, orders: pd.DataFrame, waits: pd.DataFrame) -> None:
    first = orders.customer_id.map(waits["first"])
    known = orders[first.notna()].assign(cohort=pd.to_datetime(first[first.notna()]).dt.to_period("M"))
    months = known.order_date.dt.to_period("M")
    known["month"] = months.where(months >= known.cohort, known.cohort)
    expected = known.groupby(["cohort", "month"]).net_amount.sum()
    stored = table(built_shop, "select * from marts.cohort_revenue_retention")
    for row in stored.itertuples():
        key = (row.cohort_month.to_period("M"), row.order_month.to_period("M"))
        assert float(row.net_amount) == pytest.approx(expected.get(key, 0.0), abs=0.005)
    assert float(stored.net_amount.sum()) == pytest.approx(expected.sum(), abs=0.005)
    last = stored[stored.cohort_month == "2010-01-01"].sort_values("order_month").iloc[-1]
    assert float(last.cumulative_net_amount) == pytest.approx(expected.loc["2010-01"].sum(), abs=0.005)


@pytest.fixture(scope="module")
def answers(built_shop: BuildFile) -> pd.DataFrame:
    """Scores with whom they are from and the day from which that is known, put together in pandas."""
    feedback = table(built_shop, "select * from staging.stg_feedback")
    heads = table(built_shop, "select order_id, customer_id, ordered_at from staging.stg_orders").set_index("order_id")
    named = feedback.order_id.map(heads.customer_id)
    ordered_at = feedback.order_id.map(heads.ordered_at)
    late = feedback.customer_id.isna() & (ordered_at > feedback.given_at)
    feedback["known_at"] = feedback.given_at.where(~late, ordered_at)
    feedback["customer_id"] = feedback.customer_id.fillna(named)
    return feedback[feedback.known_at < pd.Timestamp(RUN_DATE)]


def test_scores_and_their_interval(built_shop: BuildFile, answers: pd.DataFrame) -> None:
    """The interval against a bootstrap of the same answers: as wide, but for the five observations that it adds."""
    scored = answers[answers.nps_score.notna()]
    points = pd.cut(scored.nps_score.astype(int), [-1, 6, 8, 10], labels=[-1, 0, 1]).astype(int) * 100
    stored = table(built_shop, "select * from marts.nps").set_index(["cut_by", "cut_value"])
    by_month = points.groupby(scored.known_at.dt.strftime("%Y-%m-01")).mean()
    mine = stored.loc["month"].nps_points.dropna()
    assert mine.to_dict() == pytest.approx(by_month.to_dict())
    year = points[scored.known_at >= pd.Timestamp(RUN_DATE - timedelta(days=365))].to_numpy()
    row = stored.loc[("all", "all")]
    assert row.answer_count == len(year) > 60
    assert row.nps_points == pytest.approx(year.mean())
    means = np.random.default_rng(1).choice(year, (20_000, len(year))).mean(axis=1)
    lower, upper = np.quantile(means, [0.025, 0.975])
    assert row.lower_nps_points == pytest.approx(lower, abs=2.5)
    assert row.upper_nps_points == pytest.approx(upper, abs=2.5)
    assert 0.95 < (row.upper_nps_points - row.lower_nps_points) / (upper - lower) < 1.05


def test_responses_are_purchases_with_a_score(
    built_shop: BuildFile, answers: pd.DataFrame, orders: pd.DataFrame
) -> None:
    purchases = orders[orders.is_purchase]
    about = set()
    for answer in answers[answers.nps_score.notna()].itertuples():
        if isinstance(answer.order_id, str):
            about.add(answer.order_id)
            continue
        own = purchases[(purchases.customer_id == answer.customer_id) & (purchases.ordered_at <= answer.known_at)]
        about |= set(own.sort_values(["ordered_at", "order_id"], ascending=[True, False]).order_id[-1:])
    expected = (
        purchases.order_id.isin(about).groupby(purchases.order_date.dt.strftime("%Y-%m-01")).agg(["sum", "count"])
    )
    stored = table(built_shop, "select * from marts.nps where cut_by = 'month'").set_index("cut_value")
    assert stored.answered_order_count.to_dict() == expected["sum"].to_dict()
    assert stored.order_count.to_dict() == expected["count"].to_dict()
    assert stored.answered_order_count.sum() > 50


def test_satisfaction_and_what_followed(built_shop: BuildFile, answers: pd.DataFrame) -> None:
    """Each answer with a plain look at the purchases that stood 90 days later; the variance by its formula."""
    movements = table(built_shop, "select * from intermediate.int_customer_movements where is_demand")
    outcomes = []
    for answer in answers[answers.customer_id.notna()].itertuples():
        end = answer.known_at.normalize() + timedelta(days=91)
        own = movements[(movements.customer_id == answer.customer_id) & (movements.order_date < end)]
        own = own[(own.order_date > answer.known_at.normalize()) & (own.counts_from_at < end)]
        stood = own[own.counts_until_at.isna() | (own.counts_until_at >= end)]
        if end <= pd.Timestamp(RUN_DATE):
            outcomes.append((answer.customer_id, answer.rating, stood.empty))
    expected = pd.DataFrame(outcomes, columns=["customer", "rating", "is_churned"]).dropna()
    stored = table(built_shop, "select * from marts.satisfaction_and_churn where measure = 'rating'").set_index(
        "answer"
    )
    for stars, rows in expected.groupby("rating"):
        row = stored.loc[str(int(stars))]
        assert (row.answer_count, row.churned_answer_count) == (len(rows), rows.is_churned.sum())
    n = expected.groupby("customer").size()
    y = expected.groupby("customer").is_churned.sum()
    share = y.sum() / n.sum()
    variance = ((y - share * n) ** 2).sum() * len(n) / (len(n) - 1) / n.sum() ** 2
    effective = min(share * (1 - share) / variance, n.sum())
    assert stored.loc["all"].effective_answer_count == pytest.approx(effective)
    middle = (share + 1.959964**2 / (2 * effective)) / (1 + 1.959964**2 / effective)
    assert (stored.loc["all"].lower_churn_share + stored.loc["all"].upper_churn_share) / 2 == pytest.approx(middle)
    assert 0 < expected.is_churned.mean() < 1
