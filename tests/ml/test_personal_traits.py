"""Traits of a person are no features unless the source allows them; figures by group are told all the same."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import numpy as np
import pandas as pd
import pytest

from ml.data.contracts import Contracts
from ml.data.personal import barred
from ml.data.snapshots import Snapshots, read_snapshots
from ml.explanations.fairness import fairness_figures
from ml.jobs.contract_churn.job import ContractChurnJob
from tests.ml.jobs import job_at
from tests.ml.synthetic_shop import AS_OF_DATE, HORIZON_DAYS, SOURCE, write_marts
from warehouse.base.build_file import BuildFile
from warehouse.base.settings import Settings
from warehouse.source_definitions.in_build_file import (
    SourceDefinitions,
    allowed_personal_features,
    write_source_definitions,
)


@pytest.fixture(scope="module")
def people(snapshots: Snapshots) -> Snapshots:
    """Customers of whom age and gender are known."""

    def known(rows: pd.DataFrame) -> pd.DataFrame:
        number = np.arange(len(rows))
        return rows.assign(age_years=18.0 + number % 60, gender=np.where(number % 2, "female", "male"))

    roles = ("training", "evaluation", "scoring")
    return replace(snapshots, **{role: known(getattr(snapshots, role)) for role in roles})


@pytest.mark.parametrize("name", ["churn", "clv"])
def test_models_do_without_them_unless_the_source_allows_them(people: Snapshots, name: str):
    job = job_at(name, HORIZON_DAYS)
    usable, dropped = job.usable(people)
    assert {trait: dropped[trait] for trait in ("age_years", "gender")} == dict.fromkeys(
        ("age_years", "gender"), "personal"
    )
    assert not {"age_years", "gender"} & {*usable, *job.input_columns(people)}
    allowed = replace(people, personal_features=frozenset({"age_years"}))
    assert set(job.input_columns(allowed)) - set(job.input_columns(people)) == {"age_years"}


def test_figures_by_group_are_of_people_all_the_same(people: Snapshots):
    rows = job_at("churn", HORIZON_DAYS).evaluation_rows(people)
    actual, predicted = rows["is_churned"].to_numpy(dtype=float), np.full(len(rows), 0.5)
    figures = fairness_figures(rows, actual, predicted, predicted > 1, is_probability=True)
    assert {"age_group", "gender"} <= set(figures["group_column"])


def test_attributes_of_contracts_tell_of_people_too():
    rows = pd.DataFrame(
        {
            "tenure_months": np.arange(4.0),
            "attributes": [f'{{"is_senior": {flag}, "Gender": "x{flag}", "has_support": {flag}}}' for flag in "0011"],
        }
    )
    given = {"source": SOURCE, "as_of_date": AS_OF_DATE, "horizon_days": 90, "design": "snapshots"}
    contracts = Contracts(**given, training=rows, evaluation=rows, scoring=rows, histories=rows)
    usable, dropped = ContractChurnJob(90).usable(contracts)
    assert dropped == {"attribute_is_senior": "personal", "attribute_gender": "personal"}
    assert usable == ("tenure_months", "attribute_has_support")
    assert barred(usable, ()) == frozenset()


def test_what_the_source_allows_is_read_with_the_rows(people: Snapshots, settings: Settings):
    write_marts(settings.build_file(SOURCE), people)
    file, horizons = BuildFile(settings, SOURCE), {"churn_horizon_days": 90, "clv_horizon_days": 90}
    assert read_snapshots(file, AS_OF_DATE, **horizons).personal_features == frozenset()
    with duckdb.connect(str(settings.build_file(SOURCE))) as connection:
        write_source_definitions(connection, SourceDefinitions(personal_features=("gender",)))
    assert read_snapshots(file, AS_OF_DATE, **horizons).personal_features == {"gender"}


def test_a_source_that_says_nothing_allows_nothing():
    with duckdb.connect() as connection:
        assert allowed_personal_features(connection) == frozenset()
        connection.execute("create schema state; create table state.source_settings (amounts_from varchar)")
        assert allowed_personal_features(connection) == frozenset()
