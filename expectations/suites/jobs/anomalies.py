"""Anomalies: ranks without gaps, and none for what a person dismissed."""

from __future__ import annotations

from great_expectations.expectations.expectation import Expectation

from expectations.suites.rules import no_rows
from expectations.suites.score_rules import LOOK
from expectations.thresholds import ScoresThresholds


def rules(thresholds: ScoresThresholds) -> tuple[Expectation, ...]:
    return (
        no_rows(
            "anomaly_ranks_have_no_gaps",
            """
                select count(anomaly_rank) as ranked_count, max(anomaly_rank) as last_rank
                from {batch} as anomalies
                where as_of_date = :as_of_date and status = 'scored'
                having count(distinct anomaly_rank) <> coalesce(max(anomaly_rank), 0)
                    or count(anomaly_rank) <> coalesce(max(anomaly_rank), 0)
            """,
            "Ranks go from 1 to the number of open anomalies, each once.",
            LOOK,
            column="anomaly_rank",
        ),
        no_rows(
            "dismissed_anomalies_have_no_rank",
            """
                select subject_type, subject_id, state, anomaly_rank
                from {batch} as anomalies
                where as_of_date = :as_of_date and status = 'scored' and (state = 'dismissed') <> (anomaly_rank is null)
            """,
            "What a person dismissed is not listed, and everything else is.",
            LOOK,
            column="anomaly_rank",
        ),
    )
