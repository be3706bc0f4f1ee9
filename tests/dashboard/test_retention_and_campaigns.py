"""Retention and campaigns: what the questions answer on a few rows counted by hand, and what the pictures draw."""

from __future__ import annotations

from datetime import date
from functools import partial

import duckdb
import pandas
import pytest

from dashboard.base.numbers import Numbers
from dashboard.base.questions import answer
from dashboard.base.texts import Texts
from dashboard.charts import campaigns, retention

ALL = {"from_month": date(1, 1, 1), "to_month": date(9999, 12, 1), "countries": [], "segments": []}


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    made = duckdb.connect()
    made.execute("create schema marts")
    return made


def test_cumulative_curve_stops_where_a_cohort_is_not_watched(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("""
        create table marts.cohort_revenue_retention as
        select * from (values
            (date '2025-01-01', 0, true, 10, 100.00), (date '2025-01-01', 1, true, 10, 150.00),
            (date '2025-01-01', 2, true, 10, 160.00),
            (date '2025-02-01', 0, true, 30, 900.00), (date '2025-02-01', 1, true, 30, 1050.00),
            (date '2025-02-01', 2, false, 30, 1050.00)
        ) as t (cohort_month, months_since_first_order, is_complete_month, cohort_customer_count, cumulative_net_amount)
    """)
    rows = answer(connection, "retention/cumulative", ALL)
    # (100 + 900) / 40 and (150 + 1050) / 40; the second cohort's third month is not over
    assert rows["cumulative_net_amount_per_customer"].tolist() == [25.0, 30.0]
    assert rows["cohort_half_year"].tolist() == ["2025 H1", "2025 H1"]


def test_second_order_turns_survival_and_its_bounds_round(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("""
        create table marts.second_order_survival as
        select * from (values
            ('acquisition_channel', 'store', 0, 20, 1.0, 1.0, 1.0),
            ('acquisition_channel', 'store', 80, 18, 0.6, 0.4, 0.7),
            ('acquisition_channel', 'store', 91, 10, 0.1, 0.0, 0.2)
        ) as t (group_kind, group_value, days_since_first_order, at_risk_count, survival_share,
            lower_survival_share, upper_survival_share)
    """)
    (row,) = answer(connection, "retention/second_order_by_channel", ALL).to_dict("records")
    assert row["customer_count"] == 20
    found = [row[f"{bound}second_order_share"] for bound in ("", "lower_", "upper_")]
    assert found == pytest.approx([0.4, 0.3, 0.6])


def test_campaigns_together_add_half_widths_in_quadrature(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("""
        create table marts.campaign_effects as
        select 'orders' as outcome, true as is_measurable, unnest(['gain', 'no effect shown']) as verdict;
        create table marts.campaign_summary as
        select * from (values
            (10.0, 4.0, 16.0, 100.0, 100.0, 1.0, 0.0, 2.0), (20.0, 12.0, 28.0, 300.0, 300.0, -1.0, -2.0, 0.0)
        ) as t (incremental_order_count, lower_incremental_order_count, upper_incremental_order_count,
            cost_amount, measured_cost_amount, roi, lower_roi, upper_roi)
    """)
    rows = answer(connection, "campaigns/headline", ALL).set_index("figure")
    assert rows.loc["campaigns_with_gain", "value"] == 1
    # half widths 6 and 8: sqrt(36 + 64) = 10
    assert rows.loc["extra_orders", ["value", "lower_value", "upper_value"]].tolist() == [30.0, 20.0, 40.0]
    # (1 × 100 − 1 × 300) / 400; half width sqrt(100² + 300²) / 400
    assert rows.loc["campaign_roi", "value"] == -0.5
    assert rows.loc["campaign_roi", "upper_value"] == pytest.approx(-0.5 + 0.7905694)


def test_a_basket_counts_in_one_state(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("""
        create table marts.abandoned_baskets as
        select * from (values
            (timestamp '2026-05-03 10:00', true, true, 10.0), (timestamp '2026-05-31 23:59', false, true, 20.0),
            (timestamp '2026-05-09 10:00', null, true, 5.0), (timestamp '2026-06-01 00:00', null, false, null)
        ) as t (abandoned_at, is_recovered, may_be_contacted, list_amount)
    """)
    rows = answer(connection, "campaigns/baskets", ALL | {"to_month": date(2026, 5, 1)})
    assert dict(zip(rows["basket_state"], rows["list_amount"], strict=True)) == {
        "may_be_contacted": 25.0,
        "recovered": 10.0,
    }


EFFECTS = pandas.DataFrame(
    {
        "campaign": ["<script>alert(1)</script> (K1)"] * 2,
        "effect_kind": ["adjusted", "plain"],
        "effect": [0.1, 0.2],
        "lower_effect": [-0.1, 0.1],
        "upper_effect": [0.3, 0.3],
        "verdict": ["gain", "gain"],
        "treated_count": [100, 100],
        "control_count": [50, 50],
    }
)
COHORTS = pandas.DataFrame(
    {
        "cohort_month": pandas.to_datetime(["2025-01-01", "2025-01-01"]),
        "months_since_first_order": [1, 2],
        "retention_share": [0.0, 0.0],
        "active_customer_count": [0, 0],
        "cohort_customer_count": [7, 7],
    }
)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("draw", "frame"), [(partial(campaigns.effects, unit="ratio"), EFFECTS), (retention.cohorts, COHORTS)]
)
def test_a_picture_carries_its_rows_and_no_colour_is_missing(draw, frame: pandas.DataFrame, language: str) -> None:
    spec = draw(frame, Texts(language), Numbers(language, "EUR")).to_dict()
    assert len(frame) in [len(rows) for rows in spec["datasets"].values()]
    if "campaign" in frame:
        coloured = next(layer["encoding"]["color"] for layer in spec["layer"] if "color" in layer.get("encoding", {}))
        kinds = {row["effect_kind"] for rows in spec["datasets"].values() for row in rows if "effect_kind" in row}
        assert set(coloured["scale"]["domain"]) == kinds
        assert len(coloured["scale"]["range"]) == len(kinds)
    else:
        # all shares 0: the scale still has a length
        assert spec["encoding"]["color"]["scale"]["domain"] == [0, 1.0]
