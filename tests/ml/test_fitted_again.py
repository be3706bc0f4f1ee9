"""What serves is the chosen recipe, fitted on all outcomes known at the as-of date; its figures are of the holdout."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ml.competition.course import fitted_again
from ml.competition.results import Candidate, CandidateFailed, Competition, Result
from ml.data.dated_rows import eligible
from ml.data.features import model_frame
from ml.data.snapshots import Snapshots
from ml.estimators.search import Chosen
from tests.ml.jobs import job_at
from tests.ml.synthetic_shop import AS_OF_DATE, HORIZON_DAYS

JOB = job_at("churn", HORIZON_DAYS)
JOB.gate = JOB.gate.model_copy(update={"minimum_gain_over_baseline": -1.0})  # one model is enough here, and serves
ONLY = ("logistic_regression",)


@pytest.fixture(scope="module")
def competition(snapshots: Snapshots) -> Competition:
    return JOB.compete(snapshots, None, ONLY)


def probability(competition: Competition, name: str, snapshots: Snapshots) -> np.ndarray:
    rows = eligible(snapshots.scoring)
    estimator = competition.result(name).candidate.estimator
    return estimator.predict_proba(model_frame(rows, competition.columns))[:, 1]


def test_it_has_learned_from_training_rows_and_holdout(competition: Competition, snapshots: Snapshots) -> None:
    assert competition.decision.serving == "logistic_regression"
    parameters = competition.result("logistic_regression").candidate.parameters
    rows = len(eligible(snapshots.training)) + len(eligible(snapshots.evaluation))
    assert (parameters["fitted_row_count"], parameters["fitted_on_outcomes_until"]) == (rows, AS_OF_DATE.isoformat())


def test_it_is_the_model_that_a_fit_on_these_rows_gives(competition: Competition, snapshots: Snapshots) -> None:
    """By hand: the same family asked for directly, with the holdout among the training rows."""
    together = replace(snapshots, training=snapshots.with_known_outcomes().training)
    found: dict[str, Chosen] = {}
    dict(JOB.candidate_makers(snapshots, JOB.usable(snapshots)[0], found))["logistic_regression"]()
    assert list(found) == ["logistic_regression"]  # its parameters are those of the candidate that was evaluated
    makers = dict(JOB.candidate_makers(together, JOB.usable(snapshots)[0], found))
    direct = makers["logistic_regression"]().estimator
    rows = model_frame(eligible(snapshots.scoring), competition.columns)
    served = probability(competition, "logistic_regression", snapshots)
    np.testing.assert_allclose(served, direct.predict_proba(rows)[:, 1], rtol=1e-9)


def test_metrics_are_those_of_a_model_that_has_not_seen_the_holdout(
    competition: Competition, snapshots: Snapshots
) -> None:
    makers = dict(JOB.candidate_makers(snapshots, JOB.usable(snapshots)[0]))
    holdout = eligible(snapshots.evaluation)
    unseen = makers["logistic_regression"]().estimator.predict_proba(model_frame(holdout, competition.columns))[:, 1]
    found = competition.result("logistic_regression")
    np.testing.assert_allclose(found.prediction, unseen, rtol=1e-9)
    assert found.metrics["brier"] == pytest.approx(np.mean((unseen - holdout["is_churned"].to_numpy(dtype=float)) ** 2))


def test_a_purchase_model_serves_from_the_histories_of_the_as_of_date(snapshots: Snapshots) -> None:
    known = snapshots.with_known_outcomes()
    assert snapshots.newest is snapshots.evaluation
    assert known.newest is snapshots.scoring
    fitted = dict(JOB.candidate_makers(known, ()))["purchase_model"]()
    later = replace(known, evaluation=known.evaluation.assign(repeat_order_count=0, first_to_last_order_days=0))
    assert dict(JOB.candidate_makers(later, ()))["purchase_model"]().parameters == fitted.parameters


def test_the_champion_competes_as_its_recipe(competition: Competition, snapshots: Snapshots) -> None:
    champion = Candidate("logistic_regression", False, None)  # nobody asks it for a prediction
    again = JOB.compete(snapshots, champion, ONLY)
    assert again.decision.verdict == "promoted"
    assert again.decision.champion_value == again.result("logistic_regression").metrics["roc_auc"]
    assert "to the champion" not in again.decision.reason  # it is the same recipe


def test_a_recipe_that_takes_another_form_keeps_the_name_under_which_it_was_decided() -> None:
    result = Result(Candidate("bg_nbd", False, "fitted once"), {}, np.zeros(1))
    found = fitted_again("churn", result, lambda: Candidate("nbd", False, "again"), AS_OF_DATE).candidate
    assert (found.name, found.estimator, found.parameters["fitted_as"]) == ("bg_nbd", "again", "nbd")


def test_where_fitting_again_fails_the_evaluated_model_serves_and_says_why() -> None:
    result = Result(Candidate("model", False, "fitted once"), {}, np.zeros(1))

    def fail() -> Candidate:
        raise CandidateFailed("it did not converge")

    found = fitted_again("churn", result, fail, AS_OF_DATE).candidate
    assert (found.estimator, found.parameters) == ("fitted once", {"not_fitted_again": "it did not converge"})
