"""The arithmetic of campaigns against scipy.stats, numpy and calculations written another way."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from scipy import optimize, stats

from warehouse.marts.campaigns.arms import Arm, Measured, adjusted, measured, prior_spend_slope
from warehouse.marts.campaigns.balance import FIGURES, campaign_balance, joint_p_value, sample_ratio_p_value
from warehouse.marts.campaigns.comparison import compare_means, compare_shares
from warehouse.marts.campaigns.many import false_discovery_p_values

RNG = np.random.default_rng(11)
TREATED, CONTROL = RNG.lognormal(3, 1, 90).round(2), RNG.lognormal(2.9, 1.2, 61).round(2)


def arm(values: np.ndarray) -> Arm:
    return Arm(len(values), values.mean(), values.var(ddof=1), int((values != 0).sum()))


def shares(hits: int, count: int) -> Arm:
    return arm(np.repeat([1.0, 0.0], [hits, count - hits]))


def sums(outcome: np.ndarray, before: np.ndarray) -> dict[str, object]:
    """As int_campaign_moments has them: exact decimals."""
    y, x = ([Decimal(str(value)) for value in values] for values in (outcome, before))
    return {
        "customer_count": len(y),
        "before_sum": sum(x),
        "before_square_sum": sum(value * value for value in x),
        "spend_count": sum(value != 0 for value in y),
        "spend_sum": sum(y),
        "spend_square_sum": sum(value * value for value in y),
        "spend_before_sum": sum(one * other for one, other in zip(y, x, strict=True)),
    }


def test_means_are_compared_as_scipy_compares_them() -> None:
    expected = stats.ttest_ind(TREATED, CONTROL, equal_var=False)
    interval = expected.confidence_interval(0.95)
    found = compare_means(arm(TREATED), arm(CONTROL))
    assert found.effect.value == pytest.approx(TREATED.mean() - CONTROL.mean())
    assert (found.effect.lower, found.effect.upper) == pytest.approx((interval.low, interval.high))
    assert found.p_value == pytest.approx(expected.pvalue)


def test_the_ratio_lies_where_no_difference_from_a_multiple_is_found() -> None:
    """Fieller's ends are the ratios r at which treated − r · control is just told from 0."""
    found = compare_means(arm(TREATED), arm(CONTROL))
    for end in (found.relative_effect.lower, found.relative_effect.upper):
        ratio = 1 + end
        error = np.sqrt(TREATED.var(ddof=1) / 90 + ratio**2 * CONTROL.var(ddof=1) / 61)
        assert abs(TREATED.mean() - ratio * CONTROL.mean()) / error == pytest.approx(found.quantile)
    assert found.relative_effect.value == pytest.approx(TREATED.mean() / CONTROL.mean() - 1)


def test_a_ratio_to_nearly_nothing_has_no_interval_and_to_nothing_is_none() -> None:
    barely = compare_means(arm(TREATED), Arm(60, 0.1, 9.0)).relative_effect
    assert (barely.lower, barely.upper) == (None, None)
    assert barely.value > 0
    assert compare_means(arm(TREATED), Arm(60, 0.0, 0.0)).relative_effect.value is None


def likeliest_score(hits: tuple[int, int], counts: tuple[int, int], difference: float) -> float:
    """The score statistic with shares found by a search for the largest likelihood."""

    def minus_likelihood(second: float) -> float:
        return -sum(
            stats.binom.logpmf(hit, count, share)
            for hit, count, share in zip(hits, counts, (second + difference, second), strict=True)
        )

    bounds = max(0.0, -difference) + 1e-12, min(1.0, 1 - difference) - 1e-12
    second = optimize.minimize_scalar(minus_likelihood, bounds=bounds, method="bounded", options={"xatol": 1e-12}).x
    first, total = second + difference, sum(counts)
    variance = (first * (1 - first) / counts[0] + second * (1 - second) / counts[1]) * total / (total - 1)
    return (hits[0] / counts[0] - hits[1] / counts[1] - difference) / np.sqrt(variance)


@pytest.mark.parametrize("hits", [(7, 20), (60, 3), (12, 0), (1, 1), (80, 59)])
def test_shares_are_compared_by_the_score_test(hits: tuple[int, int]) -> None:
    counts = 90, 61
    found = compare_shares(shares(hits[0], 90), shares(hits[1], 61))
    table = [[hits[0], 90 - hits[0]], [hits[1], 61 - hits[1]]]
    chi_square = stats.chi2_contingency(table, correction=False).statistic
    assert found.p_value == pytest.approx(stats.chi2.sf(chi_square * 150 / 151, 1))
    assert likeliest_score(hits, counts, found.effect.lower) == pytest.approx(1.959964, abs=1e-4)
    assert likeliest_score(hits, counts, found.effect.upper) == pytest.approx(-1.959964, abs=1e-4)


def test_the_published_example_of_the_score_interval() -> None:
    """56 of 70 against 48 of 80: Newcombe (1998), Statistics in Medicine 17, table II, example (a), method 6."""
    found = compare_shares(shares(56, 70), shares(48, 80)).effect
    assert (round(found.lower, 4), round(found.upper, 4)) == (0.0528, 0.3382)


def test_nothing_that_varies_has_no_p_value() -> None:
    assert compare_shares(shares(0, 50), shares(0, 60)).p_value is None
    assert compare_means(Arm(50, 0.0, 0.0), Arm(60, 0.0, 0.0)).p_value is None


