"""The part of gate `marts` that models learn from: features by (customer, as-of date)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from great_expectations.expectations.expectation import Expectation

from expectations.suites.mart_rules import KEY, amounts_are_decimals, key_rules, look_at
from expectations.suites.revenue import net_amounts_agree
from expectations.suites.rules import TableSuite, no_rows, not_null
from expectations.thresholds import MartsThresholds
from warehouse.tables.features import MARTS, Feature, Subject, declared_features

_WINDOWS = ("30d", "90d", "180d", "365d")
_ORDER_COUNTS = tuple(f"order_count_{window}" for window in _WINDOWS)


def features_suite(thresholds: MartsThresholds) -> TableSuite:
    """`marts.customer_features`."""
    columns = (*KEY, "first_order_date", "last_order_date", "is_eligible")
    columns += ("ineligible_reason", *declared_features("customers"))
    rules = (
        *key_rules("customer_features"),
        features_keep_their_bounds("customers", KEY),
        *_point_in_time_rules(),
        *_feature_value_rules(),
        *_population_rules(thresholds),
    )
    return TableSuite("marts", "customer_features", columns, rules)


def features_keep_their_bounds(subject: Subject, key: Sequence[str]) -> Expectation:
    """What the declarations of the features promise; a row tells which of them it breaks."""
    broken = {one.name: " or ".join(_broken(one)) for one in declared_features(subject).values()}
    cases = ", ".join(f"case when {rule} then '{name}' end" for name, rule in broken.items() if rule)
    return no_rows(
        "features_keep_their_bounds",
        f"""
            select * from (select {", ".join(key)}, concat_ws(', ', {cases}) as broken_features from {{batch}}) as rows
            where broken_features <> ''
        """,
        "Features that the mart promises are there, and none lies outside the bounds of its declaration.",
        look_at(MARTS[subject]),
    )


def _broken(feature: Feature) -> Iterator[str]:
    """SQL of what must not be."""
    if feature.is_promised:
        yield f"{feature.name} is null"
    if feature.min is not None:
        yield f"{feature.name} < {feature.min:g}"
    if feature.max is not None:
        yield f"{feature.name} > {feature.max:g}"


def _point_in_time_rules() -> tuple[Expectation, ...]:
    model = look_at("customer_features")
    return (
        no_rows(
            "features_are_not_after_as_of_date",
            """
                select customer_id, as_of_date, first_order_date, last_order_date
                from {batch} as features
                where as_of_date > :as_of_date or last_order_date >= as_of_date
                    or first_order_date > last_order_date or first_order_date is null
                    or last_order_date is null
            """,
            "No feature knows anything from its as-of date on.",
            model + "; a feature that knows the future makes every model look better than it is.",
            column="last_order_date",
        ),
        no_rows(
            "days_are_counted_to_as_of_date",
            """
                select customer_id, as_of_date, days_since_last_order, tenure_days, first_to_last_order_days
                from {batch} as features
                where days_since_last_order <> as_of_date - last_order_date
                    or tenure_days <> as_of_date - first_order_date
                    or first_to_last_order_days <> last_order_date - first_order_date
            """,
            "Days since the last order, tenure and first-to-last days follow from the dates.",
            model,
            column="days_since_last_order",
        ),
    )


def _feature_value_rules() -> tuple[Expectation, ...]:
    model = look_at("customer_features")
    nested = " and ".join(
        f"{small} <= {large}" for small, large in zip(_ORDER_COUNTS, (*_ORDER_COUNTS[1:], "order_count"), strict=True)
    )
    return (
        not_null("net_amount", "Every customer has a net amount.", model),
        amounts_are_decimals("customer_features"),
        no_rows(
            "windows_are_nested",
            f"""
                select customer_id, as_of_date, order_count, {", ".join(_ORDER_COUNTS)}
                from {{batch}} as features
                where not ({nested}) or order_count < 1 or order_day_count > order_count
                    or repeat_order_count <> order_day_count - 1
            """,
            "A longer window never counts fewer orders than a shorter one.",
            model,
            column="order_count",
        ),
        no_rows(
            "ineligible_customers_have_a_reason",
            """
                select customer_id, as_of_date, is_eligible, ineligible_reason
                from {batch} as features
                where is_eligible is null or is_eligible <> (ineligible_reason is null)
            """,
            "Who is not eligible for models has a reason, who is eligible has none.",
            model,
            column="is_eligible",
        ),
    )


def _population_rules(thresholds: MartsThresholds) -> tuple[Expectation, ...]:
    return (
        no_rows(
            "purchases_are_complete",
            """
                select coalesce(f.customer_id, o.customer_id) as customer_id, f.order_count,
                    o.purchase_count
                from (select customer_id, order_count from {batch} where as_of_date = :as_of_date) as f
                full outer join (select customer_id, count(*) as purchase_count
                    from marts.fct_orders where is_purchase group by customer_id) as o
                    on o.customer_id = f.customer_id
                where f.order_count is distinct
                from o.purchase_count
            """,
            "At the as-of date every customer with a purchase has features, and they count the same purchases.",
            "Compare marts.customer_features and marts.fct_orders for the customers named.",
            column="order_count",
        ),
        net_amounts_agree(),
        no_rows(
            "customers_are_known",
            """
                select distinct customer_id
                from {batch} as features
                where customer_id not in (select customer_id from marts.dim_customers)
            """,
            "Every customer with features is in dim_customers.",
            look_at("customer_features"),
            column="customer_id",
        ),
        no_rows(
            "eligible_customers_exist",
            """
                select count(*) as eligible_customer_count
                from {batch} as features
                where as_of_date = :as_of_date and is_eligible
                having count(*) < :minimum
            """,
            f"At least {thresholds.eligible_customer_count_warning} customers are eligible for models.",
            "Nothing is broken: with so few customers models are refused with a reason. Look whether the as-of date "
            "lies long after the last order.",
            column="is_eligible",
            severity="warning",
            minimum=thresholds.eligible_customer_count_warning,
        ),
    )
