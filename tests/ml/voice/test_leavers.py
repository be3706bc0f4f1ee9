"""What those who left had complained about, counted by hand."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from ml.jobs.voice.leavers import complaints_of_leavers, holm, judged_customers
from tests.ml.voice.feedback_shop import shop

TEXTS = pd.DataFrame(
    [
        ("F1", "A", date(2025, 1, 1), "negative", "T1"),
        ("F2", "A", date(2025, 6, 1), "positive", "T1"),  # newer, the one that counts
        ("F3", "B", date(2025, 6, 1), "negative", "T1"),
        ("F4", "C", date(2025, 12, 1), "negative", "T1"),  # its horizon ends later
        ("F5", None, date(2025, 6, 1), "negative", "T1"),
        ("F6", "D", date(2025, 6, 1), "negative", "T2"),
    ],
    columns=["feedback_id", "customer_id", "given_date", "sentiment_label", "theme_id"],
)


def test_who_left_is_judged_by_the_newest_text_with_a_horizon() -> None:
    bought = [
        ("A", datetime(2025, 8, 30, 12)),  # the 90th day after
        ("B", datetime(2025, 6, 1, 12)),  # on the day of the text
        ("B", datetime(2025, 8, 31, 12)),  # too late
        ("C", datetime(2025, 12, 2)),
    ]
    connection = shop([], bought)
    judged = judged_customers(connection, TEXTS, date(2026, 1, 1), 90).set_index("feedback_id")
    assert judged["has_left"].to_dict() == {"F2": False, "F3": True, "F6": True}
    assert set(judged_customers(connection, TEXTS, date(2025, 8, 30), 90)["feedback_id"]) == {"F1"}
    assert set(judged_customers(connection, TEXTS, date(2025, 8, 31), 90)["feedback_id"]) == {"F2", "F3", "F6"}


def test_shares_and_test_by_hand() -> None:
    """3 of 4 who complained left, and 1 of 4 others: Fisher's exact two-sided value is 2 · (16 + 1) / 70."""
    rows = [("negative", "T1", left) for left in (True, True, True, False)]
    rows += [("positive", "T1", True), ("negative", "T2", False), ("positive", "T2", False), ("neutral", "T3", False)]
    judged = pd.DataFrame(rows, columns=["sentiment_label", "theme_id", "has_left"])
    found = complaints_of_leavers(judged, ["T1", "T2", "T3"])
    assert list(found["complaining_customer_count"]) == [4, 1, 0]
    assert found.loc["T1", "left_share"] == 0.75
    assert found.loc["T1", "left_share_of_others"] == 0.25
    assert found.loc["T1", "left_p_value"] == pytest.approx(2 * 2 * 17 / 70)  # two comparisons
    assert found.loc["T1", "lower_left_share"] == pytest.approx(0.3006, abs=1e-4)  # Wilson's of 3 in 4
    assert found.loc["T1", "upper_left_share"] == pytest.approx(0.9544, abs=1e-4)
    assert np.isnan(found.loc["T3", "left_p_value"])
    assert set(found["comparison_count"]) == {2}


def test_several_tests_are_accounted_for_as_another_library_does() -> None:
    values = np.array([0.04, 0.001, 0.3, 0.02, 0.9])
    assert holm(values) == pytest.approx(multipletests(values, method="holm")[1])
