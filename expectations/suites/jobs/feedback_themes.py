"""Themes of feedback: quotes are of several customers, and nothing in them tells who wrote or how to reach them."""

from __future__ import annotations

from great_expectations.expectations.expectation import Expectation

from expectations.suites.rules import no_rows
from expectations.suites.score_rules import LOOK
from expectations.thresholds import ScoresThresholds


def rules(thresholds: ScoresThresholds) -> tuple[Expectation, ...]:
    return (
        no_rows(
            "quotes_tell_of_nobody",
            """
                with quotes as (
                    select theme_id, 'negative' as label, negative_quote as quote,
                        negative_quote_customer_count as customer_count
                    from {batch} as themes
                    where as_of_date = :as_of_date
                    union all
                    select theme_id, 'positive', positive_quote, positive_quote_customer_count
                    from {batch} as themes
                    where as_of_date = :as_of_date
                )
                select theme_id, label, customer_count
                from quotes
                where quote is not null and (
                    coalesce(customer_count, 0) < 2
                    or regexp_matches(quote, '@|https?:|www\\.|[0-9][0-9][0-9][0-9]')
                )
            """,
            "A quote is what several customers wrote alike, without addresses or long numbers.",
            LOOK,
            column="negative_quote",
        ),
        no_rows(
            "theme_ids_have_one_name",
            """
                select theme_name, count(*) as theme_count
                from {batch} as themes
                where as_of_date = :as_of_date and status = 'scored'
                group by theme_name
                having count(*) > 1
            """,
            "Each theme has a name of its own.",
            LOOK,
            column="theme_name",
            severity="warning",
        ),
    )
