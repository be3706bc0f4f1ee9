"""Rules, season, reconciliation and scaled errors, against results by hand and by other formulas."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from ml.jobs.sales_forecast import rules
from ml.jobs.sales_forecast.configuration import Season
from ml.jobs.sales_forecast.models import each_series, ets
from ml.jobs.sales_forecast.panel import Panel
from ml.jobs.sales_forecast.reconciliation import in_hundredths, naive_scale, reconciled
from ml.jobs.sales_forecast.season import Calendar, flat, season_factors
from ml.jobs.sales_forecast.trial import Trial
from ml.jobs.sales_forecast.working_days import days_off_of
from warehouse.sources.sample_shop.season import day_factors

SEASON = Season(harmonic_count=6, penalty=0.05, smallest_share_of_median=0.1)


def _panel(values: np.ndarray, names: tuple[tuple[str, str], ...], measure: str = "revenue") -> Panel:
    return Panel(measure, "week", pd.date_range("2024-01-01", periods=len(values), freq="W-MON"), values, names)


def test_growing_seasonal_naive_by_hand() -> None:
    values = np.array([[10.0], [20.0], [30.0], [40.0], [15.0], [30.0]])  # a year of four: half as much again
    assert rules.growing_seasonal_naive(values, 2, 4, 2).ravel().tolist() == [45.0, 60.0]


def test_mase_by_hand() -> None:
    panel = _panel(np.array([[1.0], [3.0], [2.0], [6.0], [4.0]]), (("total", "total"),))
    said = {"way": np.array([[[4.0], [5.0]]])}  # changes until the origin: 2 and 1, so the unit is 1.5
    trial = Trial(
        panel,
        panel.starts[[3]],
        panel.values[None, 3:],
        naive_scale(panel.values[:3])[None],
        said,
        {},
        flat(Calendar("week", panel.with_ahead(2), 5, np.zeros((7, 2)))),
    )
    assert trial.scaled_errors("way")[0, 0] == pytest.approx((2 + 1) / 2 / 1.5)
    assert trial.scaled_errors("way", 1)[0, 0] == pytest.approx(2 / 1.5)


def test_reconciled_as_by_the_summing_matrix() -> None:
    """With one way to divide, it is MinT with a diagonal: S (S' W⁻¹ S)⁻¹ S' W⁻¹ (Wickramasuriya et al. 2019)."""
    random = np.random.default_rng(1)
    values = random.gamma(5, 10, (30, 3))
    panel = _panel(
        np.column_stack([values.sum(axis=1), values]),
        (("total", "total"), *(("country", name) for name in "abc")),
        measure="orders",
    )
    base = random.gamma(5, 10, (4, 4)) + np.array([100, 0, 0, 0])
    summing = np.vstack([np.ones(3), np.eye(3)])
    weights = np.diag(1 / naive_scale(panel.values) ** 2)
    expected = summing @ np.linalg.solve(summing.T @ weights @ summing, summing.T @ weights @ base.T)
    assert reconciled(base, panel) == pytest.approx(expected.T)


def test_parts_of_both_levels_add_up_to_the_cent() -> None:
    random = np.random.default_rng(2)
    values = random.gamma(2, 3, (40, 6))
    values[:, 0] *= 20
    names = (("total", "total"), *(("country", name) for name in "abc"), *(("category", name) for name in "xy"))
    panel = _panel(values, names)
    base = random.gamma(2, 3, (13, 6)) - 2  # some below zero
    found = in_hundredths(reconciled(base, panel), panel.additive_levels)
    assert (found >= 0).all()
    for columns in ([1, 2, 3], [4, 5]):
        assert np.rint(found[:, columns].sum(axis=1) * 100).tolist() == np.rint(found[:, 0] * 100).tolist()


def test_season_and_holidays_are_found_again() -> None:
    every = pd.date_range("2023-01-02", periods=143, freq="W-MON")
    days_off = days_off_of(every, every[-1] + pd.Timedelta(days=7), {"Germany": 1.0}, {})
    wave = 0.4 * np.cos(2 * np.pi * (every.dayofyear.to_numpy() + 3) / 365.25)
    truth = np.exp(wave + days_off @ [-0.2, -0.1])
    noise = np.exp(0.03 * np.random.default_rng(3).standard_normal(130))
    factors = season_factors(50 * truth[:130] * noise, Calendar("week", every, 130, days_off), SEASON)
    assert factors.has_season
    assert factors.day_off_effects == pytest.approx((-0.2, -0.1), abs=0.03)
    assert np.corrcoef(np.log(factors.ahead), np.log(truth[130:]))[0, 1] > 0.98


def test_the_season_of_the_sample_shop_is_found_from_two_years() -> None:
    """Orders are drawn with the intensities of the sample shop; the factors of the quarter after are known."""
    days = day_factors(date(2023, 1, 2), 143 * 7).reshape(143, 7).sum(axis=1)
    calendar = Calendar("week", pd.date_range("2023-01-02", periods=143, freq="W-MON"), 104, np.zeros((143, 2)))
    drawn = np.random.default_rng(5).poisson(100 / 7 * days[:104]).astype(float)
    factors = season_factors(drawn, calendar, SEASON)
    found, truth = np.log(np.concatenate([factors.past, factors.ahead])), np.log(days)
    assert np.std(truth) > 0.15
    assert np.std((found - truth)[104:]) < 0.06
    assert np.corrcoef(found, truth)[0, 1] > 0.95


def test_no_season_is_seen_in_noise() -> None:
    calendar = Calendar("week", pd.date_range("2023-01-02", periods=117, freq="W-MON"), 104, np.zeros((117, 2)))
    total = 100 + 10 * np.random.default_rng(4).standard_normal(104)
    factors = season_factors(total, calendar, SEASON)
    assert not factors.has_season
    assert factors.ahead == pytest.approx(7.0, rel=1e-9)


def test_ets_is_that_of_another_library() -> None:
    """Statsmodels' exponential smoothing without trend, on a series where that is the best."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    random = np.random.default_rng(7)
    level = 100 + np.cumsum(random.standard_normal(120))
    values = level + 3 * random.standard_normal(120)
    factors = flat(Calendar("week", pd.date_range("2023-01-02", periods=123, freq="W-MON"), 120, np.zeros((123, 2))))
    found = each_series(ets(), values[:, None], factors, 3)[:, 0]
    expected = ETSModel(values, error="add", trend=None).fit(disp=False).forecast(3)
    assert found == pytest.approx(expected, rel=0.005)


def test_holidays_by_the_name_of_the_country() -> None:
    weeks = pd.date_range("2025-04-14", periods=2, freq="W-MON")
    end = pd.Timestamp("2025-04-28")
    codes = {"EIRE": "IE", "United Kingdom": "GB/ENG"}
    of = {
        name: days_off_of(weeks, end, {name: 1.0}, codes)[:, 0].tolist()
        for name in ("United Kingdom", "EIRE", "Atlantis")
    }
    # Good Friday is none in Ireland
    assert of == {"United Kingdom": [1.0, 1.0], "EIRE": [0.0, 1.0], "Atlantis": [0.0, 0.0]}


def test_days_at_the_turn_of_the_year() -> None:
    weeks = pd.date_range("2025-12-22", periods=2, freq="W-MON")
    counted = days_off_of(weeks, pd.Timestamp("2026-01-05"), {"Germany": 0.5, "Atlantis": 0.5}, {})
    assert counted.tolist() == [[0.0, 0.5 * 5], [0.0, 0.5 * 4]]  # 24 to 28, 29 to 1; its holidays are among them
