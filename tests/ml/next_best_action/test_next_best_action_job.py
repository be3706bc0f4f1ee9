"""The job on a shop whose responders are known, its rounds, the readable rules of the past, and what it refuses."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pandas as pd
import pytest

from ml.competition.results import Refused
from ml.data.campaign_customers import campaign_customers
from ml.data.readable_rules import rules_actions
from ml.jobs.batch import Results
from ml.jobs.next_best_action.rounds import logged_rounds
from ml.jobs.registry import load_batch_job
from tests.ml.uplift.campaign_shop import AS_OF_DATE, CampaignShop, is_bargain_hunter, known_shop

TIERS = {"top": 0.25, "high": 0.5, "medium": 0.75, "low": 1.0}


def computed(shop: CampaignShop, day: date = AS_OF_DATE) -> Results:
    return load_batch_job("next_best_action").results(shop.connection, day)


@pytest.fixture(scope="module")
def results() -> Results:
    return computed(known_shop(campaign_count=4, customer_count=1000))


def test_it_serves_where_it_beats_the_rules(results: Results) -> None:
    """Rules contact nobody who bought lately; contacting bargain hunters brings .3 · 10 − .5 each."""
    choice = results.choices[0]
    assert (choice.baseline, choice.serving) == ("rules", "thompson_sampling"), choice.reason
    assert results.rows["is_serving"].all()


def test_it_only_suggests_where_nothing_can_be_won() -> None:
    """Contacts change nothing and cost .5; rules contact nobody who bought lately: there is nothing better to learn."""
    found = computed(known_shop(campaign_count=4, customer_count=1000, contacts_work=False))
    choice = found.choices[0]
    assert (choice.serving, found.rows["is_serving"].any()) == ("rules", False), choice.reason


def test_the_value_is_near_the_truth(results: Results) -> None:
    """Nobody contacted: (.1 + .4)/2 · 10 = 2.5; the best policy adds 2.5 for one half, 3.75 in all."""
    rules, bandit = (
        results.documents["policies.json"]["all_rounds"][name] for name in ("contact_nobody", "thompson_sampling")
    )
    assert rules["policy_value_amount_lower"] < 2.5 < rules["policy_value_amount_upper"]
    assert 3.0 < bandit["policy_value_amount"] < 3.75 + 0.4


def test_suggestions_go_to_responders_with_consent(results: Results) -> None:
    rows = results.rows
    contacts = rows["suggested_action_with_consent"] != "no_contact"
    hunts = rows["customer_id"].map(is_bargain_hunter)
    assert contacts[hunts].mean() > 0.85
    assert contacts[~hunts].mean() < 0.5
    assert ((rows["suggested_action"] == "do_not_contact") == ~rows["may_be_contacted"]).all()
    assert rows["action_probability"].between(0.02, 1).all()
    assert (rows["lower_expected_reward_amount"] <= rows["expected_reward_amount"]).all()


def test_the_order_of_rows_and_the_future_do_not_matter() -> None:
    day, later = date(2025, 5, 25), datetime(2025, 6, 1)
    shop = known_shop(campaign_count=2, customer_count=500)
    before = computed(shop, day)
    shop.campaign("late", later)
    shop.touch("late", "c0001", later, is_control=False)
    shop.order("c0002", later, "sale", 900.0)
    for table in ("staging.stg_campaign_touches", "intermediate.int_customer_movements", "marts.dim_customers"):
        shop.connection.execute(
            f"create or replace table {table} as select * from {table} order by hash(customer_id, 7)"
        )
    after = computed(shop, day)
    pd.testing.assert_frame_equal(after.rows, before.rows)
    assert after.figures == before.figures


def test_without_known_propensities_it_is_refused() -> None:
    shop, start = CampaignShop(), datetime(2025, 3, 1)
    shop.campaign("K", start)
    for number in range(500):
        shop.touch("K", f"c{number}", start, is_control=False)
    with pytest.raises(Refused, match="with which probability"):
        computed(shop)
    with pytest.raises(Refused, match="cannot be judged yet"):
        computed(known_shop(campaign_count=2, customer_count=200))


def rounds_of(shop: CampaignShop) -> pd.DataFrame:
    return logged_rounds(campaign_customers(shop.connection, AS_OF_DATE).rename(columns={"touched_at": "known_at"}))


def test_campaigns_of_one_day_with_one_control_group_are_one_lot() -> None:
    shop, start = CampaignShop(), datetime(2025, 3, 1)
    for campaign in ("men", "women"):
        shop.campaign(campaign, start)
        for number in range(100):
            shop.touch(campaign, f"held-back-{number}", start, is_control=True)
    for number in range(60):
        shop.touch("men", f"m{number}", start, is_control=False)
    for number in range(40 + 50):
        shop.touch("women", f"w{number}", start, is_control=False)
    rows = rounds_of(shop)
    assert len(rows) == 100 + 60 + 90
    chances = rows.groupby("action")["action_propensity"].first()
    assert chances.to_dict() == {"": 100 / 250, "men": 60 / 250, "women": 90 / 250}
    assert set(rows["actions"]) == {("men", "women")}


def test_campaigns_that_follow_each_other_are_actions_by_channel() -> None:
    shop = CampaignShop()
    for number, channel in enumerate(("post", "sms")):
        start = datetime(2025, 3, 1) + timedelta(40 * number)
        shop.campaign(f"K{number}", start, channel)
        for who in range(200):
            shop.touch(f"K{number}", f"c{who}", start, is_control=who % 4 == 0)
    rows = rounds_of(shop)
    assert rows.groupby("round")["actions"].first().tolist() == [("post",), ("sms",)]
    assert rows.groupby("action")["action_propensity"].first().to_dict() == {"": 0.25, "post": 0.75, "sms": 0.75}


def test_rules_of_the_past_are_those_of_the_profile() -> None:
    """By hand, from the rules as they are written: days since the last purchase, mean gap, orders, spend."""
    at, shop = datetime(2025, 3, 1), CampaignShop()
    cases = {
        "never": (None, None, 0, 0.0, "first_purchase_offer"),
        "once": (20, None, 1, 30.0, "second_purchase_offer"),
        "gone": (400, 30.0, 5, 0.0, "win_back_offer"),
        "late": (70, 30.0, 5, 10.0, "win_back_offer"),
        "best and late": (70, 30.0, 9, 900.0, "call_personally"),
        "best": (10, 30.0, 9, 800.0, "reward_loyalty"),
        "usual": (10, 30.0, 4, 20.0, "keep_in_touch"),
    }
    rows = pd.DataFrame(
        [
            {
                "customer_id": who, "known_at": at, "days_since_last_order": days, "mean_order_gap_days": gap,
                "order_count": float(orders), "net_amount_365d": spend,
            }
            for who, (days, gap, orders, spend, _) in cases.items()
        ]
    ).astype({"days_since_last_order": float, "mean_order_gap_days": float})  # fmt: skip
    for who in cases:
        shop.customer(who, at - timedelta(500))
    found = rules_actions(shop.connection, rows, TIERS)
    assert dict(zip(rows["customer_id"], found, strict=True)) == {who: case[-1] for who, case in cases.items()}
