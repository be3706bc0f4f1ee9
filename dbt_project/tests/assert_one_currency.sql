-- Amounts are never converted: with several currencies every sum mixes them.
{{ config(severity='warn') }}
select
    currency,
    count(*) as order_count
from {{ ref('fct_orders') }}
where currency is not null and (select count(distinct currency) from {{ ref('fct_orders') }}) > 1
group by currency
