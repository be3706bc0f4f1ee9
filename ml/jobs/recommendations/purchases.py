"""Who bought what on which day, read from the movements with all that was known later, and cut at any day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.jobs.recommendations.history import History
from ml.jobs.recommendations.subjects import Subjects

# Days since 1970-01-01; what has not ended ends never.
_NEVER = np.iinfo(np.int32).max
# More than any day has: customer, product and day make one number.
_MOST_DAYS = 1_000_000

# A line stops counting while its order does not stand (cancelled, reversed) and while all of it is taken back.
_LINES = """
with reversals as (
    select
        movement_id,
        min(from_at)::date - date '1970-01-01' as reversed_from_day,
        case when count(*) = count(until_at) then max(until_at)::date - date '1970-01-01' end as reversed_until_day
    from intermediate.int_takebacks
    where record_kind = 'line_reversal'
    group by movement_id
)
select distinct
    items.customer_id,
    items.product_code,
    items.order_date - date '1970-01-01' as bought_day,
    coalesce(standings.stands_from_at, items.occurred_at)::date - date '1970-01-01' as stands_from_day,
    standings.stands_until_at::date - date '1970-01-01' as stands_until_day,
    reversals.reversed_from_day,
    reversals.reversed_until_day
from intermediate.int_movements as items
left join intermediate.int_order_standings as standings on items.order_id = standings.order_id
left join reversals on items.movement_id = reversals.movement_id
where
    items.movement_status in ('kept', 'no_exchange_rate')
    and items.part = 'sale'
    and items.line_kind = 'goods'
    and items.original_amount > 0
    and items.customer_id is not null
    and items.occurred_at < $as_of_date
order by all
"""


@dataclass(frozen=True)
class Purchases:
    """Lines of goods sold, with the days from and until which they count.

    Attributes
    ----------
    customers, products
        Positions among the subjects, shape (n_lines,).
    lines
        `bought_day`, `stands_from_day`, `stands_until_day`, `reversed_from_day`, `reversed_until_day`: days since
        1970-01-01, in the same order.
    """

    subjects: Subjects
    customers: NDArray
    products: NDArray
    lines: pd.DataFrame

    def before(self, day: int) -> History:
        """Purchases before a day, as known on it."""
        known = self._counts_on(day) & (self.lines["bought_day"].to_numpy() < day)
        return self._history(day, known)

    def between(self, day: int, end_day: int) -> History:
        """Purchases from a day up to the day before the end, as known at the end."""
        bought = self.lines["bought_day"].to_numpy()
        return self._history(end_day, self._counts_on(end_day) & (bought >= day) & (bought < end_day))

    @property
    def first_day(self) -> int:
        """The day of the first purchase."""
        return int(self.lines["bought_day"].min())

    def _counts_on(self, day: int) -> NDArray:
        lines = {name: self.lines[name].to_numpy() for name in self.lines}
        stands = (lines["stands_from_day"] < day) & (lines["stands_until_day"] >= day)
        reversed_ = (lines["reversed_from_day"] < day) & (lines["reversed_until_day"] >= day)
        return stands & ~reversed_

    def _history(self, day: int, chosen: NDArray) -> History:
        shape = (len(self.subjects.customer_ids), len(self.subjects.product_codes))
        pairs = self.customers[chosen].astype(np.int64) * shape[1] + self.products[chosen]
        entries = np.unique(pairs * _MOST_DAYS + self.lines["bought_day"].to_numpy()[chosen])
        pairs, days = np.divmod(entries, _MOST_DAYS)
        return History(day, pairs // shape[1], pairs % shape[1], day - days, shape)


def read_purchases(connection: duckdb.DuckDBPyConnection, subjects: Subjects, as_of_date: date) -> Purchases:
    """The lines of the customers and products among the subjects that occurred before the date."""
    frame = connection.execute(_LINES, {"as_of_date": as_of_date}).df()
    customers = pd.Index(subjects.customer_ids).get_indexer(pd.Index(frame["customer_id"]))
    products = pd.Index(subjects.product_codes).get_indexer(pd.Index(frame["product_code"]))
    known = (customers >= 0) & (products >= 0)
    days = frame.drop(columns=["customer_id", "product_code"]).fillna(_NEVER).astype(np.int64)
    return Purchases(subjects, customers[known], products[known], days[known].reset_index(drop=True))
