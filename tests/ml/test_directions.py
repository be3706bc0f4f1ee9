"""Boosting keeps the directions that features are declared to have, whatever it is trained on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ml.data.features import directions_of
from ml.data.preprocessing import number_columns
from ml.estimators.classifiers import make_classifier
from ml.estimators.parameters import BoostingParameters
from warehouse.base.meanings import Meaning

COLUMNS = ("country", "days_since_last_order", "order_count_365d", "order_gap_ratio", "country_count", "net_amount")
PARAMETERS = BoostingParameters(tree_count=40, leaf_count=6, minimum_leaf_rows=20, learning_rate=0.1, l2_penalty=1.0)


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    random = np.random.default_rng(4)
    frame = pd.DataFrame({name: random.gamma(2, 30, 3000).round() for name in COLUMNS[1:]})
    frame.loc[random.random(3000) < 0.2, "net_amount"] = np.nan
    return frame.assign(country=random.choice(["NL", "BE", "DE"], 3000))[list(COLUMNS)]


def _moves(rows: pd.DataFrame, outcome: np.ndarray, name: str, likelier_means: Meaning | None) -> np.ndarray:
    """By how much the probability changes from step to step of one feature, the others as they are."""
    model = make_classifier("gradient_boosting", COLUMNS, PARAMETERS, 0, likelier_means=likelier_means)
    model.fit(rows, outcome)
    steps = [rows.head(200).assign(**{name: value}) for value in np.linspace(0, 200, 41)]
    return np.diff([model.predict_proba(step)[:, 1] for step in steps], axis=0)


# Outcomes that say the opposite, and outcomes that say nothing, tempt the trees the most.
@pytest.mark.parametrize(
    ("name", "means_leaving"), [("days_since_last_order", True), ("order_count_365d", False), ("net_amount", False)]
)
@pytest.mark.parametrize("likelier_means", ["leaving", "staying"])
def test_a_probability_never_moves_against_what_a_feature_means(rows, name, means_leaving, likelier_means):
    direction = 1 if means_leaving == (likelier_means == "leaving") else -1
    contrary = -direction
    noise = np.random.default_rng(1).normal(0, 30, len(rows))
    outcome = (contrary * rows[name].fillna(60) + noise > contrary * 60).astype(int)
    assert (_moves(rows, outcome, name, likelier_means) * direction >= -1e-12).all()
    assert (_moves(rows, outcome, name, None) * direction < -0.01).any()


def test_what_turns_within_its_range_or_has_no_meaning_may_move_either_way(rows):
    assert number_columns(COLUMNS) == [name for name in COLUMNS if name != "country"]
    assert directions_of(["order_gap_ratio", "something else"], "leaving") == [0, 0]
    outcome = (rows["order_gap_ratio"] < 40).astype(int) | (rows["order_gap_ratio"] > 120).astype(int)
    moves = _moves(rows, outcome, "order_gap_ratio", "leaving")
    assert (moves < -0.05).any()
    assert (moves > 0.05).any()
