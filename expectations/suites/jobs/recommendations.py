"""Recommendations: lists without gaps, of goods only, new where they say so, and only for whom they are meant."""

from __future__ import annotations

from great_expectations.expectations.expectation import Expectation

from expectations.suites.rules import no_rows
from expectations.suites.score_rules import LOOK
from expectations.thresholds import ScoresThresholds


def rules(thresholds: ScoresThresholds) -> tuple[Expectation, ...]:
    return (
        no_rows(
            "places_have_no_gaps",
            """
                select customer_id, list_name, count(*) as place_count, max(recommendation_rank) as last_place
                from {batch} as places
                where as_of_date = :as_of_date and status = 'scored'
                group by customer_id, list_name
                having max(recommendation_rank) <> count(*) or count(distinct recommendation_rank) <> count(*)
            """,
            "The places of a list are 1, 2, 3, … without gaps.",
            LOOK,
            column="recommendation_rank",
        ),
        no_rows(
            "only_goods_are_recommended",
            """
                select places.customer_id, places.product_code
                from {batch} as places
                left join marts.dim_products as products on places.product_code = products.product_code
                where places.as_of_date = :as_of_date and places.status = 'scored'
                    and coalesce(products.is_pseudo_product, true)
            """,
            "Lists hold products of marts.dim_products, no postage, vouchers or fees.",
            "Score again: the lists were made from other marts.",
            column="product_code",
        ),
        no_rows(
            "refused_consent_has_no_list",
            """
                select places.customer_id, customers.consent_status
                from {batch} as places
                inner join marts.dim_customers as customers on places.customer_id = customers.customer_id
                where places.as_of_date = :as_of_date and places.status = 'scored'
                    and (customers.consent_status in ('refused', 'unsubscribed')
                    or places.may_be_contacted and not customers.may_be_contacted)
            """,
            "Who has refused or unsubscribed has no list, and lists say rightly who may be contacted.",
            "Score again: consents have changed since.",
            column="may_be_contacted",
        ),
    )