def groups() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    before = [RNG.lognormal(3, 1, count).round(2) for count in (90, 61)]
    outcomes = [(0.5 * x + RNG.normal(0, 5, len(x))).round(2) for x in before]
    return outcomes[0], before[0], outcomes[1], before[1]


def read(outcome: np.ndarray, before: np.ndarray) -> Measured:
    found = measured(sums(outcome, before), "spend")
    assert found is not None
    return found


def test_the_adjusted_effect_is_that_of_customers_adjusted_one_by_one() -> None:
    y1, x1, y0, x0 = groups()
    treated, control = read(y1, x1), read(y0, x0)
    centred = np.concatenate([x1 - x1.mean(), x0 - x0.mean()])
    slope = centred @ np.concatenate([y1, y0]) / (centred @ centred)
    assert prior_spend_slope(treated, control) == pytest.approx(slope)
    overall = np.concatenate([x1, x0]).mean()
    for group, y, x in ((treated, y1, x1), (control, y0, x0)):
        one_by_one = y - slope * (x - overall)
        found = adjusted(group, slope, overall)
        assert (found.mean, found.variance) == pytest.approx((one_by_one.mean(), one_by_one.var(ddof=1)))
    plain = compare_means(treated.arm, control.arm)
    narrower = compare_means(adjusted(treated, slope, overall), adjusted(control, slope, overall))
    assert narrower.standard_error < 0.7 * plain.standard_error


def test_large_sums_lose_nothing() -> None:
    """Ten million and a cent, or ten million: sums of squares of floats would have no digit left."""
    spend = np.array([10_000_000.01, 10_000_000.00, 10_000_000.02, 10_000_000.01])
    found = read(spend, np.zeros(4))
    assert found.arm.variance == pytest.approx(0.0001 * 2 / 3, rel=1e-9)


def test_without_earlier_spend_nothing_is_adjusted() -> None:
    treated, control = read(TREATED, np.zeros(90)), read(CONTROL, np.zeros(61))
    assert prior_spend_slope(treated, control) == 0.0


def test_many_p_values_are_adjusted_as_scipy_adjusts_them() -> None:
    p_values = [*RNG.uniform(0, 1, 30), *RNG.uniform(0, 0.01, 5), 0.5, 0.5]
    assert false_discovery_p_values(p_values) == pytest.approx(list(stats.false_discovery_control(p_values)))
    assert false_discovery_p_values([]) == []


def test_the_joint_test_is_the_regression_of_the_group_on_all_figures() -> None:
    """Hotelling's T² has the F value of that regression."""
    x = RNG.normal(0, 1, (151, 3)) @ RNG.normal(0, 1, (3, 3))
    is_treated = np.repeat([1.0, 0.0], [90, 61])
    x[:90] += 0.2
    design = np.column_stack([np.ones(151), x])
    fitted = design @ np.linalg.lstsq(design, is_treated, rcond=None)[0]
    left, whole = ((is_treated - fitted) ** 2).sum(), ((is_treated - is_treated.mean()) ** 2).sum()
    expected = stats.f.sf((whole - left) / 3 / (left / 147), 3, 147)
    covariances = [np.cov(x[:90].T), np.cov(x[90:].T)]
    assert joint_p_value(x[:90].mean(0) - x[90:].mean(0), covariances, (90, 61)) == pytest.approx(expected)
    doubled = [np.block([[c, c], [c, c]]) for c in covariances]
    difference = np.tile(x[:90].mean(0) - x[90:].mean(0), 2)
    assert joint_p_value(difference, doubled, (90, 61)) == pytest.approx(expected)  # what is said twice counts once


def test_sizes_of_groups_are_compared_by_chi_square() -> None:
    expected = stats.chisquare([811, 189], [800, 200]).pvalue
    assert sample_ratio_p_value((811, 189), 0.2) == pytest.approx(expected)


def balance_sums(values: np.ndarray, *, is_control: bool) -> dict[str, object]:
    row: dict[str, object] = {"campaign_id": "k", "is_control": is_control, "customer_count": len(values)}
    for i, one in enumerate(FIGURES):
        row[f"{one}_sum"] = Decimal(str(values[:, i].sum()))
        for j, other in enumerate(FIGURES[i:], start=i):
            row[f"{one}_{other}_sum"] = Decimal(str((values[:, i] * values[:, j]).sum()))
    return row


def test_figures_before_are_compared_in_standard_deviations() -> None:
    treated, control = RNG.integers(0, 50, (80, 3)), RNG.integers(0, 60, (40, 3))
    rows = [balance_sums(treated, is_control=False), balance_sums(control, is_control=True)]
    found = campaign_balance(rows, None)
    assert [record["figure"] for record in found] == list(FIGURES)
    for position, record in enumerate(found):
        spread = np.sqrt((treated[:, position].var(ddof=1) + control[:, position].var(ddof=1)) / 2)
        expected = (treated[:, position].mean() - control[:, position].mean()) / spread
        assert record["standardized_difference"] == pytest.approx(expected)
        assert record["planned_control_share"] == 0.35
    assert campaign_balance(rows, 0.5)[0]["sample_ratio_p_value"] == pytest.approx(stats.chisquare([80, 40]).pvalue)
    assert campaign_balance(rows[:1], None) == []
