"""Margin of lifetime value: shrunken shares, and null where the cost of goods is unknown."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ml.jobs.lifetime_value.margin import expected_margin_share, spread_of_shares


def rows(amount, margin) -> pd.DataFrame:
    return pd.DataFrame({"net_amount": amount, "net_margin_amount": margin})


def simulated(between: float, within: float, count: int = 20_000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Amounts, true shares and observed shares whose variance is within / amount."""
    random = np.random.default_rng(4)
    amount = random.lognormal(5, 1, count)
    true = random.normal(0.4, np.sqrt(between), count)
    return amount, true, random.normal(true, np.sqrt(within / amount))


def test_both_variances_are_recovered():
    amount, _, observed = simulated(between=0.01, within=1.5)
    between, within = spread_of_shares(amount, observed, 0.4)
    assert between == pytest.approx(0.01, rel=0.2)
    assert within == pytest.approx(1.5, rel=0.15)


def test_shrinking_is_nearer_the_truth_than_either_extreme():
    amount, true, observed = simulated(between=0.01, within=1.5)
    share = expected_margin_share(rows(amount, amount * observed))
    error = np.mean((share - true) ** 2)
    assert error < 0.8 * np.mean((observed - true) ** 2)
    assert error < 0.8 * np.mean((observed.mean() - true) ** 2)


def test_large_amounts_keep_their_own_share_and_small_ones_the_common():
    amount, _, observed = simulated(between=0.01, within=1.5)
    amount[:2], observed[:2] = (1e6, 1), (0.2, 0.2)
    share = expected_margin_share(rows(amount, amount * observed))
    assert share[0] == pytest.approx(0.2, abs=0.01)
    common = (amount * observed).sum() / amount.sum()
    assert share[1] == pytest.approx(common, abs=0.01)


def test_equal_shares_stay_and_chance_alone_is_shrunken_away():
    assert expected_margin_share(rows([10, 20, 900], [4, 8, 360])) == pytest.approx([0.4] * 3)
    amount, _, observed = simulated(between=0.0, within=1.5)
    share = expected_margin_share(rows(amount, amount * observed))
    assert share.std() < 0.2 * observed.std()


def test_unknown_costs_give_no_share():
    share = expected_margin_share(rows([10.0, 20.0, 0.0, -5.0], [4.0, np.nan, np.nan, -2.0]))
    assert np.isnan(share[1:3]).all()
    assert share[[0, 3]] == pytest.approx([0.4, 0.4])  # all brought back: nothing of their own to go by
    assert np.isnan(expected_margin_share(rows([10.0], [np.nan]))).all()
    assert np.isnan(expected_margin_share(pd.DataFrame({"net_amount": [10.0]}))).all()
