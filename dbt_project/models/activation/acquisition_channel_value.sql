with

customers as (

    select
        coalesce(acquisition_channel, 'unknown') as channel,
        as_of_date,
        customer_id,
        acquisition_cost_amount,
        net_amount,
        coalesce(predicted_amount, 0) as expected_amount,
        net_amount + coalesce(predicted_amount, 0) as whole_amount,
        -- who has bought nothing has left no margin either; who has no prediction counts with the past
        case when order_count = 0 then 0 else net_margin_amount + coalesce(predicted_margin_amount, 0) end
            as whole_margin_amount,
        case when order_count > 0 then net_margin_amount end as known_margin_amount,
        case when clv_status = 'scored' then 1 end as scored_customer
    from {{ ref('customer_360') }}

),

summarised as (

    select
        customers.channel as acquisition_channel,
        customers.as_of_date,
        cast(count(*) as integer) as customer_count,
        cast(count(customers.scored_customer) as integer) as scored_customer_count,
        cast(count(customers.acquisition_cost_amount) as integer) as costed_customer_count,
        cast(sum(customers.acquisition_cost_amount) as decimal(18, 2)) as acquisition_cost_amount,
        cast(sum(customers.net_amount) as decimal(18, 2)) as historic_amount,
        cast(sum(customers.expected_amount) as decimal(18, 2)) as predicted_amount,
        cast(sum(customers.whole_amount) as decimal(18, 2)) as total_amount,
        -- value of those whose cost is known: the others would flatter the ratio
        sum(case when customers.acquisition_cost_amount is not null then customers.whole_amount end)
            as costed_whole_amount,
        -- and of those whose margin is known as well, over what it cost to win just these
        sum(case when customers.acquisition_cost_amount is not null then customers.whole_margin_amount end)
            as costed_whole_margin_amount,
        sum(case when customers.whole_margin_amount is not null then customers.acquisition_cost_amount end)
            as margin_acquisition_cost_amount,
        {{ ratio_sums('customers.whole_amount', 'customers.acquisition_cost_amount', 'whole') }},
        {{ ratio_sums('customers.whole_margin_amount', 'customers.acquisition_cost_amount', 'margin') }},
        count(customers.known_margin_amount) as margin_customer_count,
        sum(customers.known_margin_amount) as margin_amount,
        sum(case when customers.known_margin_amount is not null then customers.net_amount end) as margin_sales_amount
    from customers
    group by customers.channel, customers.as_of_date

),

compared as (

    select
        *,
        cast(costed_whole_amount as double) / nullif(cast(acquisition_cost_amount as double), 0) as clv_to_cac_ratio,
        {{ ratio_error('whole') }} as clv_to_cac_error,
        case
            when margin_customer_count > 0
                then
                    cast(costed_whole_margin_amount as double)
                    / nullif(cast(margin_acquisition_cost_amount as double), 0)
        end as margin_to_cac_ratio,
        case when margin_customer_count > 0 then {{ ratio_error('margin') }} end as margin_to_cac_error
    from summarised

),

bounded as (

    select
        acquisition_channel,
        as_of_date,
        customer_count,
        scored_customer_count,
        costed_customer_count,
        acquisition_cost_amount,
        historic_amount,
        predicted_amount,
        total_amount,
        clv_to_cac_ratio,
        clv_to_cac_ratio - {{ z_95() }} * clv_to_cac_error as lower_clv_to_cac_ratio,
        clv_to_cac_ratio + {{ z_95() }} * clv_to_cac_error as upper_clv_to_cac_ratio,
        cast(margin_amount as decimal(18, 2)) as historic_margin_amount,
        cast(margin_amount as double) / nullif(cast(margin_sales_amount as double), 0) as margin_share,
        margin_to_cac_ratio,
        margin_to_cac_ratio - {{ z_95() }} * margin_to_cac_error as lower_margin_to_cac_ratio,
        margin_to_cac_ratio + {{ z_95() }} * margin_to_cac_error as upper_margin_to_cac_ratio
    from compared

)

select * from bounded
