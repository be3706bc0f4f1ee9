with

-- what the costed part of a campaign's spend leaves, for the rest (as macro margin_of)
known as (

    select
        campaign_id,
        sum(costed_net_amount) > 0
        and sum(costed_net_amount) >= {{ var('minimum_costed_share') }} * sum(net_amount) as is_margin_known,
        cast(sum(costed_margin_amount) as double) / nullif(cast(sum(costed_net_amount) as double), 0) as margin_share,
        max(case when has_visited then 1 else 0 end) = 1 as has_visits
    from {{ ref('int_campaign_customers') }}
    group by campaign_id

),

measured as (

    select
        customers.campaign_id,
        customers.customer_id,
        customers.is_control,
        customers.net_amount_before as earlier_spend,
        customers.order_count as orders,
        case when customers.order_count > 0 then 1 else 0 end as conversion,
        customers.net_amount as spend,
        case
            when known.is_margin_known
                then {{ decimal_of(
                    'cast(customers.costed_margin_amount as double) '
                    ~ '+ cast(customers.net_amount - customers.costed_net_amount as double) * known.margin_share', 18, 2
                ) }}
        end as margin,
        case when known.has_visits then case when customers.has_visited then 1 else 0 end end as visit
    from {{ ref('int_campaign_customers') }} as customers
    inner join known
        on customers.campaign_id = known.campaign_id

)

select * from measured
