"""The customers and products of the lists, in a fixed order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from warehouse.base.dbt_macros import dbt_macro

# Countries as known on the date; consent as known by the build: what was taken back since must not be used.
_CUSTOMERS = """
select
    customers.customer_id,
    coalesce(accounts.country, countries.country, '') as country,
    customers.consent_status,
    customers.may_be_contacted
from marts.dim_customers as customers
left join intermediate.int_customer_profiles as accounts
    on customers.customer_id = accounts.customer_id and {account_held}
left join intermediate.int_customer_countries as countries
    on customers.customer_id = countries.customer_id and {country_held}
where customers.registered_at < $as_of_date or customers.first_order_date < $as_of_date
order by customers.customer_id
"""

# Goods only. What nobody has bought yet is offered only if the shop lists it with a price.
_PRODUCTS = """
select
    products.product_code,
    coalesce(products.product_name, products.product_code) as product_name,
    coalesce(products.category, '') as category,
    listed.list_price_amount > 0 and coalesce(products.first_sold_date >= $as_of_date, true) as is_listed_unsold
from marts.dim_products as products
left join staging.stg_products as listed on products.product_code = listed.product_code
where not products.is_pseudo_product
order by products.product_code
"""


@dataclass(frozen=True)
class Subjects:
    """Customers and products, each sorted by their ids.

    Attributes
    ----------
    country_positions
        Of each customer, among the countries; shape (n_customers,).
    is_listed_unsold
        Whether the shop lists a product with a price and nobody, no guest either, has bought it yet.
    """

    customer_ids: NDArray
    countries: NDArray
    country_positions: NDArray
    consent_statuses: NDArray
    may_be_contacted: NDArray
    product_codes: NDArray
    product_names: NDArray
    categories: NDArray
    is_listed_unsold: NDArray

    @property
    def may_have_lists(self) -> NDArray:
        """Who has agreed; everybody where the source knows no consents at all. Shape (n_customers,)."""
        if set(self.consent_statuses) <= {"unknown"}:
            return np.ones(len(self.customer_ids), dtype=bool)
        return self.may_be_contacted


def read_subjects(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> Subjects:
    """Customers known before the date, and all goods."""
    held_at = dbt_macro("held_at")
    query = _CUSTOMERS.format(
        account_held=held_at("$as_of_date", "accounts.valid_from_at", "accounts.valid_to_at"),
        country_held=held_at("$as_of_date", "countries.valid_from_at", "countries.valid_to_at"),
    )
    customers = connection.execute(query, {"as_of_date": as_of_date}).df()
    products = connection.execute(_PRODUCTS, {"as_of_date": as_of_date}).df()
    positions, countries = pd.factorize(customers["country"], sort=True)
    return Subjects(
        customer_ids=customers["customer_id"].to_numpy(),
        countries=np.asarray(countries),
        country_positions=positions,
        consent_statuses=customers["consent_status"].to_numpy(),
        may_be_contacted=customers["may_be_contacted"].to_numpy(dtype=bool),
        product_codes=products["product_code"].to_numpy(),
        product_names=products["product_name"].to_numpy(),
        categories=products["category"].to_numpy(),
        is_listed_unsold=products["is_listed_unsold"].fillna(False).to_numpy(dtype=bool),
    )
