"""A job without a model: a count by week, of the marts of one date."""

from __future__ import annotations

from datetime import date

import duckdb

from ml.competition.results import Refused
from ml.jobs.batch import BatchJob, Results

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
        return Results(rows, {"week_count": float(len(rows))}, {"weeks.json": {"weeks": len(rows)}})
