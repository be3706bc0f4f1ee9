"""What to do today, one customer, segments: their questions on a few customers, with answers counted by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import pandas
import pytest

from dashboard.base.numbers import Numbers
from dashboard.base.questions import answer
from dashboard.base.texts import Texts
from dashboard.charts import act_today, one_customer, segments

_ALL: dict[str, Any] = {"countries": [], "segments": []}
_CUSTOMERS = """
create schema marts;
create table marts.customer_360 as
select * from (values
    ('C1', 'call_personally', 'call_personally', true, 'given', 100.0, 80.0, 'Spain'),
    ('C2', 'call_personally', 'call_personally', true, 'given', 300.0, 90.0, 'France'),
    ('C3', 'do_not_contact', 'call_personally', false, 'refused', 500.0, 400.0, 'Spain'),
    ('C4', 'keep_in_touch', 'keep_in_touch', true, 'given', 900.0, 880.0, 'Spain'),
    ('C5', 'do_not_contact', 'win_back_offer', false, 'unknown', null, null, 'Spain')
) as rows (
    customer_id, next_best_action, next_best_action_with_consent, may_be_contacted, consent_status,
    value_at_stake_amount, expected_loss_amount, country
);
alter table marts.customer_360 add column segment_name varchar;
alter table marts.customer_360 add column churn_probability double;
alter table marts.customer_360 add column next_best_action_reason varchar default 'because';
alter table marts.customer_360 add column churn_reasons varchar;
alter table marts.customer_360 add column subscription_churn_reason varchar;
alter table marts.customer_360 add column new_product_name varchar;
alter table marts.customer_360 add column new_product_reason varchar;
alter table marts.customer_360 add column recommended_product_name varchar;
alter table marts.customer_360 add column recommended_product_reason varchar;
alter table marts.customer_360 add column is_learned_action_proven boolean;
alter table marts.customer_360 add column learned_action varchar;
alter table marts.customer_360 add column contact_uplift_probability double;
alter table marts.customer_360 add column contact_profit_amount double;
alter table marts.customer_360 add column days_since_last_order integer;
alter table marts.customer_360 add column order_count integer;
alter table marts.customer_360 add column net_amount double;
alter table marts.customer_360 add column subscription_churn_probability double;
alter table marts.customer_360 add column monthly_subscription_amount double;
alter table marts.customer_360 add column registered_at timestamp;
create table marts.lifecycle_moves as
select * from (values
    (date '2026-01-01', true, 'new', 'active', 3, 0.0),
    (date '2026-01-01', true, 'new', 'at_risk', 1, 0.0),
    (date '2026-02-01', true, 'new', 'active', 3, 0.0),
    (date '2026-02-01', true, 'new', 'new', 1, 0.0),
    (date '2026-02-01', true, 'not_yet_known', 'new', 9, 0.0),
    (date '2026-03-01', false, 'new', 'new', 50, 0.0)
) as rows (month, is_complete_month, from_stage, to_stage, customer_count, net_amount);
"""


@pytest.fixture(scope="module")
def shop() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(_CUSTOMERS)
    return connection


def test_actions_count_who_may_not_be_contacted_apart(shop: duckdb.DuckDBPyConnection) -> None:
    rows = answer(shop, "act_today/actions", _ALL).set_index(["next_best_action", "may_be_contacted"])
    assert rows.loc[("call_personally", True), "customer_count"] == 2
    assert rows.loc[("call_personally", True), "expected_loss_amount"] == 170
    assert rows.loc[("call_personally", False), "customer_count"] == 1
    assert list(rows.index)[-1] == ("keep_in_touch", True)  # waiting comes last, however much hangs on it


def test_the_list_has_only_customers_who_may_be_contacted(shop: duckdb.DuckDBPyConnection) -> None:
    values = {**_ALL, "action": "call_personally", "row_count": 10}
    assert answer(shop, "act_today/list", values)["customer_id"].tolist() == ["C2", "C1"]
    assert answer(shop, "act_today/list", {**values, "row_count": 1})["customer_id"].tolist() == ["C2"]
    assert answer(shop, "act_today/list", {**values, "countries": ["Spain"]})["customer_id"].tolist() == ["C1"]
    assert answer(shop, "act_today/list", {**values, "action": "' or true --"}).empty


def test_who_may_not_be_contacted_is_counted_by_consent(shop: duckdb.DuckDBPyConnection) -> None:
    rows = answer(shop, "act_today/consent", _ALL)
    assert dict(zip(rows["consent_status"], rows["customer_count"], strict=True)) == {"refused": 1, "unknown": 1}


def test_moves_between_stages_are_shares_of_where_they_began(shop: duckdb.DuckDBPyConnection) -> None:
    values = {"from_month": date(1, 1, 1), "to_month": date(9999, 12, 1)}
    rows = answer(shop, "segments/stage_moves", values).set_index(["from_stage", "to_stage"])["from_stage_share"]
    assert rows.to_dict() == {("new", "active"): 6 / 8, ("new", "at_risk"): 1 / 8, ("new", "new"): 1 / 8}


def test_the_picture_of_actions_carries_the_data_in_the_readers_words(shop: duckdb.DuckDBPyConnection) -> None:
    frame = answer(shop, "act_today/actions", _ALL)
    spec = act_today.actions(frame, Texts("zh"), Numbers("zh", "EUR")).to_dict()
    data = [row for rows in spec["datasets"].values() for row in rows]
    assert {"亲自致电", "保持联系", "优惠挽回"} == {row["next_best_action"] for row in data}
    words = {row["next_best_action"]: row["words"] for row in data if "words" in row}
    assert words["亲自致电"] == "3 · 可能流失 570.00 EUR"
    assert words["优惠挽回"] == "1"  # its money is not known, which is not nothing


def test_the_squares_of_moves_are_in_the_order_of_the_lifecycle(shop: duckdb.DuckDBPyConnection) -> None:
    values = {"from_month": date(1, 1, 1), "to_month": date(9999, 12, 1)}
    frame = answer(shop, "segments/stage_moves", values)
    spec = segments.stage_moves(frame, Texts("en"), Numbers("en")).to_dict()
    assert spec["layer"][0]["encoding"]["x"]["sort"][:3] == ["No order yet", "New", "Active"]


def test_a_customers_timeline_shows_a_foreign_text_as_it_is() -> None:
    hostile = "<script>alert(1)</script>"
    frame = pandas.DataFrame(
        {
            "happened_at": pandas.to_datetime(["2026-01-01"]),
            "event_kind": ["order"],
            "detail": [hostile],
            "event_amount": [5.0],
        }
    )
    spec = one_customer.timeline(frame, Texts("en"), Numbers("en", "EUR")).to_dict()
    (rows,) = spec["datasets"].values()
    assert rows[0]["detail"] == hostile and rows[0]["event_kind"] == "Order"
    assert spec["encoding"]["y"]["scale"]["domain"] == ["Order"]
