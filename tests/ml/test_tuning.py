"""The search for hyper-parameters: bounded, seeded, and blind to whatever lies after the training snapshots."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import Pipeline

from ml.configuration import load_configuration
from ml.data.dated_rows import eligible
from ml.data.features import model_frame, usable_columns
from ml.estimators.classifiers import FAMILIES, make_classifier
from ml.estimators.parameters import DecisionTreeParameters, Search
from ml.estimators.search import InsideValidation, draws, inside_validation, search, split_by_time, subsampled
from ml.jobs.churn.learning import ChurnLearning
from ml.jobs.configuration import ChurnConfiguration
from ml.tracking.serialisation import model_content
from tests.ml.synthetic_shop import HORIZON_DAYS

GIVEN = load_configuration(ChurnConfiguration, "churn")
CONFIGURATION = GIVEN.model_copy(update={"search": GIVEN.search.model_copy(update={"trial_count": 4})})
DEFAULTS = DecisionTreeParameters(depth=3, minimum_leaf_rows=50)
CHOICES = {"depth": (2, 3, 4), "minimum_leaf_rows": (50, 100)}


def learning(snapshots, configuration=CONFIGURATION) -> ChurnLearning:
    rows = eligible(snapshots.training)
    columns = usable_columns(model_frame(rows))[0]
    return ChurnLearning(snapshots, columns, _churned, HORIZON_DAYS, configuration)


def _churned(rows: pd.DataFrame) -> np.ndarray:
    return rows["is_churned"].to_numpy(dtype=float)


def test_only_rows_whose_outcome_was_known_are_fitted_on():
    dates = pd.Series(pd.to_datetime(["2025-01-01", "2025-03-01", "2025-04-01", "2025-04-01", "2025-01-02"]))
    earlier, newest = split_by_time(dates, 90)
    assert earlier.tolist() == [0]  # 2025-01-02 + 90 days is a day after the newest snapshot
    assert newest.tolist() == [2, 3]
    assert split_by_time(dates.iloc[2:4], 90) is None


def test_thinning_keeps_whole_customers_whatever_the_order():
    customers = np.repeat([f"c{n}" for n in range(100)], 7)
    kept = subsampled(customers, 210, seed=1)
    assert len(kept) == 210
    assert set(np.unique(customers[kept], return_counts=True)[1]) == {7}
    order = np.random.default_rng(0).permutation(len(customers))
    assert set(customers[order][subsampled(customers[order], 210, seed=1)]) == set(customers[kept])
    assert subsampled(customers, 700, seed=1).tolist() == list(range(700))


def test_draws_are_bounded_seeded_and_start_with_the_defaults():
    first = draws(DEFAULTS, CHOICES, 3, [1])
    assert first[0] == DEFAULTS
    assert len(first) == 4
    assert len({tuple(one.model_dump().values()) for one in first}) == 4
    assert first == draws(DEFAULTS, CHOICES, 3, [1])
    assert len(draws(DEFAULTS, CHOICES, 99, [1])) == 6  # every combination once
    assert draws(DEFAULTS, {}, 3, [1]) == [DEFAULTS]


def test_search_takes_the_best_and_the_defaults_among_equals():
    inside = InsideValidation(pd.DataFrame(), np.array([]), np.array([]), np.array([]))

    def searched(figure: Callable, scripted: InsideValidation | None = None, **settings: float):
        given = Search(trial_count=5, maximum_row_count=1000, choices={"tree": CHOICES}, **settings)
        return search("tree", DEFAULTS, given, figure, scripted, seed=0)

    class Scripted(InsideValidation):
        def auc(self, classifier):
            return classifier

    scripted = Scripted(inside.features, inside.outcome, inside.fitted_on, inside.evaluated_on)
    best = searched(lambda p: 0.6 + 0.01 * (p.depth == 4), scripted)
    assert best.parameters.depth == 4
    assert (best.record["search_auc"], best.record["search_auc_of_defaults"]) == (0.61, 0.6)
    assert searched(lambda _: 0.6, scripted).parameters == DEFAULTS
    assert searched(lambda _: 0.6).parameters == DEFAULTS
    kept = searched(lambda p: 0.6 + 0.01 * (p.depth == 4), scripted, minimum_gain=0.02)
    assert kept.parameters == DEFAULTS
    assert kept.record["search_auc"] == 0.6


def test_search_and_fit_do_not_see_the_holdout_or_the_scoring_rows(snapshots):
    blind = replace(
        snapshots,
        evaluation=snapshots.evaluation.assign(is_churned=~snapshots.evaluation["is_churned"].astype(bool)),
        scoring=snapshots.scoring.iloc[:0],
    )
    first, second = (learning(each).candidate("decision_tree") for each in (snapshots, blind))
    assert dict(first.parameters) == dict(second.parameters)
    frame = model_frame(eligible(snapshots.evaluation), learning(snapshots).columns)
    assert np.array_equal(first.estimator.predict_proba(frame), second.estimator.predict_proba(frame))


def test_one_snapshot_leaves_the_defaults_and_says_so(snapshots):
    newest = replace(
        snapshots,
        training=snapshots.training[snapshots.training["as_of_date"] == snapshots.training["as_of_date"].max()],
    )
    candidate = learning(newest).candidate("decision_tree")
    assert candidate.parameters["search"].startswith("defaults")
    assert candidate.parameters["depth"] == CONFIGURATION.families["decision_tree"].depth


def test_one_class_before_the_newest_snapshot_leaves_no_split(snapshots):
    rows = eligible(snapshots.training).reset_index(drop=True)
    happened = (rows["as_of_date"] == rows["as_of_date"].max()).to_numpy(dtype=float)
    options = {"horizon_days": 30, "maximum_row_count": 1000, "seed": 0}
    assert inside_validation(model_frame(rows), happened, rows, **options) is None


def test_rows_are_limited_over_as_many_customers_as_there_are(snapshots):
    few = CONFIGURATION.model_copy(update={"maximum_fit_row_count": 300})
    limited, again = learning(snapshots, few), learning(snapshots, few)
    assert len(limited.rows) == 300
    assert limited.rows.equals(again.rows)
    everybody = eligible(snapshots.training)
    by_whole_customers = subsampled(everybody["customer_id"], 300, CONFIGURATION.random_seed)
    assert limited.rows["customer_id"].nunique() > 2 * everybody["customer_id"].iloc[by_whole_customers].nunique()
    found = limited.rows.merge(everybody[["customer_id", "as_of_date"]], on=["customer_id", "as_of_date"])
    assert len(found) == 300


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_is_seeded_and_of_listed_types(family, snapshots):
    shared = learning(snapshots)
    features, outcome = shared.features, shared.outcome
    parameters = CONFIGURATION.families[family]
    first, second = (make_classifier(family, shared.columns, parameters, 5).fit(features, outcome) for _ in range(2))
    assert isinstance(first, Pipeline)
    assert np.array_equal(first.predict(features), second.predict(features))
    model_content(first)  # raises where something could not be loaded again


def test_a_choice_that_is_no_parameter_is_refused():
    wrong = CONFIGURATION.model_dump()
    wrong["search"]["choices"] = {"decision_tree": {"height": (1, 2)}}
    with pytest.raises(ValueError, match="height"):
        ChurnConfiguration.model_validate(wrong)
    wrong["search"]["choices"] = {"oracle": {"depth": (1, 2)}}
    with pytest.raises(ValueError, match="oracle"):
        ChurnConfiguration.model_validate(wrong)
