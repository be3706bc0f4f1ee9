-- Staging has exactly one row for every key in raw that is not gone; the orders known before the run's date are all in
-- fct_orders. In an increment: of the lines, those of orders that it made anew.
{%- set keys = {
    'customers': 'customer_id',
    'orders': 'order_id',
    'order_items': 'order_item_id',
    'products': 'product_code',
    'events': 'event_id',
    'feedback': 'feedback_id',
    'campaigns': 'campaign_id',
    'campaign_touches': 'campaign_id, customer_id',
    'subscriptions': 'subscription_id',
    'subscription_changes': 'subscription_id, changed_at',
} %}

with

known_orders as (

    select count(*) as row_count
    from {{ ref('stg_orders') }}
    where ordered_at < {{ run_date() }}

),

fct_orders as (

    select count(*) as row_count from {{ ref('fct_orders') }}

),
{% for table, key in keys.items() %}
raw_{{ table }} as (

    select count(*) as row_count
    from (
        select distinct {{ 'upper(trim(product_code))' if table == 'products' else key }}
        from
            {{ not_gone(
                tested_raw_lines() if table == 'order_items' else source('raw', table), key.split(', ')
            ) }} as loaded
    ) as keys

),

stg_{{ table }} as (

    {% set staged = ref('stg_' ~ table) -%}
    select count(*) as row_count
    from {{ tested_rows(staged, 'order_id') if table == 'order_items' else staged }} as staged

),
{% endfor %}
counted as (
    {% for table in keys %}
    select
        '{{ table }}' as table_name,
        raw_{{ table }}.row_count as expected_count,
        stg_{{ table }}.row_count
    from raw_{{ table }}
    cross join stg_{{ table }}
    union all
    {%- endfor %}
    select
        'fct_orders' as table_name,
        known_orders.row_count as expected_count,
        fct_orders.row_count
    from known_orders
    cross join fct_orders

)

select *
from counted
where row_count <> expected_count
