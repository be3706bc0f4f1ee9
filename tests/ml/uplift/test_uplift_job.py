"""The job on a shop whose responders are known, and what it refuses."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from ml.competition.results import Refused
from ml.data.campaign_customers import campaign_customers
from ml.data.moments import features_at
from ml.estimators.uplift import MODELS
from ml.jobs.batch import Results
from ml.jobs.registry import load_batch_job
from tests.ml.uplift.campaign_shop import AS_OF_DATE, CampaignShop, is_bargain_hunter, known_shop


def computed(shop: CampaignShop, day: date = AS_OF_DATE) -> Results:
    return load_batch_job("uplift").results(shop.connection, day)


@pytest.fixture(scope="module")
def results() -> Results:
    return computed(known_shop(campaign_count=4, customer_count=1200))


def test_a_model_serves_that_knows_the_responders(results: Results) -> None:
    choice = results.choices[0]
    assert choice.about == "any campaign"
    assert choice.verdict == "promoted", choice.reason
    # Those who would buy anyway are the wrong ones here: the rule does worse than the lot.
    assert choice.contender("response_only").figures["targeting_gain"] < 0
    # Half have an effect of .3, half of 0: a ranking that knows them gains .15 − .075 at half depth, .0375 in the mean.
    assert 0.0375 / 2 < choice.contender(choice.serving).figures["targeting_gain"] < 0.0375 + 0.012


def test_the_rule_serves_where_nothing_can_be_learned() -> None:
    """The same shop, in which products are bought by lot: one half responds and nothing tells which."""
    found = computed(known_shop(campaign_count=4, customer_count=1200, products_tell=False))
    choice = found.choices[0]
    assert choice.verdict == "baseline_serves", choice.reason
    gains = [choice.contender(name).figures["targeting_gain"] for name in MODELS]
    assert max(gains) < 0.0375 / 2  # half of what knowing the responders gains


def test_the_predicted_uplift_is_near_the_truth(results: Results) -> None:
    hunts = results.rows["customer_id"].map(is_bargain_hunter)
    uplift = results.rows.groupby(hunts)["uplift_probability"].mean()
    assert uplift[True] == pytest.approx(0.3, abs=0.1)
    assert uplift[False] == pytest.approx(0.0, abs=0.1)


def test_who_pays_is_treated_with_consent(results: Results) -> None:
    """A buyer leaves 10, a contact costs .50: an effect of .3 pays, one of 0 does not."""
    rows = results.rows
    hunts = rows["customer_id"].map(is_bargain_hunter)
    assert rows.loc[hunts, "is_worth_contacting"].mean() > 0.95
    consents = rows["customer_id"].str[-4:].astype(int) % 4 < 2
    pd.testing.assert_series_equal(rows["may_be_contacted"], consents, check_names=False)
    assert (rows["should_treat"] == (rows["is_worth_contacting"] & consents)).all()
    assert sorted(rows["uplift_rank"]) == list(range(1, len(rows) + 1))
    assert rows.loc[rows["uplift_rank"] == 1, "expected_profit_amount"].item() == rows["expected_profit_amount"].max()
    # .3 · 10 − .5 = 2.50 for half of the customers.
    lower, upper = (results.figures[f"policy_profit_amount_{end}"] for end in ("lower", "upper"))
    assert lower < 1.25 < upper


def test_campaigns_of_one_day_are_offers_of_their_own() -> None:
    found = computed(known_shop(campaign_count=2, customer_count=700, same_day=True))
    assert [choice.about for choice in found.choices] == ["K0", "K1"]
    assert set(found.rows["offer"]) <= {"K0", "K1"}


def test_the_order_of_rows_does_not_matter() -> None:
    shop = known_shop(campaign_count=2, customer_count=600)
    first = computed(shop).rows
    for table in ("staging.stg_campaign_touches", "intermediate.int_customer_movements", "marts.dim_customers"):
        shop.connection.execute(
            f"create or replace table {table} as select * from {table} order by hash(customer_id, 7)"
        )
    pd.testing.assert_frame_equal(computed(shop).rows, first)


def test_what_comes_after_the_date_changes_nothing() -> None:
    """A fourth campaign, an order after the date and the cancellation of one before it: nobody knew of them."""
    day, later = date(2025, 5, 25), datetime(2025, 6, 1)
    shop = known_shop(campaign_count=2, customer_count=600)
    before = computed(shop, day)
    shop.campaign("late", later)
    shop.touch("late", "c0001", later, is_control=False)
    shop.touch("K0", "c0001", later, is_control=False)
    shop.order("c0002", later, "sale", 900.0)
    shop.customer("new", later)
    shop.connection.execute(
        "update intermediate.int_customer_movements set counts_until_at = ? where occurred_at > ?",
        [later, datetime(2025, 5, 1)],
    )
    after = computed(shop, day)
    pd.testing.assert_frame_equal(after.rows, before.rows)
    assert after.figures == before.figures


def test_too_little_is_refused_in_words() -> None:
    with pytest.raises(Refused, match="control group"):
        computed(CampaignShop())
    with pytest.raises(Refused, match="too few customers or responses"):
        computed(known_shop(campaign_count=2, customer_count=150))


def test_who_is_counted_and_how() -> None:
    """As the marts of campaigns count: the group of the first touch, from it to the campaign's end, what stands."""
    shop, start = CampaignShop(), datetime(2025, 3, 1)
    shop.campaign("K", start)
    for number in range(100):
        shop.touch("K", f"c{number}", start, is_control=number % 2 == 0)
    shop.touch("K", "c0", start + timedelta(1), is_control=False)
    shop.order("c0", start - timedelta(1), "before", 5.0)
    shop.order("c0", start + timedelta(2), "within", 30.0)
    shop.order("c0", start + timedelta(3), "cancelled", 70.0, until=start + timedelta(4))
    shop.order("c0", start + timedelta(21), "after the end", 90.0)
    rows = campaign_customers(shop.connection, AS_OF_DATE).set_index("customer_id")
    assert len(rows) == 100
    counted = rows.loc["c0", ["is_control", "response_order_count", "response_net_amount", "response_margin_amount"]]
    assert counted.tolist() == [True, 1, 30.0, 15.0]
    assert rows["propensity"].unique().tolist() == [0.5]
    # In the middle of the window it is not over, and tells nothing.
    assert campaign_customers(shop.connection, date(2025, 3, 10)).empty


def test_a_moment_knows_what_stood_before_it() -> None:
    shop, moment = CampaignShop(), datetime(2025, 3, 1)
    shop.customer("ann", datetime(2025, 1, 1))
    shop.order("ann", moment - timedelta(40), "tea", 10.0)
    shop.order("ann", moment - timedelta(20), "tea", 30.0)
    shop.order("ann", moment - timedelta(10), "cups", 99.0, until=moment - timedelta(5))  # cancelled before
    shop.order("ann", moment - timedelta(4), "cups", 60.0, until=moment + timedelta(5))  # cancelled after: stood
    shop.order("ann", moment, "late", 1000.0)
    row = features_at(shop.connection, pd.DataFrame({"customer_id": ["ann"], "known_at": [moment]})).iloc[0]
    assert row[["order_count", "days_since_last_order", "tenure_days", "mean_order_gap_days"]].tolist() == [
        3,
        4,
        40,
        18,
    ]
    assert row["average_order_amount"] == pytest.approx(100 / 3)
    assert (row["share_of_tea"], row["share_of_cups"]) == pytest.approx((0.4, 0.6))
    assert np.isnan(row["days_since_last_event"])
