"""The page on what customers say: the tiles with their intervals, and the picture of a score."""

from __future__ import annotations

import duckdb
import pytest
from statsmodels.stats.proportion import proportion_confint

from dashboard.base.numbers import Numbers
from dashboard.base.questions import answer
from dashboard.base.texts import Texts
from dashboard.charts.voice import left_after


def test_tiles_have_the_intervals_of_another_library() -> None:
    with duckdb.connect() as connection:
        connection.execute(
            """
            create schema marts;
            create table marts.feedback_months as
            select * from (values
                (date '2026-06-01', 'all', 30, 3, true), (date '2025-07-01', 'all', 20, 4, true),
                (date '2025-06-01', 'all', 500, 500, true), (date '2026-07-01', 'all', 9, 9, false),
                (date '2026-06-01', 'theme', 30, 30, true)
            ) as t (month, cut_by, text_count, negative_count, is_complete_month);
            create table marts.nps as
            select * from (values
                ('all', date '2025-07-01', 20.0, 10.0, 30.0, 0.1, 0.05, 0.2),
                ('month', date '2026-07-01', 99.0, 98.0, 100.0, 0.9, 0.8, 1.0)
            ) as t (cut_by, from_date, nps_points, lower_nps_points, upper_nps_points, response_share,
                    lower_response_share, upper_response_share)
            """
        )
        tiles = answer(connection, "voice/standing", {}).set_index("figure")
    assert tiles.loc["text_count", "value"] == 50 and tiles.loc["nps_points", "value"] == 20
    lower, upper = proportion_confint(7, 50, method="wilson")
    complain = tiles.loc["negative_share"]
    assert complain["value"] == pytest.approx(0.14)
    assert (complain["lower_value"], complain["upper_value"]) == pytest.approx((lower, upper), abs=1e-5)


def test_intervals_and_the_others_are_drawn() -> None:
    with duckdb.connect() as connection:
        frame = connection.execute(
            """
            select '<b>price</b>' as theme_name, 0.5 as left_share, 0.3 as lower_left_share, 0.7 as upper_left_share,
                0.4 as left_share_of_others, 12 as complaining_customer_count, 0.04 as left_p_value
            """
        ).df()
    spec = left_after(frame, Texts("en"), Numbers("en")).to_dict()
    assert [layer["encoding"]["x"]["field"] for layer in spec["layer"]] == [
        "lower_left_share",
        "left_share",
        "left_share_of_others",
    ]
    (rows,) = spec["datasets"].values()
    assert rows[0]["theme_name"] == "<b>price</b>"
