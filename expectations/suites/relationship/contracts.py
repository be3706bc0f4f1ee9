"""Contracts' money: movements add up to the cent, from the first month to what runs today, in every view of it."""

from __future__ import annotations

from expectations.suites.mart_rules import look_at
from expectations.suites.rules import TableSuite, no_rows

_GAINS = ("new", "reactivated", "expansion", "newly_priced")
_LOSSES = ("contraction", "churned")
_SHARES = ("logo_churn_share", "gross_revenue_churn_share", "gross_revenue_retention_12m_share")


def contract_suites() -> list[TableSuite]:
    """Suites of the marts of contracts' money."""
    return [_movements_suite(), _contracts_suite(), _plans_suite()]


def _movements_suite() -> TableSuite:
    model = look_at("mrr_movements")
    moved = " + ".join(f"{name}_mrr_amount" for name in _GAINS) + "".join(f" - {name}_mrr_amount" for name in _LOSSES)
    rules = (
        no_rows(
            "movements_add_up",
            f"""
                select * from (
                    select month, opening_mrr_amount + {moved} as expected_mrr_amount, closing_mrr_amount,
                        opening_customer_count + new_customer_count + reactivated_customer_count
                            - churned_customer_count as expected_customer_count,
                        closing_customer_count
                    from {{batch}} as m
                ) as m
                where expected_mrr_amount <> closing_mrr_amount or expected_customer_count <> closing_customer_count
            """,
            "A month's opening MRR and its movements make its closing MRR, to the cent; so do its customers.",
            model,
            column="closing_mrr_amount",
        ),
        no_rows(
            "months_follow_each_other",
            """
                select * from (
                    select month, opening_mrr_amount, opening_customer_count,
                        coalesce(lag(month) over (order by month), month - interval 1 month) as month_before,
                        coalesce(lag(closing_mrr_amount) over (order by month), 0) as mrr_amount_before,
                        coalesce(lag(closing_customer_count) over (order by month), 0) as customer_count_before
                    from {batch} as m
                ) as m
                where month_before <> month - interval 1 month or opening_mrr_amount <> mrr_amount_before
                    or opening_customer_count <> customer_count_before
            """,
            "Every month opens with what the one before closed with, and none is left out.",
            model,
            column="opening_mrr_amount",
        ),
        no_rows(
            "newest_month_is_what_runs",
            """
                select m.mrr_amount, m.contract_count, c.mrr_amount as running_mrr_amount, c.running_contract_count
                from (
                    select coalesce(max_by(closing_mrr_amount, month), 0) as mrr_amount,
                        coalesce(max_by(contract_count, month), 0) as contract_count
                    from {batch} as m
                ) as m
                cross join (
                    select coalesce(sum(monthly_amount), 0) as mrr_amount, count(*) as running_contract_count
                    from marts.dim_subscriptions where is_active
                ) as c
                where m.mrr_amount <> c.mrr_amount or m.contract_count <> c.running_contract_count
            """,
            "The newest month closes with the monthly amounts of all contracts that run on the run's date.",
            model + " dim_subscriptions",
            column="closing_mrr_amount",
        ),
        no_rows(
            "shares_are_shares",
            f"""
                select month, {", ".join(_SHARES)} from {{batch}} as m
                where {" or ".join(f"{name} not between 0 and 1" for name in _SHARES)} or quick_ratio < 0
            """,
            "Churn and gross retention are shares from 0 to 1, and the quick ratio is not negative.",
            model,
            column="logo_churn_share",
        ),
    )
    amounts = ("opening", *_GAINS, *_LOSSES, "closing")
    counts = ("opening", "new", "reactivated", "churned", "closing")
    columns = ("month", *(f"{name}_mrr_amount" for name in amounts), *(f"{name}_customer_count" for name in counts))
    return TableSuite(
        "marts", "mrr_movements", (*columns, "contract_count", "unseen_contract_count", *_SHARES, "quick_ratio"), rules
    )


def _contracts_suite() -> TableSuite:
    rules = (
        no_rows(
            "contracts_and_customers_add_up_to_the_months",
            """
                select m.month, m.closing_mrr_amount, c.mrr_amount as contracts_mrr_amount,
                    p.mrr_amount as customers_mrr_amount
                from marts.mrr_movements as m
                full outer join (
                    select month, sum(mrr_amount) as mrr_amount,
                        sum(opening_mrr_amount + movement_mrr_amount + newly_priced_mrr_amount) as moved_mrr_amount
                    from {batch} as c group by month
                ) as c on c.month = m.month
                full outer join (
                    select month, sum(mrr_amount) as mrr_amount from marts.customer_mrr_months group by month
                ) as p on p.month = m.month
                where coalesce(c.mrr_amount, 0) is distinct from m.closing_mrr_amount
                    or c.mrr_amount is distinct from c.moved_mrr_amount
                    or coalesce(p.mrr_amount, 0) is distinct from m.closing_mrr_amount
            """,
            "In every month all contracts together, and all customers, make the MRR of mrr_movements.",
            look_at("contract_mrr_months customer_mrr_months mrr_movements"),
            column="mrr_amount",
        ),
        no_rows(
            "every_contract_is_told_of",
            """
                select * from (
                    select (select count(*) from marts.dim_subscriptions) as contract_count,
                        (select count(distinct subscription_id) from {batch} as c) as told_contract_count,
                        (select coalesce(sum(unseen_contract_count), 0) from marts.mrr_movements)
                            as unseen_contract_count
                ) as c
                where contract_count <> told_contract_count + unseen_contract_count
            """,
            "Every contract has its months, or is counted as begun and ended within one.",
            look_at("contract_mrr_months mrr_movements"),
            column="subscription_id",
        ),
    )
    columns = ("subscription_id", "month", "opening_mrr_amount", "movement_mrr_amount", "newly_priced_mrr_amount")
    return TableSuite("marts", "contract_mrr_months", (*columns, "mrr_amount"), rules)


def _plans_suite() -> TableSuite:
    names = ("opening", *_GAINS, *_LOSSES, "closing")
    sums = ", ".join(f"sum({name}_mrr_amount) as {name}" for name in (*names, "moved_in", "moved_out"))
    moved = " + ".join(f"{name}_mrr_amount" for name in (*_GAINS, "moved_in"))
    moved += "".join(f" - {name}_mrr_amount" for name in (*_LOSSES, "moved_out"))
    differs = " or ".join(f"coalesce(p.{name}, 0) is distinct from m.{name}_mrr_amount" for name in names)
    rules = (
        no_rows(
            "plans_add_up_to_the_months",
            f"""
                select m.month, p.* exclude (month), v.moved
                from marts.mrr_movements as m
                full outer join (
                    select month, {sums}, max(abs(opening_mrr_amount + {moved} - closing_mrr_amount)) as difference
                    from {{batch}} as p group by month
                ) as p on p.month = m.month
                full outer join (
                    select month, sum(moved_mrr_amount) as moved from marts.mrr_plan_moves group by month
                ) as v on v.month = m.month
                where {differs} or p.difference <> 0 or coalesce(p.moved_in, 0) <> coalesce(v.moved, 0)
                    or coalesce(p.moved_out, 0) <> coalesce(v.moved, 0)
            """,
            "In every month the movements of all plans are those of mrr_movements; what moves in is what moves out.",
            look_at("mrr_by_plan mrr_plan_moves"),
            column="closing_mrr_amount",
        ),
    )
    columns = tuple(f"{name}_mrr_amount" for name in (*names, "moved_in", "moved_out"))
    return TableSuite("marts", "mrr_by_plan", ("month", "plan_name", *columns), rules)
