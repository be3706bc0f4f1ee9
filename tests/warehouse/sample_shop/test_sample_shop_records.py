"""The records: totals, credit notes, cancellations, events, feedback, subscriptions, profiles."""

from __future__ import annotations

import pandas as pd
import pytest

from warehouse.sources.sample_shop import phrases
from warehouse.sources.sample_shop.generate import build_shop
from warehouse.sources.sample_shop.settings import SampleShop


@pytest.fixture(scope="module")
def truth() -> dict[str, pd.DataFrame]:
    _, tables = build_shop(SampleShop(customer_count=800))
    return {name: table.to_pandas() for name, table in tables.items()}


def test_amounts_add_up_exactly(clean):
    lines, orders = clean["order_items"], clean["orders"].set_index("order_id")["order_amount"]
    assert (lines["line_amount"] == lines["quantity"] * lines["unit_price_amount"]).all()
    totals = lines.groupby("order_id")["line_amount"].sum()
    assert (totals == orders.reindex(totals.index)).all()
    numbers = lines.groupby("order_id")["line_number"].agg(["min", "max", "size"])
    assert (numbers["min"] == 1).all()
    assert (numbers["max"] == numbers["size"]).all()


def test_credit_notes_take_back_what_was_sold(clean):
    orders = clean["orders"]
    lines = clean["order_items"].merge(orders, on="order_id")
    back = lines[lines["order_kind"] == "return"]
    assert (back["quantity"] < 0).all()
    assert (back["unit_price_amount"] > 0).all()
    sold = lines[(lines["order_kind"] == "sale") & (lines["order_status"] == "completed")]
    same = back.merge(sold, on=["product_code", "unit_price_amount"], suffixes=("", "_sold"))
    same = same[
        (same["customer_id"].fillna("") == same["customer_id_sold"].fillna(""))
        & (same["ordered_at_sold"] < same["ordered_at"])
        & (same["quantity_sold"] + same["quantity"] >= 0)
    ]
    assert set(same["order_item_id"]) == set(back["order_item_id"])


def test_cancelled_orders_say_when(clean):
    orders = clean["orders"]
    cancelled = orders["order_status"] == "cancelled"
    assert cancelled[orders["order_kind"] == "sale"].mean() == pytest.approx(0.02, abs=0.01)
    assert (orders["cancelled_at"].notna() == cancelled).all()
    assert (orders.loc[cancelled, "cancelled_at"] > orders.loc[cancelled, "ordered_at"]).all()


def test_activity_fades_after_the_lifetime(clean, truth):
    events = clean["events"].merge(truth["customers"], on="customer_id")
    days = (events["occurred_at"] - events["lifetime_end_at"]).dt.total_seconds() / 86_400
    left_long_ago = truth["customers"]["lifetime_end_at"] < pd.Timestamp("2026-03-01")
    gone = events["customer_id"].isin(truth["customers"].loc[left_long_ago, "customer_id"])
    before, after, later = (days[gone & days.between(a, b)].size for a, b in ((-30, 0), (0, 30), (60, 90)))
    assert before > 2 * after > 0
    assert later < 0.1 * before


def test_orders_on_the_web_have_a_visit_before(clean):
    events, orders = clean["events"], clean["orders"]
    purchases = events[events["event_type"] == "purchase"]
    online = orders[orders["sales_channel"].isin(["web", "app"]) & (orders["order_kind"] == "sale")]
    assert len(purchases) == len(online)
    visits = events[events["event_type"] == "visit"].set_index("session_id")["occurred_at"]
    known = purchases[purchases["session_id"].isin(visits.index)]
    assert len(known) >= len(purchases) - 2, "all but a visit before the shop opened"
    assert (visits.loc[known["session_id"]].to_numpy() < known["occurred_at"].to_numpy()).all()


def test_feedback_texts_agree_with_their_rating(clean, truth):
    feedback = clean["feedback"].merge(truth["feedback"], on="feedback_id").dropna(subset=["feedback_text"])
    expected = feedback["rating"].map({1: "negative", 2: "negative", 3: "neutral", 4: "positive", 5: "positive"})
    assert (feedback["sentiment"] == expected).all()
    for row in feedback.itertuples():
        assert any(phrase in row.feedback_text for phrase in phrases.PHRASES[row.sentiment, row.theme])
    scores = feedback.dropna(subset=["nps_score"]).groupby("rating")["nps_score"].mean()
    assert scores.is_monotonic_increasing


def test_those_about_to_leave_give_fewer_stars(clean, truth):
    feedback = clean["feedback"].merge(truth["customers"], on="customer_id")
    soon = feedback["lifetime_end_at"] - feedback["given_at"] < pd.Timedelta(days=40)
    assert feedback.loc[soon, "rating"].mean() < feedback.loc[~soon, "rating"].mean() - 0.8


def test_subscriptions_end_with_a_term(clean):
    subscriptions = clean["subscriptions"]
    assert len(subscriptions) > 30
    ended = subscriptions.dropna(subset=["ended_at"])
    assert 0 < len(ended) < len(subscriptions)
    months = (ended["ended_at"].dt.year - ended["started_at"].dt.year) * 12
    months += ended["ended_at"].dt.month - ended["started_at"].dt.month
    assert (months > 0).all()
    assert (months % ended["term_months"] == 0).all()
    assert (ended["ended_at"].dt.day == ended["started_at"].dt.day).all()


def test_second_accounts_repeat_the_person(clean, truth):
    second = truth["customers"].dropna(subset=["same_person_as_customer_id"])
    assert len(second) == pytest.approx(8, abs=6)
    people = clean["customers"].set_index("customer_id")
    both = second[second["customer_id"].isin(people.index) & second["same_person_as_customer_id"].isin(people.index)]
    for row in both.itertuples():
        first, again = people.loc[row.same_person_as_customer_id], people.loc[row.customer_id]
        assert first["email"] != again["email"]
        assert (first["email"].lower() == again["email"].lower()) == (not row.is_altered_account)
        assert str(first["birth_date"]) == str(again["birth_date"])
        assert first["last_name"] == again["last_name"] or row.is_altered_account


def test_truth_of_customers_is_consistent(truth):
    customers = truth["customers"]
    gone = ~customers["is_alive"]
    assert (customers.loc[gone, "expected_order_count_90d"] == 0).all()
    assert (customers.loc[gone, "no_order_probability_90d"] == 1).all()
    assert customers.loc[~gone, "no_order_probability_90d"].between(0, 1, inclusive="neither").all()
    assert (customers["expected_net_amount_90d"] <= customers["expected_gross_amount_90d"]).all()
    onlookers = customers["segment"] == "onlooker"
    assert customers.loc[onlookers, "first_order_at"].isna().all()
    assert customers.loc[~onlookers, "first_order_at"].notna().all()
