"""Recommendations as a job: fitted, measured at earlier dates, chosen by list, fitted again on everything."""

from __future__ import annotations

from datetime import date

import duckdb

from ml.competition.results import Refused
from ml.configuration import load_configuration
from ml.jobs.batch import BatchJob, Results
from ml.jobs.recommendations.configuration import RecommendationsConfiguration
from ml.jobs.recommendations.origins import Judgement, judge
from ml.jobs.recommendations.purchases import read_purchases
from ml.jobs.recommendations.rows import Server
from ml.jobs.recommendations.subjects import read_subjects

_EPOCH = date(1970, 1, 1)


class RecommendationsJob(BatchJob):
    """Two lists of products for every customer who may get them."""

    horizon_days: int

    def __init__(self, horizon_days: int, configuration: RecommendationsConfiguration | None = None) -> None:
        self.horizon_days = horizon_days
        self.configuration = configuration or load_configuration(RecommendationsConfiguration, "recommendations")

    def results(self, connection: duckdb.DuckDBPyConnection, as_of_date: date) -> Results:
        subjects = read_subjects(connection, as_of_date)
        if not len(subjects.customer_ids):
            raise Refused(f"No customer is known before {as_of_date}.")
        purchases = read_purchases(connection, subjects, as_of_date)
        if not len(purchases.lines):
            raise Refused(f"Nobody has bought a product before {as_of_date}: there is nothing to learn from.")
        if not subjects.may_have_lists.any():
            raise Refused("No customer has agreed to be contacted.")
        judgement = judge(purchases, (as_of_date - _EPOCH).days, self.horizon_days, self.configuration)
        rows = Server(judgement.newest, judgement.serving, self.configuration).rows()
        return Results(rows, judgement.figures, self._documents(judgement, as_of_date), judgement.choices)

    def _documents(self, judgement: Judgement, as_of_date: date) -> dict[str, object]:
        return {
            "origins.json": judgement.by_origin,
            "offer.json": {
                "as_of_date": as_of_date.isoformat(),
                "products_on_offer": len(judgement.newest.offer.positions),
                "products_offered_again_only_later": int((judgement.newest.offer.waiting_days > 0).sum()),
            },
        }
