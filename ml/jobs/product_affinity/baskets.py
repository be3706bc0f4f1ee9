"""Baskets: the products of each order that stood on a date, as a sparse matrix."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from warehouse.base.dbt_macros import dbt_macro

# Orders of identified customers that stood on the date, and what they brought for a price; a product that was sent
# back later was bought together with the others all the same.
_LINES = """
with orders as (
    select distinct order_id, customer_id, order_date
    from intermediate.int_customer_movements
    where is_demand and movement_part = 'sale' and occurred_at < $as_of_date and {stands}
)
select distinct orders.order_id, orders.customer_id, orders.order_date, items.product_code
from orders
inner join marts.fct_order_items as items on orders.order_id = items.order_id
where items.line_kind = 'goods' and items.original_line_amount > 0 and items.product_code is not null
order by orders.order_date, orders.order_id, items.product_code
"""


@dataclass(frozen=True)
class Baskets:
    """Orders and what lies in them.

    Attributes
    ----------
    matrix
        1 where a product lies in a basket, shape (n_baskets, n_products), whole numbers.
    product_codes
        Shape (n_products,), in order.
    customer_id, order_date
        Of each basket, shape (n_baskets,); days as datetime64[D].
    left_out_count
        Baskets with too many products to be taken for one purchase.
    """

    matrix: sparse.csr_array
    product_codes: NDArray
    customer_id: NDArray
    order_date: NDArray
    left_out_count: int = 0

    def __len__(self) -> int:
        return len(self.order_date)

    def part(self, mask: NDArray) -> Baskets:
        """Those of the baskets that a mask of shape (n_baskets,) keeps, with the same columns."""
        return replace(
            self, matrix=self.matrix[mask], customer_id=self.customer_id[mask], order_date=self.order_date[mask]
        )

    def between(self, start: date | None, end: date) -> Baskets:
        """Baskets from `start` (None: from the beginning) to the day before `end`."""
        within = self.order_date < np.datetime64(end)
        return self.part(within if start is None else within & (self.order_date >= np.datetime64(start)))

    @property
    def first_date(self) -> date:
        """The day of the first of them."""
        return self.order_date.min().astype(object)


def read_baskets(connection: duckdb.DuckDBPyConnection, as_of_date: date, maximum_product_count: int) -> Baskets:
    """The baskets before a date, as known on it.

    Parameters
    ----------
    maximum_product_count
        Larger baskets are left out.
    """
    stands = dbt_macro("held_at")("$as_of_date", "counts_from_at", "counts_until_at")
    lines = connection.execute(_LINES.format(stands=stands), {"as_of_date": as_of_date}).df()
    size = lines.groupby("order_id")["product_code"].transform("size")
    kept = lines[size <= maximum_product_count]
    left_out = lines.loc[size > maximum_product_count, "order_id"].nunique()
    return baskets_of(kept, left_out_count=int(left_out))


def baskets_of(lines: pd.DataFrame, *, left_out_count: int = 0) -> Baskets:
    """Baskets from distinct lines with `order_id`, `customer_id`, `order_date` and `product_code`."""
    row, order_ids = pd.factorize(lines["order_id"])
    column, codes = pd.factorize(lines["product_code"], sort=True)
    ones = np.ones(len(lines), np.int64)
    first = lines[~lines["order_id"].duplicated()]
    return Baskets(
        sparse.csr_array((ones, (row, column)), shape=(len(order_ids), len(codes))),
        np.asarray(codes, object),
        first["customer_id"].to_numpy(),
        pd.to_datetime(first["order_date"]).to_numpy().astype("datetime64[D]"),
        left_out_count,
    )


def product_names(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The name of each product; its code where it has none."""
    query = "select product_code, coalesce(product_name, product_code) from marts.dim_products"
    return dict(connection.execute(query).fetchall())
