"""Hillstrom's e-mails and their control group, in the tables that the jobs about campaigns read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.ml.uplift.campaign_shop import CampaignShop

AS_OF_DATE = date(2008, 2, 29)
_ROWS = """
create temp table rows as
select
    (file_row_number + 1)::varchar as customer_id, segment, visit = '1' as has_visited, spend::double as spend,
    timestamp '2008-02-15' - to_months(recency::integer) as last_order_at, history::double as amount, channel,
    case when mens = '1' and womens = '1' then 'both' when mens = '1' then 'men' else 'women' end as product_code
from read_parquet($file, file_row_number = true)
where list_contains($segments, segment) and file_row_number % $every = 0
"""
_FILL = """
create temp table mailings as select distinct segment as campaign_id from rows where segment <> 'No E-Mail';
insert into staging.stg_campaigns
    select campaign_id, campaign_id, 'e-mail', timestamp '2008-02-15', timestamp '2008-02-29' from mailings;
insert into staging.stg_campaign_touches
    select campaign_id, customer_id, customer_id, segment <> campaign_id, timestamp '2008-02-15', null
    from rows inner join mailings on segment in (campaign_id, 'No E-Mail');
insert into staging.stg_events
    select customer_id, customer_id, 'visit', timestamp '2008-02-28' from rows where has_visited;
insert into intermediate.int_customer_movements
    select customer_id, customer_id, last_order_at, last_order_at::date, last_order_at, last_order_at, null, true, 1,
        amount, 0, amount, null, null
    from rows;
insert into intermediate.int_customer_movements
    select customer_id || '-after', customer_id, timestamp '2008-02-28', date '2008-02-28', timestamp '2008-02-28',
        timestamp '2008-02-28', null, true, 1, spend, 0, spend, null, null
    from rows where spend > 0;
insert into intermediate.int_order_items_classified select customer_id, product_code, 'goods', 'kept', amount from rows;
insert into marts.fct_orders select customer_id, channel from rows;
insert into marts.dim_products values ('men', 'men'), ('women', 'women'), ('both', 'both');
insert into marts.dim_customers select customer_id, null, null, last_order_at::date, false from rows;
"""


def emails(file: Path, *segments: str, every: int = 1) -> CampaignShop:
    """The shop of those who were drawn for some of the groups.

    Parameters
    ----------
    segments
        As in the file; without the control group `No E-Mail` nothing can be learned.
    every
        Of so many rows of the file one is taken.
    """
    shop = CampaignShop()
    shop.connection.execute(_ROWS, {"file": str(file), "segments": list(segments), "every": every})
    shop.connection.execute(_FILL)
    return shop
