"""A job without a model: a count by week, of the marts of one date."""

from __future__ import annotations

from datetime import date

import duckdb
import numpy as np
from numpy.typing import NDArray

from ml.competition.results import Refused
from ml.evaluation.bootstrap import Resamples
from ml.jobs.batch import BatchJob, Results
from ml.jobs.choice import Contender, choose

FEWEST_WEEKS = 2


class OrderWeeksJob(BatchJob):
    """Customers by the week of their last order."""

    def results(self, connection: duckdb.DuckDBPyConnection, as_of_date: date) -> Results:
        rows = connection.execute(
            "select 'last orders' as series_name, "
            "strftime(date_trunc('week', ?::date - days_since_last_order::integer), '%Y-%m-%d') as week_start_date, "
            "count(*)::integer as customer_count from marts.customer_features where as_of_date = ? group by all",
            [as_of_date, as_of_date],
        ).df()
        if len(rows) < FEWEST_WEEKS:
            raise Refused(f"Only {len(rows)} weeks have orders before {as_of_date}.")
        counts = rows.sort_values("week_start_date")["customer_count"].to_numpy()
        choice = choose(_ways(counts), "mean_absolute_error", Resamples(200, 0.95, seed=1), about="counts")
        figures = {"week_count": float(len(rows))}
        return Results(rows, figures, {"weeks.json": {"weeks": len(rows)}}, (choice,))


def _ways(counts: NDArray) -> list[Contender]:
    """Each week as the week before, and as no week at all: the errors with their sign turned decide."""
    errors = {"week_before": -np.abs(np.diff(counts)), "nothing": -np.abs(counts[1:])}
    return [
        Contender(name, name == "nothing", {"mean_absolute_error": -values.mean()}, values.astype(float))
        for name, values in errors.items()
    ]
