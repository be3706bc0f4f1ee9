"""A training says which candidate is done, and which could not be made."""

from __future__ import annotations

import logging

import pytest

from ml.competition.progress import told
from ml.competition.results import CandidateFailed


def test_each_candidate_is_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="ml.competition.progress")
    with told("churn", "recency_rule"):
        pass
    with pytest.raises(CandidateFailed), told("churn", "bg_nbd"):
        raise CandidateFailed("too few repeat orders")
    first, second = caplog.messages
    assert first.startswith("churn: recency_rule fitted and judged in 0.")
    assert second == "churn: bg_nbd could not be fitted: too few repeat orders"
