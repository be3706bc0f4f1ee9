"""The part of gate `raw` on currencies: amounts in others than the reporting currency can be converted."""

from __future__ import annotations

from collections.abc import Iterator

from great_expectations.expectations.expectation import Expectation

from expectations.newest_versions import newest
from expectations.suites.rules import Severity, no_rows
from expectations.thresholds import RawThresholds

_ORDERS = newest("orders")


def currency_rules(thresholds: RawThresholds, reporting_currency: str | None) -> Iterator[Expectation]:
    """On `raw.orders`; where the source names no reporting currency, it is that of most orders."""
    limits: list[tuple[str, float, Severity]] = [
        ("currencies_have_rates", thresholds.unconverted_order_share_warning, "warning"),
        ("most_currencies_have_rates", thresholds.unconverted_order_share_maximum, "critical"),
    ]
    for rule, share, severity in limits:
        yield no_rows(
            rule,
            f"""
                with
                counted as (
                    select upper(trim(currency)) as currency, count(*) as order_count
                    from {_ORDERS} as orders where currency is not null group by upper(trim(currency))
                ),
                reporting as (
                    select coalesce(
                        nullif(upper(:reporting_currency), ''),
                        (select currency from counted order by order_count desc, currency limit 1)
                    ) as currency
                ),
                unconverted as (
                    select upper(trim(orders.currency)) as currency, count(*) as order_count
                    from {_ORDERS} as orders cross join reporting
                    where upper(trim(orders.currency)) <> reporting.currency and not exists (
                        select 1 from {newest("exchange_rates")} as rates
                        where upper(trim(rates.currency)) = upper(trim(orders.currency))
                            and rates.rate_date <= cast(orders.ordered_at as date)
                    )
                    group by upper(trim(orders.currency))
                )
                select
                    unconverted.currency, unconverted.order_count,
                    round(unconverted.order_count / (select count(*) from {_ORDERS}), 3) as share_of_orders,
                    reporting.currency as reporting_currency
                from unconverted cross join reporting
                where (select sum(order_count) from unconverted) > :share * (select count(*) from {_ORDERS})
                order by unconverted.order_count desc
            """,
            f"At most {share:.0%} of the orders are in a currency other than the reporting currency without a rate in "
            "exchange_rates; their amounts are refused, not added up.",
            "Hand in exchange_rates (currency, rate_date, rate) that go back to the first of these orders, or name the "
            "right reporting_currency in source.yml.",
            column="currency",
            severity=severity,
            reporting_currency=reporting_currency or "",
            share=share,
        )
