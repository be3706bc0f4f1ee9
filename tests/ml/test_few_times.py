"""The interval of a mean over a few times: by hand, and how often it errs where the truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from ml.evaluation.bootstrap import Resamples
from ml.evaluation.few_times import FewTimes
from ml.jobs.choice import Contender, choose

STEP, HORIZON, TIMES, SERIES = 6, 13, 6, 18


def test_times_apart_have_the_interval_of_the_t_test() -> None:
    values = np.array([0.3, -0.1, 0.5, 0.2, 0.9])
    expected = ttest_1samp(values, 0.0).confidence_interval(0.8)
    found = FewTimes(step=13, horizon=13, confidence=0.8).interval(values)
    assert (found.lower, found.upper) == pytest.approx((expected.low, expected.high))


def test_an_overlap_by_hand() -> None:
    """Two times that share half: variance 2 / (1 − .5) = 4, of the mean 4 · (1 + .5) / 2 = 3; t = 1 at .5."""
    found = FewTimes(step=1, horizon=2, confidence=0.5).interval(np.array([1.0, 3.0]))
    assert (found.lower, found.upper) == pytest.approx((2 - 3**0.5, 2 + 3**0.5))


def leads_without_merit(count: int, seed: int) -> np.ndarray:
    """Differences of two ways that are as good as each other, shape (count, times, series).

    Each is a mean over the weeks after its time; a week goes the same way for all series with half of its variance.
    """
    random = np.random.default_rng(seed)
    weeks = STEP * (TIMES - 1) + HORIZON
    noise = (random.standard_normal((count, weeks, 1)) + random.standard_normal((count, weeks, SERIES))) / 2**0.5
    return np.stack([noise[:, STEP * at : STEP * at + HORIZON].mean(axis=1) for at in range(TIMES)], axis=1)


@pytest.mark.parametrize(("confidence", "promised", "slack"), [(0.95, 0.025, 0.025), (0.6, 0.2, 0.05)])
def test_leads_without_merit_pass_no_oftener_than_promised(confidence: float, promised: float, slack: float) -> None:
    times = FewTimes(STEP, HORIZON, confidence)
    passed = np.mean([times.interval(by_time).lower > 0 for by_time in leads_without_merit(2000, 1).mean(axis=2)])
    assert promised / 2 < passed < promised + slack


def test_series_at_one_time_are_not_units_of_their_own() -> None:
    """Taken for 108 units, a quarter and more of the leads without merit would have passed a test of 2.5 %."""

    def passes(values: np.ndarray) -> bool:
        rule = Contender("rule", is_baseline=True, figures={}, unit_values=np.zeros(values.size))
        model = Contender("model", is_baseline=False, figures={}, unit_values=values.ravel())
        return choose([rule, model], "lead", Resamples(100, 0.95, 1)).serving == "model"

    assert np.mean([passes(one) for one in leads_without_merit(80, 2)]) > 0.25
