"""Reasons of contracts: parts that add up to the served score, in words that name the contract."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from ml.configuration import load_configuration
from ml.data.contract_features import contract_frame
from ml.estimators.contract_churn import ContractChurnModel
from ml.explanations.configuration import ReasonsConfiguration
from ml.explanations.reasons import explained, reason_columns
from ml.explanations.wording import Sentences
from ml.jobs.contract_churn.groups import with_groups
from ml.jobs.contract_churn.job import ContractChurnJob
from ml.jobs.contract_churn.learning import ContractLearning


@pytest.fixture(scope="module")
def learning(drawn, fast) -> ContractLearning:
    unsearched = fast.model_copy(update={"search": fast.search.model_copy(update={"trial_count": 0})})
    return ContractLearning.of(drawn, drawn.training, ContractChurnJob(90, fast).input_columns(drawn), unsearched)


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("tenure_only", "linear"),
        ("contract_type_only", "linear"),
        ("logistic_regression", "linear"),
        ("gradient_boosting", "tree"),
        ("decision_tree", "tree"),
        ("linear_svm", "shapley"),
        ("neural_network", "shapley"),
    ],
)
def test_parts_add_up_to_the_served_score(learning: ContractLearning, fast, name: str, method: str):
    pipeline, _ = learning.maker(name)(learning.everything)
    model = ContractChurnModel(pipeline).fit(learning.frame, learning.churned)
    some = learning.frame.head(80)
    found = explained(ContractChurnJob(90, fast), model, some)
    served = model.predict_proba(some)[:, 1]
    added = found.base + found.values.sum(axis=1).to_numpy()
    assert found.method == method
    assert np.allclose(1 / (1 + np.exp(-added)), served, atol=1e-6)
    if name == "tenure_only":
        assert (found.values.drop(columns="tenure_months").abs().max() < 1e-9).all()


def test_an_attribute_that_nobody_has_today_does_not_spoil_the_reasons(learning: ContractLearning, fast, drawn):
    """It was text at training; today it is empty for everyone, and so looks like a number."""
    texted = learning.frame.assign(attribute_kind=np.where(np.arange(len(learning.frame)) % 2, "a", "b"))
    again = ContractLearning(drawn.training, texted, learning.churned, False, 90, learning.configuration)
    model = ContractChurnModel(again.maker("logistic_regression")(again.everything)[0])
    model.fit(texted, learning.churned)
    today = texted.head(50).assign(attribute_kind=np.nan)
    told = reason_columns(ContractChurnJob(90, fast), model, today, today.index)
    assert told["reasons"].str.contains("risk:|nothing stands out").all()
    assert told["reason_codes"].map(lambda codes: len(json.loads(codes))).max() <= 3


def test_words_of_contracts():
    frame = pd.DataFrame(
        {
            "tenure_months": [1.0, 30.0],
            "term_months": [1.0, 18.0],
            "monthly_amount": [70.5, np.nan],
            "attribute_has_tech_support": [0.0, 1.0],
            "attribute_has_garage": [0.0, 1.0],
            "attribute_is_renovated": [0.0, np.nan],
            "attribute_kind": ["fibre", "unknown"],
        }
    )
    typical = {"tenure_months": 29.0, "term_months": 12.0, "monthly_amount": 64.0, "attribute_kind": "dsl"}
    words = Sentences(load_configuration(ReasonsConfiguration, "reasons"), frame, typical)

    def told(feature: str) -> list[str]:
        return words.of(feature, np.array([0, 1])).tolist()

    assert told("tenure_months")[0] == "runs for 1 month (typical 29)"
    assert told("term_months") == [
        "month-to-month contract",
        "term of 18 months (typical 12)",
    ]
    assert told("monthly_amount")[0] == "pays 70.50 a month (typical 64)"
    assert told("monthly_amount")[1] == "price not known"
    assert told("attribute_has_tech_support") == ["no tech support", "tech support"]
    # Attributes that nobody has put into words.
    assert told("attribute_has_garage") == ["no garage", "garage"]
    assert told("attribute_is_renovated") == ["not renovated", "is renovated not known"]
    assert told("attribute_kind") == ["kind fibre (most dsl)", "kind not known"]


def test_groups_are_those_of_people_and_of_attributes():
    rows = pd.DataFrame(
        {
            "country": ["NL", None, "BE"],
            "attributes": ['{"is_senior": true, "region": "north", "country": "XX"}', '{"is_senior": false}', None],
        }
    )
    found = with_groups(rows)
    assert found["is_senior"].tolist() == ["yes", "no", "unknown"]
    assert found["region"].tolist() == ["north", "unknown", "unknown"]
    assert found["country"].tolist() == ["NL", None, "BE"], "the customer's own country comes first"
    assert len(contract_frame(found)) == 3
