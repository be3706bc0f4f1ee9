-- An amount without an exchange rate is refused, not added up; someone should know.
{{ config(severity='warn') }}
select
    currency,
    count(*) as order_count,
    sum(original_net_amount) as original_net_amount
from {{ ref('fct_orders') }}
where exchange_rate is null
group by currency
