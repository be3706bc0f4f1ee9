"""Who has served, in which order, and who was put aside: from decisions alone."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from ml.lifecycle.decisions import DecisionRow
from ml.lifecycle.service_history import service_history

MARCH, APRIL, JUNE = date(2026, 3, 1), date(2026, 4, 1), date(2026, 6, 1)


def history(*decisions: tuple[str, str | None, date]):
    rows = [
        DecisionRow(
            datetime(2026, 7, 1, 0, number),
            None,
            "churn",
            "shop",
            day,
            "crm_churn",
            version,
            f"run-{version}",
            "boosting",
            decision,
            "",
            *5 * (None,),
        )
        for number, (decision, version, day) in enumerate(decisions)
    ]
    return service_history(rows)


def test_champions_and_what_was_trained_for_past_dates_serve():
    found = history(
        ("baseline_serves", "1", MARCH),
        ("not_retrained", "1", APRIL),
        ("promoted", "3", JUNE),
        ("serves_past_dates", "4", APRIL),
        ("not_retrained", "1", MARCH),
    )
    assert found.champions == ("3", "1")
    assert found.served == {"4": "run-4", "3": "run-3", "1": "run-1"}


@pytest.mark.parametrize("decision", ["awaiting_approval", "rejected", "refused", "champion_kept"])
def test_what_was_never_let_to_serve_does_not(decision: str):
    kept = ("champion_kept", "1", JUNE) if decision == "champion_kept" else (decision, "2", JUNE)
    assert list(history(("promoted", "1", MARCH), kept).served) == ["1"]


def test_a_roll_back_puts_the_version_aside_until_it_is_put_back():
    first, second = ("promoted", "1", MARCH), ("promoted", "2", JUNE)
    back, forward = ("rolled_back", "1", date(2026, 7, 1)), ("rolled_back", "2", date(2026, 7, 1))
    assert history(first, second, back).served == {"1": "run-1"}
    assert history(first, second, back).champions == ("1", "2")
    # Forward again, the older one has done nothing wrong.
    assert set(history(first, second, back, forward).served) == {"1", "2"}
    # A later champion does not bring it back.
    assert set(history(first, second, back, ("promoted", "3", date(2026, 7, 2))).served) == {"1", "3"}


def test_a_champion_whose_training_nobody_wrote_down_is_known_by_what_is_said_of_it():
    assert history(("not_retrained", "7", JUNE), ("promoted", "8", JUNE)).champions == ("8", "7")
