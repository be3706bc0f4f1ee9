"""No number knows what happened after its date."""

from __future__ import annotations

from pathlib import Path

import pytest
from dbt_build_file import AS_OF_DATE, DATED_MARTS, DATED_MODELS, EVALUATION_DATE, BuildFile
from random_shop import EVENT_TIMES

LIFECYCLE = "customer_lifecycle"
LOYALTY = (
    "repeat_purchase",
    "second_order_survival",
    "cohort_revenue_retention",
    "loyalty_months",
    "satisfaction_and_churn",
)
CAMPAIGNS = ("campaign_summary", "campaign_balance", "campaign_effects", "campaign_effects_by_segment")
CONVERSION = (
    "fct_sessions",
    "conversion_funnel",
    "conversion_linkage",
    "product_conversion",
    "abandoned_baskets",
    "attribution_touches",
    "channel_attribution",
    "channel_removal_effects",
)
ACQUISITION = ("acquisition_monthly", "acquisition_payback", "revenue_new_and_returning")
CONTRACTS = ("contract_mrr_months", "customer_mrr_months", "mrr_movements", "mrr_by_plan", "mrr_plan_moves")
# Not nps: here some answers name an order of a later date, which nobody could have named.
RELATIONSHIP = (LIFECYCLE, *LOYALTY, *CAMPAIGNS, *CONVERSION, *ACQUISITION, *CONTRACTS)
COMPARED = ("path:seeds", *DATED_MODELS, *(f"+{mart}" for mart in RELATIONSHIP))
FEATURES = f"select * from marts.customer_features where as_of_date = date '{EVALUATION_DATE}' order by customer_id"


def forget(shop: BuildFile, day: str) -> None:
    """Delete every event from the day on, and undo the cancellations and endings that came later."""
    shop.execute(
        f"delete from raw.order_items where order_id in (select order_id from raw.orders where ordered_at >= '{day}')",
        *(f"delete from raw.{table} where {column} >= '{day}'" for table, column in EVENT_TIMES.items()),
        f"update raw.orders set order_status = 'completed', cancelled_at = null where cancelled_at >= '{day}'",
        f"update raw.subscriptions set ended_at = null where ended_at >= '{day}'",
    )


@pytest.fixture(scope="module")
def truncated_shop(filled_shop: BuildFile, tmp_path_factory: pytest.TempPathFactory) -> BuildFile:
    """The shop as it stood on the evaluation date, built as of that date."""
    shop = filled_shop.copy_to(tmp_path_factory.mktemp("truncated"))
    forget(shop, EVALUATION_DATE)
    shop.build(EVALUATION_DATE, "--select", *COMPARED, "--resource-type", "seed", "model")
    return shop


def test_features_do_not_change_when_the_future_is_deleted(built_shop: BuildFile, truncated_shop: BuildFile) -> None:
    with_future = built_shop.query(FEATURES)
    without_future = truncated_shop.query(FEATURES)
    assert len(with_future) > 40
    assert repr(with_future) == repr(without_future)


def test_the_future_holds_enough_to_leak(built_shop: BuildFile) -> None:
    """The test above means something only if reversals and cancellations straddle the date."""
    straddling = built_shop.query(
        f"select count(*), count(reversed_at), count(cancelled_at) from marts.fct_orders "
        f"where ordered_at < '{EVALUATION_DATE}' and coalesce(reversed_at, cancelled_at) >= '{EVALUATION_DATE}'"
    )[0]
    assert min(straddling) >= 2


def test_a_run_as_of_an_earlier_date_is_as_if_made_then(
    filled_shop: BuildFile, truncated_shop: BuildFile, tmp_path: Path
) -> None:
    """Raw holds three months more; every mart is that of the truncated shop."""
    shop = filled_shop.copy_to(tmp_path)
    shop.build(EVALUATION_DATE, "--select", *COMPARED, "--resource-type", "seed", "model")
    marts = [f"marts.{mart}" for mart in (*DATED_MARTS, *RELATIONSHIP)]
    ours, theirs = shop.contents(marts), truncated_shop.contents(marts)
    assert [mart for mart in marts if ours[mart] != theirs[mart]] == []


def test_stages_do_not_change_when_the_future_is_deleted(built_shop: BuildFile, truncated_shop: BuildFile) -> None:
    """What fct_orders says of a month is as of the run's date; stages and all that their rules look at are not."""
    sql = f"""
        select * exclude (order_count, net_amount, net_amount_before) from marts.{LIFECYCLE}
        where month < '{EVALUATION_DATE}' order by customer_id, month
    """
    with_future = built_shop.query(sql)
    assert len(with_future) > 400
    assert with_future == truncated_shop.query(sql)


def test_labels_are_what_later_features_say(built_shop: BuildFile) -> None:
    """What came in between two dates is the difference of what was known on them, cancellations aside."""
    differing = built_shop.query(f"""
        select early.customer_id, late.net_amount - early.net_amount, labels.future_net_amount
        from marts.customer_features as early
        inner join marts.customer_features as late
            on late.customer_id = early.customer_id and late.as_of_date = date '{AS_OF_DATE}'
        inner join marts.customer_labels as labels
            on labels.customer_id = early.customer_id and labels.as_of_date = early.as_of_date
        where early.as_of_date = date '{EVALUATION_DATE}'
            and late.net_amount - early.net_amount <> labels.future_net_amount
            and not exists (
                select 1 from marts.fct_orders as orders
                where orders.customer_id = early.customer_id and orders.cancelled_at >= '{EVALUATION_DATE}'
            )
    """)
    assert differing == []
    assert built_shop.query("select count(*) > 100, count(distinct is_churned) from marts.customer_labels") == [
        (True, 2)
    ]
