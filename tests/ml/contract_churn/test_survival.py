"""The survival model against lifelines, against the truth, and where it must not go."""

from __future__ import annotations

import numpy as np
import pytest

from ml.competition.results import CandidateFailed
from ml.data.contract_features import contract_frame
from ml.estimators.contract_survival import ContractSurvival
from ml.jobs.contract_churn.evidence import hazard_ratios, survival_by_term, yearly_renewals

from .conftest import draw_contracts


@pytest.fixture(scope="module")
def fitted():
    rows = draw_contracts(4000).histories
    frame = contract_frame(rows)
    survival = ContractSurvival().fit(frame, rows["duration_months"], rows["is_ended"])
    return rows, frame, survival, *survival.pop_evidence()


def test_stored_curves_are_those_of_lifelines(fitted):
    _, frame, survival, cox, table = fitted
    months = [1.0, 6.0, 12.0, 30.0]
    theirs = cox.predict_survival_function(table.head(20), times=months).to_numpy().T
    ours = np.column_stack([survival.survival(frame.head(20), np.zeros(20), month) for month in months])
    assert np.allclose(ours, theirs, atol=0.005)


def test_truth_is_recovered(fitted):
    """Drawn with 8 % and 2 % a month: a ratio of a quarter, and exp(−.08 × 12) = .383 of the former are left."""
    _, frame, survival, cox, table = fitted
    ratios = hazard_ratios(cox, table).set_index("covariate")
    row = ratios.loc["term_months_12.0"]
    assert row["lower_95"] <= 0.25 <= row["upper_95"] * 1.1
    assert ratios.loc["attribute_has_support", "lower_95"] < 1 < ratios.loc["attribute_has_support", "upper_95"]
    monthly = frame[frame["term_months"] == 1].head(50)
    left = survival.survival(monthly, np.full(50, 5.0), 12).mean()
    assert left == pytest.approx(np.exp(-0.08 * 12), abs=0.05)
    expected = survival.expected_months(monthly, np.full(50, 5.0), 24).mean()
    assert expected == pytest.approx((1 - np.exp(-0.08 * 24)) / 0.08, abs=0.8)


def test_survival_falls_and_goes_on_beyond_the_data(fitted):
    _, frame, survival, *_ = fitted
    lasted = np.full(30, 38.0)
    curve = np.array([survival.survival(frame.head(30), lasted, ahead) for ahead in (0, 3, 12, 60)])
    assert (np.diff(curve, axis=0) < 0).all()
    assert np.allclose(curve[0], 1)
    assert ((survival.expected_months(frame.head(30), lasted, 24) > 0) & (curve[3] >= 0)).all()


def test_curves_by_contract_type_are_apart(fitted):
    curves = survival_by_term(fitted[0])
    at_12 = curves[curves["month"] <= 12].groupby("term_months")["survival"].last()
    assert at_12[1] == pytest.approx(np.exp(-0.08 * 12), abs=0.05)
    assert at_12[12] == pytest.approx(np.exp(-0.02 * 12), abs=0.05)


def test_nothing_ended_is_a_failed_candidate(drawn):
    frame = contract_frame(drawn.histories)
    with pytest.raises(CandidateFailed, match="no contract has ended"):
        ContractSurvival().fit(frame, drawn.histories["duration_months"], np.zeros(len(frame)))


def test_renewals_of_yearly_contracts(drawn):
    histories = drawn.histories
    found = yearly_renewals(histories, 100)
    assert found["contract_count"] == int((histories["term_months"] == 12).sum())
    # 2 % a month leave exp(−.24) = .79 of a year's contracts.
    assert found["retention_by_renewal"][0] == pytest.approx(np.exp(-0.24), abs=0.08)
    assert "Only" in yearly_renewals(histories, 10_000)["refused"]
