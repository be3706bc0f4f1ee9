"""Gate `activation`: customer_360 carries everyone, all revenue and the newest scores; relationship marts add up."""

from __future__ import annotations

from datetime import date

from great_expectations.expectations.expectation import Expectation

from expectations.measures.revenue import CUSTOMER_360_STEPS
from expectations.suites.mart_rules import look_at
from expectations.suites.relationship import relationship_suites
from expectations.suites.revenue import bridge_suite
from expectations.suites.rules import TableSuite, no_rows, not_null, unique
from warehouse.base.definitions import load_definitions

_SCORES = {
    "customer_churn": ("churn_probability", "churn_status"),
    "customer_clv": ("predicted_amount", "clv_status"),
}


def activation_suites(as_of_date: date) -> list[TableSuite]:
    """The suites of what is published beside the marts."""
    return [_customer_360_suite(as_of_date), bridge_suite(CUSTOMER_360_STEPS), *relationship_suites()]


def _customer_360_suite(as_of_date: date) -> TableSuite:
    model = look_at("customer_360")
    rules = (
        not_null("customer_id", "Every row has a customer.", model),
        unique(["customer_id"], "Each customer stands once in customer_360.", model),
        no_rows(
            "customers_are_complete",
            """
                select coalesce(c.customer_id, p.customer_id) as customer_id, p.customer_id is not null as is_in_360
                from marts.dim_customers as c
                full outer join {batch} as p on p.customer_id = c.customer_id
                where c.customer_id is null or p.customer_id is null
            """,
            "Every customer of dim_customers is in customer_360, and nobody else is.",
            model,
            column="customer_id",
        ),
        no_rows(
            "profile_is_of_as_of_date",
            "select customer_id, as_of_date from {batch} as p where as_of_date <> :day",
            f"Every row is of the as-of date {as_of_date}.",
            model + "; it was built for another run.",
            column="as_of_date",
            day=as_of_date,
        ),
        no_rows(
            "net_amount_agrees_with_features",
            """
                select p.customer_id, p.net_amount, f.net_amount as features_net_amount
                from {batch} as p
                left join marts.customer_features as f
                    on f.customer_id = p.customer_id and f.as_of_date = :as_of_date
                where p.net_amount is distinct from coalesce(f.net_amount, 0)
            """,
            "Every customer's net amount is that of customer_features.",
            model,
            column="net_amount",
        ),
        no_rows(
            "consent_is_respected",
            """
                select customer_id, next_best_action, may_be_contacted
                from {batch} as p
                where not may_be_contacted and next_best_action <> 'do_not_contact'
            """,
            "Whoever has not agreed to be contacted is advised to be left alone.",
            model,
            column="next_best_action",
        ),
        _longer_horizons_hold_more(),
        *(_scores_are_carried(table, *names) for table, names in _SCORES.items()),
    )
    columns = ("customer_id", "as_of_date", "net_amount", "may_be_contacted", "next_best_action")
    columns += tuple(name for names in _SCORES.values() for name in names)
    columns += _amounts()[1:]
    return TableSuite("marts", "customer_360", columns, rules)


def _longer_horizons_hold_more() -> Expectation:
    amounts = _amounts()
    falls = [
        f"{longer} < {shorter}" for number, longer in enumerate(amounts) for shorter in amounts[:number]
    ]  # null where a horizon has no amount: compared with none
    return no_rows(
        "longer_horizons_hold_more",
        f"select customer_id, {', '.join(amounts)} from {{batch}} as p where {' or '.join(falls) or 'false'}",
        "What is expected in more days is not less than what is expected in fewer.",
        look_at("customer_360"),
        column="predicted_amount",
    )


def _amounts() -> tuple[str, ...]:
    """Expected spend, shortest horizon first."""
    further = load_definitions().clv_further_horizons_days.values()
    return ("predicted_amount", *(f"predicted_{days}d_amount" for days in further))


def _scores_are_carried(table: str, value: str, status: str) -> Expectation:
    return no_rows(
        f"{value}_agrees_with_scores",
        f"""
            select p.customer_id, p.{value}, s.{value} as scores_{value}, p.{status}, s.status as scores_status
            from {{batch}} as p
            inner join scores.{table} as s on s.customer_id = p.customer_id and s.as_of_date = :as_of_date
            where p.{value} is distinct from s.{value} or p.{status} is distinct from s.status
        """,
        f"Every customer's {value} and its status are those of scores.{table}.",
        look_at("customer_360") + "; the profile is older than the scores.",
        column=value,
    )
