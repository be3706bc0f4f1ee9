"""Who serves, and what the alarm catches."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from ml.competition.results import Competition, Refused
from ml.jobs.contract_churn.configuration import ContractChurnConfiguration
from ml.jobs.contract_churn.job import ContractChurnJob
from ml.tracking.serialisation import model_content


def competed(contracts, configuration: ContractChurnConfiguration, champion=None):
    job = ContractChurnJob(90, configuration)
    job.check(contracts)
    return job.compete(contracts, champion)


@pytest.fixture(scope="module")
def competition(drawn, two_families) -> Competition:
    return competed(drawn, two_families)


def test_every_candidate_competes_and_can_be_stored(drawn, fast):
    competition = competed(drawn, fast)
    assert [result.name for result in competition.results] == [
        "tenure_only",
        "contract_type_only",
        "logistic_regression",
        "decision_tree",
        "random_forest",
        "linear_svm",
        "neural_network",
        "gradient_boosting",
    ]
    assert competition.failures == {}
    assert len({frozenset(result.metrics) for result in competition.results}) == 1
    for result in competition.results:
        model_content(result.candidate.estimator)  # raises where something could not be loaded again
    survival = {"survival_by_contract_type.csv", "hazard_ratios.csv", "survival.json", "renewals.json"}
    assert survival | {"treatment.json"} == set(competition.documents)
    contender = competition.decision.contender
    assert {"survival_by_contract_type", "hazard_ratios", "calibration"} < set(competition.figures[contender])


def test_a_planted_leak_is_refused(drawn, two_families):
    """An attribute that is set when a contract ends: with it the answer stands among the features."""
    ended = drawn.training["is_churned"].to_numpy()
    random = np.random.default_rng(1)
    told = np.where(random.random(len(ended)) < 0.9, ended, ~ended)
    leaking = [f'{{"exit_survey_sent": {str(bool(flag)).lower()}}}' for flag in told]
    parts = {name: getattr(drawn, name).assign(attributes=leaking) for name in ("training", "scoring", "histories")}
    decision = competed(replace(drawn, **parts), two_families).decision
    assert decision.metric_value >= two_families.gates.cross_section.leak_alarm
    assert decision.verdict == "baseline_serves"
    assert "looks like a leak" in decision.reason


def test_a_champion_goes_on_when_the_new_figures_look_like_a_leak(drawn, plainest, competition):
    champion = competition.result("logistic_regression").candidate
    ended = drawn.training["is_churned"].to_numpy()
    leaking = [f'{{"exit_survey_sent": {str(bool(flag)).lower()}}}' for flag in ended]
    parts = {name: getattr(drawn, name).assign(attributes=leaking) for name in ("training", "scoring", "histories")}
    decision = competed(replace(drawn, **parts), plainest, champion).decision
    assert (decision.verdict, decision.serving) == ("champion_kept", None)


def test_a_champion_is_compared_by_its_recipe_and_not_by_what_it_learned(drawn, two_families, competition):
    champion = replace(competition.result("logistic_regression").candidate, estimator=None)
    competition = competed(replace(drawn), two_families, champion)
    assert competition.decision.champion_value == competition.result(champion.name).metrics["roc_auc"]
    assert competition.decision.verdict == "promoted"


def oversampled(contracts):
    """Ended contracts copied, under ids of their own, until both classes are as large; before any split."""
    rows = contracts.training
    ended = rows[rows["is_churned"]]
    missing = int((~rows["is_churned"]).sum() - len(ended))
    copies = ended.sample(missing, replace=True, random_state=1)
    copies = copies.assign(
        subscription_id=[f"copy{n}" for n in range(missing)], customer_id=[f"copy{n}" for n in range(missing)]
    )
    return replace(contracts, training=pd.concat([rows, copies], ignore_index=True))


def test_shuffled_labels_are_worth_half(drawn, two_families):
    shuffled = drawn.training["is_churned"].sample(frac=1, random_state=3).to_numpy()
    competition = competed(replace(drawn, training=drawn.training.assign(is_churned=shuffled)), two_families)
    assert competition.result("logistic_regression").metrics["roc_auc"] == pytest.approx(0.5, abs=0.07)
    assert competition.decision.verdict == "baseline_serves"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"scoring": pd.DataFrame()}, "no subscriptions"),
        ({"scoring": "ended"}, "Only 0 contracts run"),
        ({"training": "one class"}, "Only 0 of 600 training rows ended; 25 are needed"),
        ({"design": "snapshots", "first_started_on": date(2017, 12, 1)}, "history is too short: contracts reach back"),
        ({"training": "constant"}, "No feature differs"),
    ],
)
def test_data_that_allow_no_model_are_refused_with_a_reason(drawn, fast, change, reason):
    made = {
        "ended": lambda: drawn.scoring.assign(is_eligible=False),
        "one class": lambda: drawn.training.assign(is_churned=False),
        "constant": lambda: drawn.training.assign(term_months=1, monthly_amount=1, tenure_months=1, attributes=None),
    }
    contracts = replace(drawn, **{k: made[v]() if isinstance(v, str) and v in made else v for k, v in change.items()})
    with pytest.raises(Refused, match=reason):
        ContractChurnJob(90, fast).check(contracts)
