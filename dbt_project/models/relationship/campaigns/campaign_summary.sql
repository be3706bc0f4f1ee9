with

channels as (

    select
        coalesce(campaign_channel, 'unknown') as campaign_channel,
        count(*) as campaign_count,
        count(case when not_measurable_reason is not null then 1 end) as not_measurable_campaign_count,
        sum(contact_count) as contact_count,
        sum(stated_contact_cost_amount) as contact_cost_amount,
        sum(cost_amount) as cost_amount
    from {{ ref('int_campaigns') }}
    group by coalesce(campaign_channel, 'unknown')

),

totals as (

    select
        segment as campaign_channel,
        {%- for outcome in ['orders', 'spend', 'margin'] %}
            max(case when outcome = '{{ outcome }}' then campaign_count end) as {{ outcome }}_campaign_count,
        {%- for end in ['', 'lower_', 'upper_'] %}
                max(case when outcome = '{{ outcome }}' then {{ end }}incremental_total end)
                    as {{ end }}{{ outcome }}_total,
            {%- endfor %}
        {%- endfor %}
        max(case when outcome = 'spend' then cost_amount end) as measured_cost_amount,
        max(case when outcome = 'spend' and costed_campaign_count = campaign_count then 1 else 0 end) = 1
            as is_all_costed
    from {{ ref('int_campaign_totals') }}
    where dimension = 'channel'
    group by segment

),

based as (

    select
        *,
        case
            when not is_all_costed or measured_cost_amount <= 0 then null
            when margin_campaign_count = spend_campaign_count then 'margin'
            else 'net amount'
        end as roi_basis,
        cast(measured_cost_amount as double) as cost
    from totals

),

summed as (

    select
        channels.campaign_channel,
        cast(channels.campaign_count as integer) as campaign_count,
        cast(coalesce(based.spend_campaign_count, 0) as integer) as measured_campaign_count,
        cast(channels.not_measurable_campaign_count as integer) as not_measurable_campaign_count,
        cast(channels.contact_count as integer) as contact_count,
        cast(channels.contact_cost_amount as decimal(18, 2)) as contact_cost_amount,
        cast(channels.cost_amount as decimal(18, 2)) as cost_amount,
        based.orders_total as incremental_order_count,
        based.lower_orders_total as lower_incremental_order_count,
        based.upper_orders_total as upper_incremental_order_count,
        based.spend_total as incremental_net_total,
        based.lower_spend_total as lower_incremental_net_total,
        based.upper_spend_total as upper_incremental_net_total,
        cast(based.measured_cost_amount as decimal(18, 2)) as measured_cost_amount,
        {%- for end in ['', 'lower_', 'upper_'] %}
            case based.roi_basis
                when 'margin' then (based.{{ end }}margin_total - based.cost) / based.cost
                when 'net amount' then (based.{{ end }}spend_total - based.cost) / based.cost
            end as {{ end }}roi,
        {%- endfor %}
        based.roi_basis
    from channels
    left join based
        on channels.campaign_channel = based.campaign_channel

)

select * from summed
