"""Drift: bins fixed at training, PSI, what chance explains, and when it asks for training."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest

from ml.configuration import load_configuration
from ml.watching.configuration import WatchingConfiguration
from ml.watching.drift import SCORE, ColumnDrift, Drift
from ml.watching.evidence import decay_request, drift_request
from ml.watching.psi import Bins, fit_bins, psi, psi_by_chance


def numbers(count: int, shift: float = 0.0, seed: int = 1) -> pd.Series:
    return pd.Series(np.random.default_rng(seed).normal(shift, 1, count))


def drift(**statuses: str) -> Drift:
    columns = [ColumnDrift(SCORE if n == "score" else n, 0.3, 0.1, 0.25, s, 500, 500) for n, s in statuses.items()]
    return Drift(date(2025, 1, 1), tuple(columns))


def test_psi_of_a_known_shift_by_hand():
    bins = Bins(edges=(0.5,), categories=(), counts=(50_000, 50_000, 0, 0))
    now = pd.Series([0.0] * 25_000 + [1.0] * 75_000)
    by_hand = (0.25 - 0.5) * np.log(0.25 / 0.5) + (0.75 - 0.5) * np.log(0.75 / 0.5)
    assert psi(bins, now) == pytest.approx(by_hand, abs=2e-4)


def test_same_values_in_any_order_have_no_drift():
    values = numbers(1000)
    assert psi(fit_bins(values, 10), values.sample(frac=1, random_state=2)) == 0


def test_psi_rises_with_the_shift_and_with_missing_values():
    bins = fit_bins(numbers(2000), 10)
    found = [psi(bins, numbers(2000, shift, seed=2)) for shift in (0, 0.3, 0.6, 1.2)]
    assert found == sorted(found)
    assert found[0] < 0.02
    assert found[-1] > 0.5
    assert psi(bins, numbers(2000, seed=2).where(np.arange(2000) % 3 > 0)) > 0.5


def test_categories_and_what_was_never_seen():
    bins = fit_bins(pd.Series(["NL"] * 60 + ["BE"] * 40), 10)
    assert psi(bins, pd.Series(["NL"] * 60 + ["BE"] * 40)) == 0
    assert psi(bins, pd.Series(["FR"] * 100)) > 1
    assert psi(bins, pd.Series(["NL"] * 30 + ["BE"] * 20 + [None] * 50)) > 0.5


@pytest.mark.parametrize("values", [[0.0] * 90 + [5.0] * 10, [3.0] * 100, [np.nan] * 100])
def test_few_values_still_give_bins(values: list[float]):
    bins = fit_bins(pd.Series(values), 10)
    assert bins.row_count == 100
    assert psi(bins, pd.Series(values)) == 0
    assert psi(bins, pd.Series([9.0] * 100)) > 0.5 or values == [3.0] * 100


def test_bins_survive_json():
    for values in (numbers(300), pd.Series(["a", "b", None] * 100)):
        bins = fit_bins(values, 10)
        assert Bins.from_dict(json.loads(json.dumps(bins.as_dict()))) == bins


@pytest.mark.parametrize("count", [100, 400, 2000])
def test_chance_alone_rarely_passes_the_floor(count: int):
    """At 99 % confidence about 1 of 100 unchanged samples may pass; more than 4 of 100 would be a wrong floor."""
    passed = 0
    for seed in range(100):
        bins = fit_bins(numbers(count, seed=1000 + seed), 10)
        passed += psi(bins, numbers(count, seed=seed)) > psi_by_chance(bins, count, 0.99)
    assert passed <= 4


def test_floor_lifts_the_thresholds_of_small_samples_only():
    bins = fit_bins(numbers(100), 10)
    assert psi_by_chance(bins, 100, 0.999) > 0.25
    assert psi_by_chance(fit_bins(numbers(5000), 10), 5000, 0.999) < 0.05


def test_drifted_scores_ask_at_once_and_features_only_together():
    configuration = load_configuration(WatchingConfiguration, "watching")
    assert drift_request(None, configuration) is None
    assert drift_request(drift(score="watch", a="ok", b="watch"), configuration) is None
    assert "scores drifted (PSI 0.30" in drift_request(drift(score="drifted", a="ok"), configuration)
    assert drift_request(drift(score="ok", a="drifted", b="ok", c="ok", d="ok"), configuration) is None
    assert "2 of 4 features drifted" in drift_request(
        drift(score="ok", a="drifted", b="drifted", c="ok", d="ok"), configuration
    )


def test_the_calendar_asks_for_nothing():
    calendar = dict.fromkeys(("tenure_days", "age_years", "tenure_months", "total_charges_amount"), "drifted")
    assert (
        drift_request(drift(score="ok", a="ok", **calendar), load_configuration(WatchingConfiguration, "watching"))
        is None
    )


def test_decay_speaks_of_the_newest_matured_scores():
    old, new = pd.Timestamp("2025-01-01"), pd.Timestamp("2025-02-01")
    rows = pd.DataFrame({"as_of_date": [old, new], "status": ["decayed", "ok"], "reason": ["worse", None]})
    rows = rows.assign(horizon_days=90)
    assert decay_request(rows) is None
    assert decay_request(rows.assign(status=["ok", "decayed"], reason=[None, "AUC .6 against .8"])) == (
        "the scores of 2025-02-01 for 90 days did not come true (AUC .6 against .8)"
    )
    assert decay_request(rows.iloc[:0]) is None
    # The newest of another horizon are older scores.
    assert decay_request(rows.assign(horizon_days=[180, 90])) == (
        "the scores of 2025-01-01 for 180 days did not come true (worse)"
    )
