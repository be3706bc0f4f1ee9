"""Rules, season, reconciliation and scaled errors, against results by hand and by other formulas."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from ml.configuration import load_configuration
from ml.jobs.sales_forecast import rules
from ml.jobs.sales_forecast.configuration import SalesForecastConfiguration, Season
from ml.jobs.sales_forecast.models import each_series, ets
from ml.jobs.sales_forecast.panel import Panel
from ml.jobs.sales_forecast.reconciliation import in_hundredths, naive_scale, reconciled
from ml.jobs.sales_forecast.season import Calendar, SeasonFactors, Seasons, flat, season_factors, seasons
from ml.jobs.sales_forecast.trial import Trial, tried
from ml.jobs.sales_forecast.ways import RULES, called
from ml.jobs.sales_forecast.working_days import days_off_of
from warehouse.sources.sample_shop.season import day_factors

CONFIGURATION = load_configuration(SalesForecastConfiguration, "sales_forecast")
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
        Seasons(*[flat(Calendar("week", panel.with_ahead(2), 5, np.zeros((7, 2))))] * 2),
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


def holiday_panel(effect: float) -> tuple[Panel, np.ndarray]:
    """Three years of sales with a wave, of which a working day that is a holiday changes the logarithm by `effect`."""
    every = pd.date_range("2022-04-04", periods=156 + 14, freq="W-MON")
    days_off = days_off_of(every[:-1], every[-1], {"Germany": 1.0}, {})
    wave = 0.3 * np.cos(2 * np.pi * every[:156].dayofyear.to_numpy() / 365.25)
    noise = 0.03 * np.random.default_rng(6).standard_normal(156)
    values = 500 * np.exp(wave + effect * days_off[:156, 0] + noise)
    return Panel("revenue", "week", every[:156], values[:, None], (("total", "total"),)), days_off


def test_holidays_compete_and_win_where_they_lower_sales() -> None:
    panel, days_off = holiday_panel(-0.2)
    trial = tried(panel, days_off, CONFIGURATION.frequencies["week"], SEASON)
    assert {"holiday_adjusted_theta", "seasonally_adjusted_theta"} < set(trial.forecasts)
    models = [name for name in trial.forecasts if name not in RULES]
    best = min(models, key=lambda name: trial.errors_by_origin(name).mean())
    assert called(best, trial.season) == best
    assert best.startswith("holiday_adjusted_") or best == "median_with_holidays"
    # forecasts with holidays know those ahead: in their weeks they are lower by the effect, elsewhere they are not
    ahead = days_off[156 : 156 + 13, 0]
    ratio = np.log(trial.serving["holiday_adjusted_ets"] / trial.serving["seasonally_adjusted_ets"])[:, 0]
    assert np.ptp(ahead) > 0
    assert np.polyfit(ahead, ratio, 1)[0] == pytest.approx(-0.2, abs=0.07)


def test_holidays_that_change_nothing_are_not_tried() -> None:
    panel, days_off = holiday_panel(0.0)
    trial = tried(panel, days_off, CONFIGURATION.frequencies["week"], SEASON)
    assert not [name for name in trial.forecasts if "holiday" in name]


def test_a_way_is_called_what_it_takes_out_now() -> None:
    calendar = Calendar("week", pd.date_range("2024-01-01", periods=10, freq="W-MON"), 8, np.zeros((10, 2)))
    none = flat(calendar)
    wave, holidays = (SeasonFactors(none.past, none.ahead, True, (effect, 0.0)) for effect in (0.0, -0.2))
    named = "holiday_adjusted_ets", "median_with_holidays", "seasonally_adjusted_arima", "naive"
    assert [called(name, Seasons(none, wave, holidays)) for name in named] == list(named)
    without = ["seasonally_adjusted_ets", "median_of_models", "seasonally_adjusted_arima", "naive"]
    assert [called(name, Seasons(none, wave, wave)) for name in named] == without
    assert called("seasonally_adjusted_arima", Seasons(none, none)) == "arima"


def test_the_season_without_holidays_keeps_the_turn_of_the_year() -> None:
    panel, days_off = holiday_panel(-0.2)
    calendar = Calendar("week", panel.with_ahead(13), 156, days_off)
    shut = panel.values[:, 0] * np.exp(-0.3 * days_off[:156, 1])
    found = seasons(shut, calendar, SEASON)
    assert found.season.day_off_effects == pytest.approx((0.0, -0.3), abs=0.04)
    assert found.fullest.day_off_effects == pytest.approx((-0.2, -0.3), abs=0.04)


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
