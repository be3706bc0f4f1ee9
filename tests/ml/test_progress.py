"""A training logs each candidate: how long it took, or why it could not be fitted."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier

from ml.competition.course import evaluated
from ml.competition.results import Candidate, CandidateFailed, Result


def test_each_candidate_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    def fitted() -> Result:
        return Result(Candidate("recency_rule", True, DummyClassifier()), {}, np.zeros(3))

    def failing() -> Result:
        raise CandidateFailed("too few repeat orders")

    caplog.set_level(logging.INFO, logger="ml.competition.course")
    results, failures = evaluated("churn", [("recency_rule", fitted), ("bg_nbd", failing)])
    first, second = caplog.messages
    assert first.startswith("churn: recency_rule fitted and evaluated in 0.")
    assert second == "churn: bg_nbd could not be fitted: too few repeat orders"
    assert [result.name for result in results] == ["recency_rule"]
    assert failures == {"bg_nbd": "too few repeat orders"}
