"""Attribution shares out orders and their money, and makes or loses neither; baskets are those of sessions."""

from __future__ import annotations

from expectations.suites.mart_rules import look_at
from expectations.suites.rules import TableSuite, no_rows

MODELS = ("first_touch", "last_touch", "linear", "position_based", "time_decay", "removal_effect")


def attribution_suites() -> list[TableSuite]:
    """Suites of the marts of attribution."""
    return [_touches_suite(), _channels_suite()]


def _touches_suite() -> TableSuite:
    sums = ", ".join(f"sum({model}_share) as {model}_share, sum({model}_amount) as {model}_amount" for model in MODELS)
    wrong = " or ".join(f"abs(t.{model}_share - 1) > 1e-9 or t.{model}_amount <> o.net_amount" for model in MODELS)
    rules = (
        no_rows(
            "every_purchase_is_shared_out_whole",
            f"""
                select coalesce(o.order_id, t.order_id) as order_id, o.net_amount, t.* exclude (order_id)
                from (select order_id, net_amount from marts.fct_orders where is_purchase) as o
                full join (select order_id, {sums} from {{batch}} as touches group by order_id) as t
                    on t.order_id = o.order_id
                where o.order_id is null or t.order_id is null or {wrong}
            """,
            "Every purchase is there, and by each model its shares add up to 1 and its amounts to its net amount.",
            look_at("attribution_touches"),
            column="order_id",
        ),
    )
    columns = ("order_id", *(f"{model}_{what}" for model in MODELS for what in ("share", "amount")))
    return TableSuite("marts", "attribution_touches", columns, rules)


def _channels_suite() -> TableSuite:
    rules = (
        no_rows(
            "channels_add_up_to_all_purchases",
            """
                select o.month, m.attribution_model, o.order_count, o.net_amount, c.order_count as credited_order_count,
                    c.net_amount as credited_net_amount
                from (
                    select date_trunc('month', order_date) as month, count(*) as order_count,
                        sum(net_amount) as net_amount
                    from marts.fct_orders where is_purchase group by 1
                ) as o
                cross join (select unnest(string_split(:models, ' ')) as attribution_model) as m
                full join (
                    select month, attribution_model, sum(order_count) as order_count, sum(net_amount) as net_amount
                    from {batch} as channels group by 1, 2
                ) as c on c.month = o.month and c.attribution_model = m.attribution_model
                where abs(o.order_count - c.order_count) > 1e-6 or o.net_amount <> c.net_amount
                    or o.month is null or c.month is null
            """,
            "By each model, the channels of a month add up to its purchases and their net amount, to the cent.",
            look_at("channel_attribution"),
            column="net_amount",
            models=" ".join(MODELS),
        ),
    )
    columns = ("month", "attribution_model", "channel", "order_count", "net_amount")
    return TableSuite("marts", "channel_attribution", columns, rules)
