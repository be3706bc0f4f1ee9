"""The real cross-section as its source maps it, and a small drawn one with known effects."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ml.configuration import load_configuration
from ml.data.contracts import Contracts
from ml.jobs.contract_churn.configuration import ContractChurnConfiguration
from tests.homes import made_once
from warehouse.base.settings import Settings

AS_OF_DATE = date(2018, 1, 2)


@pytest.fixture(scope="session")
def fast() -> ContractChurnConfiguration:
    """The settings with two folds, once, two dates, one trial beside the defaults, and small models."""
    given = load_configuration(ContractChurnConfiguration, "contract_churn")
    return given.model_copy(
        update={
            "folds": given.folds.model_copy(update={"fold_count": 2, "repetition_count": 1}),
            "search": given.search.model_copy(update={"trial_count": 1}),
            "pooling": given.pooling.model_copy(update={"maximum_date_count": 2}),
            "bootstrap": given.bootstrap.model_copy(update={"repetition_count": 30}),
            "families": given.families
            | {
                "random_forest": given.families["random_forest"].model_copy(update={"tree_count": 20}),
                "gradient_boosting": given.families["gradient_boosting"].model_copy(update={"tree_count": 40}),
            },
        }
    )


def with_families(given: ContractChurnConfiguration, *names: str) -> ContractChurnConfiguration:
    """The settings with these families only."""
    return given.model_copy(update={"families": {name: given.families[name] for name in names}})


def without_search(given: ContractChurnConfiguration) -> ContractChurnConfiguration:
    return given.model_copy(update={"search": given.search.model_copy(update={"trial_count": 0})})


@pytest.fixture(scope="session")
def two_families(fast: ContractChurnConfiguration) -> ContractChurnConfiguration:
    """The plainest and the one that mostly wins; test_contract_churn_gate.py has all of them."""
    return with_families(fast, "logistic_regression", "gradient_boosting")


@pytest.fixture(scope="session")
def plainest(fast: ContractChurnConfiguration) -> ContractChurnConfiguration:
    return without_search(with_families(fast, "logistic_regression"))


@pytest.fixture(scope="session")
def telco(tmp_path_factory: pytest.TempPathFactory, real_data: Path) -> Settings:
    """A home in which the Telco file was ingested and its marts were built; read only, please."""
    from warehouse.landing.landing_folder import land_input
    from warehouse.loading.ingest import ingest_source
    from warehouse.marts.build import build_marts

    def at(home: Path) -> Settings:
        return Settings(home=home, mlflow_tracking_uri="", memory_limit="1GB")

    def make(home: Path) -> None:
        land_input(at(home), "ibm_telco", real_data / "ibm_telco_churn.csv")
        ingest_source(at(home), "ibm_telco")
        build_marts(at(home), "ibm_telco", AS_OF_DATE, data_tests=False)  # test_ibm_telco_source.py tests them

    return at(made_once(tmp_path_factory, "telco", make))


@pytest.fixture(scope="session")
def drawn() -> Contracts:
    """600 contracts: month-to-month ones end at 8 % a month, yearly ones at 2 %; watched for up to 40 months."""
    return draw_contracts(600)


def draw_contracts(count: int, seed: int = 7) -> Contracts:
    """Contracts with exponential lifetimes, observed once."""
    random = np.random.default_rng(seed)
    term = random.choice([1, 12], count)
    lifetime = random.exponential(np.where(term == 1, 1 / 0.08, 1 / 0.02))
    watched = random.uniform(0, 40, count)
    ended = lifetime < watched
    rows = pd.DataFrame(
        {
            "subscription_id": [f"s{number}" for number in range(count)],
            "customer_id": [f"c{number}" for number in range(count)],
            "as_of_date": pd.Timestamp(AS_OF_DATE),
            "term_months": term,
            "monthly_amount": random.uniform(5, 50, count).round(2),
            "tenure_months": np.minimum(lifetime, watched).astype(int),
            "attributes": [
                '{"has_support": true}' if draw else '{"has_support": false}' for draw in random.random(count) < 0.3
            ],
            "is_eligible": ~ended,
            "ineligible_reason": np.where(ended, "the contract has ended", None),
            "duration_months": np.minimum(lifetime, watched),
            "is_ended": ended,
        }
    )
    features = rows.drop(columns=["duration_months", "is_ended"])
    training = features.assign(is_churned=ended)
    return Contracts(
        source="drawn",
        as_of_date=AS_OF_DATE,
        horizon_days=90,
        design="cross_section",
        training=training,
        evaluation=training.head(0),
        scoring=features,
        histories=rows,
    )
