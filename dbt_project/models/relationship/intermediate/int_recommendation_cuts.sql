-- Answers to “would you recommend us” and purchases that could be asked about, in every cut in which they are shown.
-- An answer about an order with several product groups, and such an order, is in each of them.
{%- set window_start = date_plus_days(run_date(), -var('feedback_window_days')) %}
{%- set kinds = {
    'answers': {'date': 'answer_date', 'key': 'feedback_id', 'said': 'nps_group', 'groups': 'groups_of_answers'},
    'purchases': {'date': 'order_date', 'key': 'order_id', 'said': 'is_answered', 'groups': 'groups_of_orders'},
} %}

with

answers as (

    select * from {{ ref('int_answers') }}
    where nps_group is not null

),

-- without an answer nothing is shown, and purchases need not be looked at
purchases as (

    select
        orders.order_id,
        orders.customer_id,
        orders.order_date,
        case when answered.order_id is not null then 1 else 0 end as is_answered
    from {{ ref('fct_orders') }} as orders
    left join (select distinct order_id from answers) as answered
        on orders.order_id = answered.order_id
    where orders.is_purchase and (select count(*) from answers) > 0

),

shown as (

    select order_id from purchases
    where order_date >= {{ window_start }}
    union
    select order_id from answers

),

groups_of_orders as (

    select distinct
        items.order_id,
        coalesce(products.category, 'not known') as product_group
    from shown
    inner join {{ ref('fct_order_items') }} as items
        on shown.order_id = items.order_id
    left join {{ ref('dim_products') }} as products
        on items.product_code = products.product_code
    where items.line_kind = 'goods' and items.quantity > 0

),

-- the product that the answer names, otherwise those of its order
groups_of_answers as (

    select
        answers.feedback_id,
        coalesce(products.category, groups_of_orders.product_group, 'not known') as product_group
    from answers
    left join {{ ref('dim_products') }} as products
        on answers.product_code = products.product_code
    left join groups_of_orders
        on answers.product_code is null and answers.order_id = groups_of_orders.order_id

),

segments as (

    select
        customer_id,
        segment_name
    from {{ ref('customer_360') }}

),

{%- for rows, of in kinds.items() %}
    cut_{{ rows }} as (

        select
            'month' as cut_by,
            cast({{ month_of(of.date) }} as {{ dbt.type_string() }}) as cut_value,
            {{ of.said }}
        from {{ rows }}

        union all

        select
            'all' as cut_by,
            'all' as cut_value,
            {{ of.said }}
        from {{ rows }}
        where {{ of.date }} >= {{ window_start }}

        union all

        select
            'segment' as cut_by,
            coalesce(segments.segment_name, 'not known') as cut_value,
            {{ rows }}.{{ of.said }}
        from {{ rows }}
        left join segments
            on {{ rows }}.customer_id = segments.customer_id
        where {{ rows }}.{{ of.date }} >= {{ window_start }}

        union all

        select
            'product_group' as cut_by,
            {{ of.groups }}.product_group as cut_value,
            {{ rows }}.{{ of.said }}
        from {{ rows }}
        inner join {{ of.groups }}
            on {{ rows }}.{{ of.key }} = {{ of.groups }}.{{ of.key }}
        where {{ rows }}.{{ of.date }} >= {{ window_start }}

    ),
{% endfor %}
both_kinds as (

    select
        cut_by,
        cut_value,
        nps_group,
        null as is_answered
    from cut_answers

    union all

    select
        cut_by,
        cut_value,
        null as nps_group,
        is_answered
    from cut_purchases

)

select * from both_kinds
